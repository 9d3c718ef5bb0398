import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { repositoryRoot } from "./lib/repositoryFiles";

let root: string;
const cacheDirectory = () => path.join(root, "node_modules/.cache/portico/scripts");

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "portico-run-"));
  mkdirSync(path.join(root, "scripts"));
  mkdirSync(path.join(root, "node_modules"));
  for (const name of ["esbuild", "tsx", "zod"])
    symlinkSync(path.join(repositoryRoot, "node_modules", name), path.join(root, "node_modules", name));
  cpSync(path.join(repositoryRoot, "scripts/run.js"), path.join(root, "scripts/run.js"));
  for (const name of ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.base.json"]) write(name, "{}");
  write("package.json", '{"type":"module"}');
  write(
    "scripts/greet.ts",
    `import { z } from "zod";
     import { word } from "./word";
     const told: string[] = [word, path(import.meta.dirname), ...z.array(z.string()).parse(process.argv.slice(2))];
     function path(directory: string): string { return directory.slice(directory.lastIndexOf("/") + 1); }
     console.log(told.join(" "));`,
  );
  write("scripts/word.ts", `export const word: string = "good day";`);
});
afterAll(() => rmSync(root, { recursive: true }));

/** What has just been written is not kept. */
function write(name: string, text: string): void {
  const file = path.join(root, name);
  writeFileSync(file, text);
  utimesSync(file, 1_700_000_000, 1_700_000_000);
}

async function greeting(): Promise<string> {
  // From another directory, since a script is where it is.
  const args = [path.join(root, "scripts/run.js"), path.join(root, "scripts/greet.ts"), "--loud"];
  return (await promisify(execFile)(process.execPath, args, { cwd: tmpdir() })).stdout;
}

it("runs a script with its arguments as it stands, compiled once while its sources stay", async () => {
  utimesSync(path.join(root, "scripts/run.js"), 1_700_000_000, 1_700_000_000);
  expect(await greeting()).toBe("good day scripts --loud\n");
  const kept = readdirSync(cacheDirectory());
  expect(await greeting()).toBe("good day scripts --loud\n");
  expect(readdirSync(cacheDirectory())).toEqual(kept);
  write("scripts/word.ts", `export const word: string = "good night";`);
  expect(await greeting()).toBe("good night scripts --loud\n");
  expect(readdirSync(cacheDirectory())).toHaveLength(kept.length);
  expect(readdirSync(cacheDirectory())).not.toEqual(kept);
});

it("runs it as well where nothing can be kept", async () => {
  rmSync(cacheDirectory(), { recursive: true, force: true });
  writeFileSync(cacheDirectory(), "no directory");
  expect(await greeting()).toBe("good night scripts --loud\n");
});
