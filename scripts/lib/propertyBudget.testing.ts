import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { noteTries } from "./tries.testing";
import type { RunDetails } from "fast-check";

/**
 * Runs before every test file. Ends every property by its own time budget, long before the test's limit, and reports how
 * many runs it made: a busy machine makes fewer runs instead of failing.
 */

const budgetMs = Number(process.env["PORTICO_PROPERTY_SECONDS"] ?? 20) * 1000;
/** For properties that do not say how often they run. */
const numRuns = Number(process.env["PORTICO_PROPERTY_RUNS"] ?? 100);

/** Reports a property that was cut short. @throws {Error} for one that does not hold */
function reporter(message: (details: RunDetails<unknown>) => string | undefined) {
  return (details: RunDetails<unknown>): void => {
    if (details.failed) throw new Error(message(details), { cause: details.errorInstance });
    noteTries(details.numRuns);
    if (!details.interrupted) return;
    const { currentTestName = "a property" } = expect.getState();
    const asked = details.runConfiguration.numRuns ?? numRuns;
    process.stdout.write(`${details.numRuns} of ${asked} runs in ${budgetMs / 1000} s: ${currentTestName}\n`);
  };
}

const { testPath } = expect.getState();
// Importing it costs a tenth of a second, which most files need not pay.
if (testPath !== undefined && readFileSync(testPath, "utf8").includes('from "fast-check"')) {
  const { configureGlobal, defaultReportMessage } = await import("fast-check");
  configureGlobal({ numRuns, interruptAfterTimeLimit: budgetMs, reporter: reporter(defaultReportMessage) });
}
