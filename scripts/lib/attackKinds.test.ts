import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { attackKinds, triesByFile } from "./attackKinds";
import { repositoryRoot } from "./repositoryFiles";

it("names test files that are there, each once", () => {
  const files = attackKinds.flatMap((kind) => kind.files);
  expect(files.filter((file) => !existsSync(path.join(repositoryRoot, file)))).toEqual([]);
  expect(new Set(files).size).toBe(files.length);
});

it("sums what the tests of a file have tried", () => {
  expect(triesByFile('{"file":"a","count":2}\n{"file":"b","count":1}\n{"file":"a","count":3}\n')).toEqual(
    new Map([
      ["a", 5],
      ["b", 1],
    ]),
  );
});
