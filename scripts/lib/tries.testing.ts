import { appendFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { repositoryRoot } from "./repositoryFiles";

/** Whether `npm run attack` runs the tests, which has the time to try everything. */
export const isLongRun = process.env["PORTICO_TRIES_FILE"] !== undefined;

/** Reports to `npm run attack`, if that runs the test, how often the test file tried what must not succeed. */
export function noteTries(count: number): void {
  const file = process.env["PORTICO_TRIES_FILE"];
  const { testPath } = expect.getState();
  if (file === undefined || testPath === undefined) return;
  appendFileSync(file, `${JSON.stringify({ file: path.relative(repositoryRoot, testPath), count })}\n`);
}
