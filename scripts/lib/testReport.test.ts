import { describe, expect, test } from "vitest";
import { closingLine, suiteSummaries, totalOf } from "./testReport";

function reportOf(...files: { status: string; tests: readonly string[] }[]): string {
  return JSON.stringify({
    success: true,
    testResults: files.map(({ status, tests }, index) => ({
      name: `/repository/host/${index}.test.ts`,
      status,
      startTime: 1000,
      endTime: 3500,
      assertionResults: tests.map((state) => ({ status: state })),
    })),
  });
}

describe("a report", () => {
  test("gives each file its counts and seconds", () => {
    const report = reportOf({ status: "failed", tests: ["passed", "passed", "failed", "skipped", "todo", "pending"] });
    expect(suiteSummaries(report, "/repository")).toEqual([
      { file: "host/0.test.ts", seconds: 2.5, passed: 2, failed: 1, skipped: 3 },
    ]);
  });

  test("counts a file that could not be loaded as a failure", () => {
    expect(suiteSummaries(reportOf({ status: "failed", tests: [] }), "/repository")).toMatchObject([{ failed: 1 }]);
  });

  test("that is none is refused", () => {
    expect(() => suiteSummaries("{}", "/repository")).toThrow("testResults");
  });
});

describe("a total", () => {
  const clean = { passed: 2, failed: 0, skipped: 1 };

  test("sums suites", () => {
    expect(totalOf([clean, { passed: 1, failed: 2, skipped: 0 }], 1)).toEqual({ passed: 3, failed: 2, skipped: 1 });
  });

  test("counts a run that failed outside its tests", () => {
    expect(totalOf([clean], 1)).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });

  test.each([[[]], [[{ passed: 0, failed: 0, skipped: 3 }]]])("fails when no test ran: %j", (suites) => {
    expect(totalOf(suites, 0).failed).toBe(1);
  });
});

test("the closing line names skipped tests only when there are some", () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  expect(closingLine({ passed: 12, failed: 1, skipped: 3 })).toBe("12 passed, 1 failed, 3 skipped");
});
