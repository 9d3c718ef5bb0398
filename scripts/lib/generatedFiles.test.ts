import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { freshnessOf } from "./generatedFiles";

const words = { name: "words", script: "words.ts", outputs: ["out/", "list.txt"] };
const writesTwoFiles = `
import { mkdirSync, writeFileSync } from "node:fs";
mkdirSync("out", { recursive: true });
writeFileSync("out/word.txt", "portico");
writeFileSync("list.txt", "word");
`;
const fresh = { "words.ts": writesTwoFiles, "out/word.txt": "portico", "list.txt": "word" };

const roots: string[] = [];
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true })));

function rootWith(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), "portico-fresh-"));
  roots.push(root);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return root;
}

test("accepts files that their generator writes again, and touches none", async () => {
  const root = rootWith({ ...fresh, "list.txt": "stale" });
  const report = await freshnessOf([words], root);
  expect(report).toEqual(["words: list.txt is stale: run `npm run generate`"]);
  expect(readFileSync(path.join(root, "list.txt"), "utf8")).toBe("stale");
  expect(await freshnessOf([words], rootWith(fresh))).toEqual([]);
});

test("reports a missing file and one that is no longer generated", async () => {
  const { "list.txt": _removed, ...rest } = fresh;
  const report = await freshnessOf([words], rootWith({ ...rest, "out/old.txt": "left over" }));
  expect(report).toEqual([
    "words: list.txt is missing: run `npm run generate`",
    "words: out/old.txt is no longer generated: remove it",
  ]);
});

test("reports a generator that fails, with its output, and one that writes nothing", async () => {
  const failing = await freshnessOf([words], rootWith({ "words.ts": `throw new Error("no dictionary");` }));
  expect(failing).toEqual([expect.stringContaining("no dictionary")]);
  const idle = await freshnessOf([words], rootWith({ "words.ts": "" }));
  expect(idle).toEqual([expect.stringContaining("wrote none of its outputs")]);
});

test("reports a generator that is not there, whether or not its files are", async () => {
  const nothing = await freshnessOf([words], rootWith({ "README.md": "" }));
  expect(nothing).toEqual([expect.stringContaining("words: words.ts failed")]);
  const orphaned = await freshnessOf([words], rootWith({ "list.txt": "word" }));
  expect(orphaned).toEqual([expect.stringContaining("words: words.ts failed")]);
});

test("writes the text that a module returns", async () => {
  const greeting = { name: "greeting", script: "greeting.ts", outputs: ["out/greeting.txt"], sourceExport: "text" };
  const script = `export const text = () => "good day";`;
  const matching = await freshnessOf([greeting], rootWith({ "greeting.ts": script, "out/greeting.txt": "good day" }));
  expect(matching).toEqual([]);
  const renamed = await freshnessOf([greeting], rootWith({ "greeting.ts": "export const words = 1;" }));
  expect(renamed).toEqual([expect.stringContaining("exports no function text")]);
});
