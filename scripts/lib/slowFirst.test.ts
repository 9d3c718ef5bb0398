import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { repositoryRoot } from "./repositoryFiles";
import { slowest } from "./slowFirst.testing";

it.each(slowest)("%s, which runs early, exists", (file) => {
  expect(existsSync(path.join(repositoryRoot, file))).toBe(true);
});
