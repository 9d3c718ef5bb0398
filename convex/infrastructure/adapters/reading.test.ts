import { describe, expect, it } from "vitest";
import { idOf, resourceFrom, resourcesOf, statusOf, textOf } from "./reading";
import { readAll } from "./fakeProvider.testing";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ListedPage } from "./reading";

const resourceOf = (row: JsonObject) =>
  resourceFrom("servers", row, { id: row["id"], name: row["id"], status: "running", keeps: { id: true } });
const rows = (...ids: unknown[]) => ids.map((id) => ({ id }));

/** Reads pages that a provider answers by their places; the first is at "". */
async function readPages(pages: Readonly<Record<string, ListedPage>>, from?: string) {
  const asked: string[] = [];
  const pageAt = async (at = "") => {
    asked.push(at);
    const page = pages[at];
    if (!page || asked.length > 20) throw new Error(`${at} was asked for.`);
    return page;
  };
  const { rows: found, ...rest } = await readAll(resourcesOf({ pageAt, resourceOf }, from));
  return { ...rest, asked, ids: found.map(({ providerResourceId }) => providerResourceId) };
}

describe("a list that is not counted", () => {
  it("ends at its mark, which is that no page is next", async () => {
    const read = await readPages({ "": { rows: rows("a", "b"), next: "x" }, x: { rows: rows("c") } });
    expect(read).toMatchObject({ ids: ["a", "b", "c"], end: { complete: true, count: 3 }, asked: ["", "x"] });
    expect(await readPages({ "": { rows: [] } })).toMatchObject({ ids: [], end: { complete: true, count: 0 } });
  });

  it("is not whole where it only shows nothing more", async () => {
    const read = await readPages({ "": { rows: rows("a"), next: "x" }, x: { rows: [], next: "y" } });
    expect(read).toMatchObject({
      ids: ["a"],
      end: { complete: false, why: expect.stringContaining("mark of the end") },
    });
  });

  it("that leads to itself is left, and not whole", async () => {
    const read = await readPages({ "": { rows: rows("a"), next: "x" }, x: { rows: rows("b"), next: "x" } });
    expect(read).toMatchObject({ asked: ["", "x", "x"], end: { complete: false } });
  });
});

describe("a list that is counted", () => {
  it.each([
    ["has more rows than it counts", { "": { rows: rows("a", "b", "c"), total: 2 } }],
    ["has fewer", { "": { rows: rows("a"), total: 2 } }],
    ["counts otherwise later", { "": { rows: rows("a"), total: 2, next: "x" }, x: { rows: rows("b"), total: 3 } }],
    ["counts no more later", { "": { rows: rows("a"), total: 2, next: "x" }, x: { rows: rows("b") } }],
    ["has a row that is none", { "": { rows: [...rows("a"), 5], total: 2 } }],
    ["has a row twice", { "": { rows: rows("a", "a"), total: 2 } }],
  ])("that %s is not whole", async (_what, pages) => {
    expect((await readPages(pages)).end).toMatchObject({ complete: false, why: expect.stringMatching(/\w/) });
  });
});

it("does not read a list for ever", async () => {
  let asked = 0;
  const pageAt = async () => {
    asked += 1;
    const from = asked * 25_000;
    return { rows: rows(...Array.from({ length: 25_000 }, (_, at) => `r-${from + at}`)), next: String(asked) };
  };
  const { rows: found, end } = await readAll(resourcesOf({ pageAt, resourceOf }));
  expect([asked, found.length]).toEqual([4, 100_000]);
  expect(end).toMatchObject({ complete: false, count: 100_000, why: expect.stringContaining("100000 rows") });
});

describe("where a page goes on", () => {
  it("is opaque, and begins anew where it is not of this form", async () => {
    const pages = { "": { rows: rows("a"), total: 2, next: "x" }, x: { rows: rows("b"), total: 2 } };
    const { nexts } = await readPages(pages);
    expect(await readPages(pages, nexts[0])).toMatchObject({ asked: ["x"], end: { complete: true, count: 2 } });
    for (const wrong of ["", "{", "[]", "null", '{"at":5}', '{"at":"x","read":-1}'])
      expect(await readPages(pages, wrong)).toMatchObject({ asked: ["", "x"], end: { complete: true } });
  });

  it("keeps what was left out before", async () => {
    const pages = { "": { rows: [5], total: 2, next: "x" }, x: { rows: rows("b"), total: 2 } };
    const { nexts } = await readPages(pages);
    expect((await readPages(pages, nexts[0])).end).toMatchObject({ complete: false, count: 1 });
  });
});

it("has ids, texts and words in the form that is stored", () => {
  expect([5, 0, "a-1", 2 ** 53, -1, 1.5, "", "a b", "ü", null, {}, true].map(idOf)).toEqual([
    "5",
    "0",
    "a-1",
    ...Array.from({ length: 9 }, () => undefined),
  ]);
  expect(["  web\u0000-1 ", "a\u202eb", "\ud800", "", 5, "x".repeat(300)].map((text) => textOf(text, 10))).toEqual([
    "web-1",
    "ab",
    "\ufffd",
    undefined,
    undefined,
    "x".repeat(10),
  ]);
  // A character of two units is not cut in half.
  expect(textOf("a😀", 2)?.isWellFormed()).toBe(true);
  expect(["on", "off", "toString", undefined].map((word) => statusOf(word, { on: "running" }))).toEqual([
    "running",
    "unknown",
    "unknown",
    "unknown",
  ]);
});
