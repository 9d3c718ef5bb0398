import { expect, test } from "vitest";
import { budgetProblem, instantiationCount, withoutStatistics } from "./compilerReport";

const output = [
  "convex/schema.ts(3,1): error TS2304: Cannot find name 'x'.",
  "  The name: 12 is part of the message.",
  "Files:              229",
  "Instantiations:  277745",
  "Memory used:    124203K",
  "Check time:      0.802s",
  "",
].join("\n");

test("reads the count of instantiations", () => {
  expect(instantiationCount(output)).toBe(277_745);
  expect(instantiationCount("error TS18003: No inputs were found.")).toBeUndefined();
});

test("keeps findings and drops statistics", () => {
  expect(withoutStatistics(output)).toBe(output.split("\n").slice(0, 2).join("\n"));
});

const recorded = { instantiations: 1000, operations: 10 };

test("allows growth up to a fifth, and with every operation", () => {
  expect(budgetProblem("convex", { instantiations: 1200, operations: 10 }, recorded)).toBeUndefined();
  expect(budgetProblem("convex", { instantiations: 10, operations: 10 }, recorded)).toBeUndefined();
  expect(budgetProblem("convex", { instantiations: 4000, operations: 40 }, recorded)).toBeUndefined();
  expect(budgetProblem("convex", { instantiations: 1210, operations: 10 }, recorded)).toContain(
    "121 type instantiations an operation",
  );
  expect(budgetProblem("convex", { instantiations: 1000, operations: 8 }, recorded)).toContain("125 type");
});

test("asks for a record where there is none", () => {
  expect(budgetProblem("convex", recorded, undefined)).toContain("--record");
});
