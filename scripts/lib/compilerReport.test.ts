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

test("allows growth up to a fifth", () => {
  expect(budgetProblem("convex", 1200, 1000)).toBeUndefined();
  expect(budgetProblem("convex", 10, 1000)).toBeUndefined();
  expect(budgetProblem("convex", 1201, 1000)).toContain("1201 type instantiations");
});

test("asks for a record where there is none", () => {
  expect(budgetProblem("convex", 1, undefined)).toContain("--record");
});
