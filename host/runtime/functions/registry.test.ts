import { mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";
import { expect, it } from "vitest";
import { registerFunction } from "./registry";

const noTables = () => null;

it("refuses arguments that are no object, as a push to Convex is refused", () => {
  const either = queryGeneric({
    args: v.union(v.object({ a: v.string() }), v.object({ b: v.string() })),
    handler: () => null,
  });
  expect(() => registerFunction("notes:either", either, noTables)).toThrow(
    "Invalid validator for notes:either: Args validator must be an object or any.",
  );
});

it("names a type of validator that it does not know, wherever it stands", () => {
  const known = mutationGeneric({
    args: { a: v.array(v.record(v.string(), v.union(v.null(), v.int64()))) },
    handler: () => null,
  });
  expect(registerFunction("notes:known", known, noTables)?.type).toBe("mutation");
  for (const [args, returns] of [
    [{ type: "object", value: { h: { fieldType: { type: "function" }, optional: false } } }, null],
    [{ type: "any" }, { type: "array", value: { type: "union", value: [{ type: "null" }, { type: "function" }] } }],
    [{ type: "any" }, { type: "record", keys: { type: "string" }, values: { fieldType: { type: "function" } } }],
  ]) {
    const newer = Object.assign(() => null, known, {
      exportArgs: () => JSON.stringify(args),
      exportReturns: () => JSON.stringify(returns),
    });
    expect(() => registerFunction("notes:newer", newer, noTables)).toThrow(
      "Invalid validator for notes:newer: this host does not know v.function().",
    );
  }
});
