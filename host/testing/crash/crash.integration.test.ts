import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runCrashRounds } from "./crashRounds.testing";
import { ledgerOn } from "./ledgerSubject.testing";
import { scratchDirectory } from "../testDeployment.testing";

// The short form of `npm run bench -- crash`.
const rounds = 3;
const writers = 64;

it("a killed host has lost, torn and repeated nothing: nested calls, failures that were caught, scheduled functions", async () => {
  const scratch = scratchDirectory();
  onTestFinished(() => scratch.remove());
  const directory = join(scratch.path, "store");
  mkdirSync(directory);
  const result = await runCrashRounds(ledgerOn(join(directory, "store.sqlite3")), { rounds, writers });
  console.log(`${result.kills} kills, ${result.acknowledged} writes acknowledged, ${result.lost} lost`);
  expect(result).toMatchObject({ rounds, lost: 0, duplicated: 0, integrityProblems: 0 });
  expect(Object.entries(result.faults).filter(([, count]) => count > 0)).toEqual([]);
  // A run in which nothing was written, or nothing scheduled, would prove nothing.
  expect(result.acknowledged).toBeGreaterThan(writers);
  expect(result.facts["scheduled mutations run once"]).toBe(2 * result.acknowledged);
  expect(result.facts["scheduled actions run once"]).toBeGreaterThan(0);
  // Eight run at a time; a kill can cut off no more, and what has run to its end is not called a failure.
  expect(result.facts["cut off by a kill"]).toBeLessThanOrEqual(8 * result.kills);
});
