import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { makeScratchDirectory, sweepScratchDirectories } from "./scratchDirectory";

it("what killed processes have left is removed, and nothing else", () => {
  const parent = mkdtempSync(path.join(tmpdir(), "convex-host-sweep-"));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const { pid: ended } = spawnSync(process.execPath, ["--version"]);
  const kept = [
    `convex-host-${process.pid}-abcdef`,
    `convex-host-bundle-${process.pid}-abcdef`,
    "convex-host-abcdef",
    `another-${ended}-abcdef`,
    `convex-host-${ended}-abcdef.txt`,
  ];
  for (const name of [...kept, `convex-host-${ended}-abcdef`, `convex-host-bundle-${ended}-Ab1_2c`]) {
    mkdirSync(path.join(parent, name));
    writeFileSync(path.join(parent, name, "module.mjs"), "");
  }
  sweepScratchDirectories(parent);
  expect(readdirSync(parent).toSorted()).toEqual(kept.toSorted());
});

it("a scratch directory names its process, and so is swept after it", () => {
  const made = makeScratchDirectory();
  onTestFinished(() => rmSync(made, { recursive: true }));
  expect(path.basename(made)).toMatch(new RegExp(`^convex-host-${process.pid}-`));
  sweepScratchDirectories(tmpdir());
  expect(existsSync(made)).toBe(true);
});
