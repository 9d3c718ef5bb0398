import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { DevelopmentLoop, digestOf } from "./developmentLoop";
import type { DevelopmentLine } from "./developmentLoop";

/** A folder of one source and one generated file, and a loop over it whose check generates. */
function developed(faults = { reloadFails: false, checkFails: false }) {
  const state = { source: "1", generated: "of 1" };
  const told: DevelopmentLine[] = [];
  const loop = new DevelopmentLoop({
    filesDigest: () => JSON.stringify(state),
    sourcesDigest: () => state.source,
    reload: async () => {
      if (faults.reloadFails) throw new Error("notes.ts:1:1: nothing loads");
    },
    check: async () => {
      state.generated = `of ${state.source}`;
      loop.changed();
      return faults.checkFails ? "notes.ts(1,1): wrong" : undefined;
    },
    tell: (line) => told.push(line),
    reloadDelayMs: 1,
    checkDelayMs: 20,
    patienceMs: 60_000,
  });
  return { state, loop, states: () => told.map((line) => line.state), told };
}

it("loads a change, checks it once nothing changes, loads what was generated, and comes to rest", async () => {
  const { state, loop, states } = developed();
  state.source = "2";
  for (let saved = 0; saved < 5; saved += 1) loop.changed();
  await expect.poll(states).toEqual(["reloaded", "checked", "reloaded"]);
  loop.changed();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(states()).toEqual(["reloaded", "checked", "reloaded"]);
});

it("does nothing about a file that was written as it was", async () => {
  const { loop, states } = developed();
  loop.changed();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(states()).toEqual([]);
});

it("says why functions stay as they were, and what is wrong with them", async () => {
  const { state, loop, told } = developed({ reloadFails: true, checkFails: true });
  state.source = "2";
  loop.changed();
  await expect
    .poll(() => told)
    .toMatchObject([
      { state: "notReloaded", message: "notes.ts:1:1: nothing loads" },
      { state: "faulty", message: "notes.ts(1,1): wrong" },
      { state: "notReloaded" },
    ]);
});

it.each([0, 60])(
  "says so when what was wrong is mended, also by what was there before, %i ms later",
  async (delayMs) => {
    const faults = { reloadFails: true, checkFails: true };
    const { state, loop, states } = developed(faults);
    const before = { ...state };
    state.source = "2";
    loop.changed();
    await expect.poll(states).toContain("notReloaded");
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    faults.reloadFails = faults.checkFails = false;
    Object.assign(state, before);
    loop.changed();
    await expect.poll(() => states().slice(states().lastIndexOf("notReloaded"))).toContain("reloaded");
  },
);

it("says that what takes long is under way, until it is over", async () => {
  const told: DevelopmentLine["state"][] = [];
  let loaded = () => {};
  const loading = new Promise<void>((resolve) => (loaded = resolve));
  let digest = "1";
  const loop = new DevelopmentLoop({
    filesDigest: () => digest,
    sourcesDigest: () => "unchanged",
    reload: () => loading,
    check: async () => undefined,
    tell: ({ state }) => told.push(state),
    reloadDelayMs: 1,
    checkDelayMs: 1,
    patienceMs: 5,
  });
  digest = "2";
  loop.changed();
  await expect.poll(() => told.filter((state) => state === "loading").length).toBeGreaterThan(2);
  loaded();
  await expect.poll(() => told.at(-1)).toBe("reloaded");
  const count = told.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told).toHaveLength(count);
});

it("tells files apart by name and content", () => {
  const root = mkdtempSync(path.join(tmpdir(), "portico-digest-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(path.join(root, "a.ts"), "1");
  const before = digestOf(root, ["a.ts"]);
  expect(digestOf(root, ["a.ts", "gone.ts"])).not.toBe(before);
  writeFileSync(path.join(root, "a.ts"), "2");
  expect(digestOf(root, ["a.ts"])).not.toBe(before);
  writeFileSync(path.join(root, "a.ts"), "1");
  expect(digestOf(root, ["a.ts"])).toBe(before);
});
