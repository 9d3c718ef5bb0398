import path from "node:path";
import * as z from "zod";

/** What the scripts read of vitest's JSON report. */
const vitestReport = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      startTime: z.number(),
      endTime: z.number(),
      message: z.string().default(""),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/** How the tests of a file or of a run ended. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One test file's counts and its time. */
export interface SuiteSummary extends TestCounts {
  /** Relative to the root. */
  readonly file: string;
  readonly seconds: number;
}

/**
 * Reads vitest's JSON report.
 *
 * A file that could not be loaded contains no test and counts as one failure.
 *
 * @throws {Error} When the text is not such a report.
 */
export function suiteSummaries(reportText: string, root: string): SuiteSummary[] {
  const { testResults } = vitestReport.parse(JSON.parse(reportText));
  return testResults
    .map(({ name, status, startTime, endTime, assertionResults }) => {
      const countOf = (...states: string[]): number =>
        assertionResults.filter((assertion) => states.includes(assertion.status)).length;
      const failed = countOf("failed");
      return {
        file: path.relative(root, name),
        seconds: Math.max(0, endTime - startTime) / 1000,
        passed: countOf("passed"),
        failed: failed === 0 && status === "failed" ? 1 : failed,
        skipped: countOf("skipped", "pending", "todo", "disabled"),
      };
    })
    .toSorted((a, b) => a.file.localeCompare(b.file));
}

/**
 * Sums suites. A run that ended badly without a failed test, such as by an unhandled rejection or because no test ran,
 * counts as one failure.
 */
export function totalOf(suites: readonly TestCounts[], exitCode: number): TestCounts {
  const sum = (key: keyof TestCounts): number => suites.reduce((total, suite) => total + suite[key], 0);
  const failed = sum("failed");
  const hasRun = sum("passed") + failed > 0;
  return {
    passed: sum("passed"),
    failed: failed === 0 && (exitCode !== 0 || !hasRun) ? 1 : failed,
    skipped: sum("skipped"),
  };
}

/** `12 passed, 0 failed`, and how many were skipped when any was. */
export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
