import { mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repositoryRoot } from "./lib/repositoryFiles";
import { runScript } from "./lib/runCommand";

/** Runs the check on a folder of functions with one file. */
async function check(file: string, text: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const project = mkdtempSync(path.join(tmpdir(), "portico-push-"));
  onTestFinished(() => rmSync(project, { recursive: true }));
  symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(project, "node_modules"));
  mkdirSync(path.join(project, "convex"));
  writeFileSync(path.join(project, "convex", file), text);
  return await runScript("tsx:scripts/checkPush.ts", [path.join(project, "convex")]);
}

test("passes a folder that breaks no rule", async () => {
  expect(await check("notes.ts", "export const text = 1;")).toMatchObject({ exitCode: 0 });
});

test("names the file and what to do about it", async () => {
  const { exitCode, output } = await check("my-notes.ts", "export const text = 1;");
  expect({ exitCode, output }).toEqual({
    exitCode: 1,
    output: expect.stringMatching(/^my-notes\.ts is not a valid path/),
  });
  expect(output.trim()).toMatch(/Rename the file or its directory, for example with camelCase\.$/);
});

test("gives auth.config.ts the variables that the README has one set, and no others", async () => {
  const reads = (name: string): string => `export default { providers: JSON.parse(process.env.${name}) };`;
  expect(await check("auth.config.ts", reads("AUTH_PROVIDERS"))).toMatchObject({ exitCode: 0 });
  const { exitCode, output } = await check("auth.config.ts", reads("ISSUER"));
  expect(exitCode).toBe(1);
  expect(output).toContain("Environment variable ISSUER is used in auth config file but its value was not set.");
});
