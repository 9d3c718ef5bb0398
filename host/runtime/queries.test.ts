import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, openConformance, valueOf } from "../testing/testDeployment.testing";
import type { ReloadableDeployment } from "./openDeployment";

let deployment: ReloadableDeployment;

beforeAll(async () => {
  deployment = await openConformance();
  await valueOf(deployment, "mutation", "queries:fill");
});

afterAll(async () => {
  await deployment.close();
});

const read = (name: string) => valueOf(deployment, "query", `queries:${name}`);

const ascendingValues = [
  "missing",
  "null",
  "int",
  "negativeZero",
  "float",
  "nan",
  "false",
  "true",
  "text",
  "pair 1",
  "pair 2",
  "bytes",
  "array",
  "object",
];

describe("index ranges", () => {
  it("follow Convex's order of values and its rules for bounds", async () => {
    expect(await read("ranges")).toEqual({
      all: ascendingValues,
      undefinedOnly: ["missing"],
      nullOnly: ["null"],
      aboveNull: ["int", "negativeZero", "float", "nan"],
      belowFive: ["missing", "null", "int", "negativeZero", "float"],
      eqsInAnyOrder: ["pair 2"],
      creationTime: ["pair 1"],
      descending: ["pair 2", "pair 1"],
      noIndex: "Index things.by_nothing not found.",
      notIndexed: expect.stringContaining("doesn't index this field"),
      notAPrefix: expect.stringContaining("didn't use the index fields in order"),
      twice: expect.stringContaining('Already defined an equality for "a"'),
      twoLower: expect.stringContaining("Already defined lower bound in index range."),
      twoFields: expect.stringContaining("can only be applied to a single index field"),
    });
  });
});

describe("filters", () => {
  it("compare by the same order, want booleans, and check arithmetic", async () => {
    expect(await read("filters")).toEqual({
      belowNumbers: ["missing", "null", "int", "pair 1", "pair 2"].filter((label) => !label.startsWith("pair")),
      aboveText: ["bytes", "array", "object"],
      notBoolean: expect.stringContaining("Expected a boolean in a filter expression"),
      shortCircuit: ["true"],
      not: ["int"],
      mixedArithmetic: expect.stringContaining("two numbers of one type"),
      overflow: expect.stringContaining("Integer overflow"),
      division: expect.stringContaining("Division by zero"),
      nested: ["object"],
    });
  });
});

describe("query objects", () => {
  it("are used once, and unique() names the documents that it found", async () => {
    expect(await read("singleUse")).toEqual({
      twice: expect.stringContaining("once"),
      unique: expect.stringMatching(
        /^unique\(\) query returned more than one result from table things:\n \[.{32}, .{32}, \.\.\.\]/,
      ),
    });
  });
});

describe("ids", () => {
  it("find documents, are normalized without looking, and are never changed", async () => {
    expect(await valueOf(deployment, "mutation", "queries:ids")).toEqual({
      byId: 1,
      gone: null,
      normalized: [true, true, null, null],
      malformed: "Invalid argument `id` for `db.get`: Unable to decode ID: Invalid ID length 8",
      changedId: expect.stringContaining("does not match the document ID"),
      changedTime: expect.stringContaining("`_creationTime` cannot be changed"),
      patchGone: expect.stringContaining("nonexistent document ID"),
      deleteGone: expect.stringContaining("nonexistent document ID"),
      reserved: expect.stringContaining("The system field `_creationTime` cannot be set"),
    });
  });
});

describe("calls between functions", () => {
  it("go from a query to queries only", async () => {
    expect(await read("crossings")).toEqual({
      mutation: expect.stringMatching(/no runMutation|Cannot call a mutation function/),
      asQuery: expect.stringContaining("Trying to execute queries:fill as query, but it is defined as mutation."),
      stale: "`useStaleSnapshot` is only supported in mutations, not queries.",
      request: "undefined",
    });
  });

  it("check arguments and results", async () => {
    expect(await errorOf(deployment, "query", "queries:invalidArguments", { n: "x" })).toMatch(
      /^ArgumentValidationError: /,
    );
    expect(await errorOf(deployment, "query", "queries:invalidArguments", { n: 1, m: 1 })).toContain("extra field `m`");
    expect(await errorOf(deployment, "query", "queries:invalidResult")).toMatch(
      /^ReturnsValidationError: Value does not match/,
    );
  });
});
