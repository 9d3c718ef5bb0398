import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { copyFixture, openFixture, scratchDirectory, valueOf } from "../testing/testDeployment.testing";
import { cachedBundles } from "./cachedBundles";

const key = (letter: string): string => `convexHost.functionGlobals.${letter.repeat(36)}`;

let scratch: string;
let functions: string;
let cache: string;

beforeEach(() => {
  const directory = scratchDirectory();
  onTestFinished(directory.remove);
  scratch = directory.path;
  functions = copyFixture(scratch);
  cache = join(scratch, "cache");
  ageAll();
});

/** What a build has read and what has been written since are told apart by time. */
function ageAll(): void {
  const files = readdirSync(functions, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const settings = join(scratch, "tsconfig.json");
  const paths = [
    ...files.map(({ parentPath, name }) => join(parentPath, name)),
    ...(existsSync(settings) ? [settings] : []),
  ];
  for (const path of paths) utimesSync(path, 1_700_000_000, 1_700_000_000);
}

let outputs = 0;

/** Bundles the folder. @returns the directory of the outcome, and whether it is a copy of what was kept */
async function bundle(letter = "a", into = cache) {
  const output = join(scratch, `output${outputs++}`, "v1");
  const inodes = new Set(keptFiles().map((file) => statSync(file).ino));
  const result = await cachedBundles(into)(functions, output, key(letter));
  const files = readdirSync(output, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const isCopy = files.some(({ parentPath, name }) => inodes.has(statSync(join(parentPath, name)).ino));
  const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
  return { ...result, output, isCopy, text: texts.join("\n") };
}

function keptFiles(): string[] {
  if (!existsSync(cache)) return [];
  const entries = readdirSync(cache, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

it("builds a folder once, and gives others what was built, under their own key and their own addresses", async () => {
  const first = await bundle("a");
  const second = await bundle("b");
  expect([first.isCopy, second.isCopy]).toEqual([false, true]);
  expect(second.text).toBe(first.text.replaceAll(key("a"), key("b")));
  expect(second.modules.map(({ url }) => url.replace(second.output, first.output))).toEqual(
    first.modules.map(({ url }) => url),
  );
  expect(second.modules.every(({ url }) => existsSync(new URL(url)))).toBe(true);
});

it("runs what was kept as what was built", async () => {
  const kept = cachedBundles(cache);
  for (const _turn of ["built", "kept"]) {
    const deployment = await openFixture({ functionsDirectory: functions, bundle: kept });
    const pairs = await valueOf(
      deployment,
      "query",
      "_system/cli/modules:apiSpec",
      {},
      { caller: { kind: "admin" }, allowInternal: true },
    );
    await deployment.close();
    expect(pairs).toContainEqual(expect.objectContaining({ functionType: "Query" }));
  }
});

it.each<readonly [change: string, make: () => void]>([
  [
    "a module is edited",
    () => writeFileSync(moduleFile(), `${readFileSync(moduleFile(), "utf8")}\nexport const added = 1;`),
  ],
  ["a module joins", () => writeFileSync(join(functions, "joined.ts"), "export const joined = 1;")],
  ["a module is taken away", () => rmSync(moduleFile())],
  ["the project gets settings", () => writeFileSync(join(scratch, "tsconfig.json"), "{}")],
])("builds anew where %s, and keeps that instead", async (_change, make) => {
  writeFileSync(moduleFile(), "export const first = 1;");
  ageAll();
  const first = await bundle();
  make();
  ageAll();
  const second = await bundle();
  expect(second.isCopy).toBe(false);
  const third = await bundle();
  expect(third.isCopy).toBe(true);
  expect(third.text).toBe(second.text);
  expect(third.modules.map(({ modulePath }) => modulePath)).toEqual(second.modules.map(({ modulePath }) => modulePath));
  // One bundle of a folder is kept, however often it changes.
  expect(readdirSync(cache)).toHaveLength(2);
  expect(first.isCopy).toBe(false);
});

const moduleFile = (): string => join(functions, "edited.ts");

it("keeps nothing that was written while it was built", async () => {
  writeFileSync(moduleFile(), "export const first = 1;");
  await bundle();
  expect(keptFiles()).toEqual([]);
});

it("bundles as well where nothing can be kept, or what was kept is damaged", async () => {
  await bundle();
  for (const file of keptFiles()) if (file.endsWith(".kept")) writeFileSync(file, "damaged");
  expect((await bundle()).isCopy).toBe(false);
  expect((await bundle()).isCopy).toBe(true);
  for (const file of keptFiles()) if (!file.endsWith(".kept")) rmSync(file);
  const rest = await bundle();
  expect(rest.modules.every(({ url }) => existsSync(new URL(url)))).toBe(true);
  const file = join(scratch, "file");
  writeFileSync(file, "no directory");
  expect((await bundle("a", file)).modules.length).toBeGreaterThan(0);
});
