import { convexToJson, v } from "convex/values";
import type { Validator } from "convex/values";
import { describe, expect, it } from "vitest";
import type { ConvexJson } from "./convexJson";
import { compileValidator } from "./validator";
import type { ValidatorJson } from "./validatorJson";

const tables: Readonly<Record<string, string>> = { u1: "users", s1: "_storage" };

/** Validators carry their JSON under a property that convex marks as internal. */
function jsonOf(validator: Validator<unknown, "required" | "optional", string>): ValidatorJson {
  return Reflect.get(validator, "json");
}

function check(validator: Validator<unknown, "required" | "optional", string>, value: ConvexJson): string | null {
  return compileValidator(jsonOf(validator), (id) => tables[id] ?? null)(value);
}

describe("validators", () => {
  it("accept matching values of every type", () => {
    const everything = v.object({
      id: v.id("users"),
      none: v.null(),
      float: v.number(),
      nan: v.number(),
      int: v.int64(),
      flag: v.boolean(),
      text: v.string(),
      bytes: v.bytes(),
      list: v.array(v.union(v.literal("a"), v.literal(1))),
      record: v.record(v.string(), v.number()),
      optional: v.optional(v.string()),
      any: v.any(),
      big: v.literal(5n),
    });
    const value = convexToJson({
      id: "u1",
      none: null,
      float: 1.5,
      nan: NaN,
      int: 7n,
      flag: true,
      text: "x",
      bytes: new ArrayBuffer(2),
      list: ["a", 1],
      record: { k: 2 },
      any: [{ deep: null }],
      big: 5n,
    });
    expect(check(everything, value)).toBeNull();
  });

  it("name path, value and validator of a mismatch", () => {
    expect(check(v.object({ a: v.object({ b: v.array(v.string()) }) }), { a: { b: ["x", 1] } })).toBe(
      "Value does not match validator.\nPath: .a.b[1]\nValue: 1.0\nValidator: v.string()",
    );
    expect(check(v.string(), 5)).toBe("Value does not match validator.\n\nValue: 5.0\nValidator: v.string()");
  });

  it("name a missing field", () => {
    expect(check(v.object({ name: v.string(), age: v.optional(v.number()) }), { age: 3 })).toBe(
      "Object is missing the required field `name`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\n" +
        "Object: {age: 3.0}\nValidator: v.object({age: v.optional(v.float64()), name: v.string()})",
    );
  });

  it("name an extra field", () => {
    expect(check(v.object({}), { x: "y" })).toBe(
      'Object contains extra field `x` that is not in the validator.\n\nObject: {x: "y"}\nValidator: v.object({})',
    );
  });

  it("refuse inherited names that are not in the validator", () => {
    const hostile: ConvexJson = JSON.parse('{"__proto__": 1}');
    expect(check(v.object({}), hostile)).toContain("extra field `__proto__`");
    expect(check(v.object({ toString: v.string() }), {})).toContain("missing the required field `toString`");
  });

  it("tell an id of another table from a string that is no id", () => {
    expect(check(v.id("posts"), "u1")).toBe(
      'Found ID "u1" from table `users`, which does not match the table name in validator `v.id("posts")`.',
    );
    expect(check(v.id("posts"), "s1")).toContain("from a system table");
    expect(check(v.id("posts"), "nonsense")).toBe(
      'Value does not match validator.\n\nValue: "nonsense"\nValidator: v.id("posts")',
    );
  });

  it("describe literals and unions", () => {
    expect(check(v.object({ k: v.literal("a") }), { k: "b" })).toBe(
      '`"b"` does not match literal validator `v.literal("a")`.Path: .k',
    );
    expect(check(v.union(v.literal("a"), v.null()), 1)).toBe(
      'Value does not match validator.\n\nValue: 1.0\nValidator: v.union(v.literal("a"), v.null())',
    );
    expect(check(v.union(v.string()), 1)).toContain("Validator: v.string()");
  });

  it("do not take encoded values for objects, nor integers for floats", () => {
    expect(check(v.object({}), convexToJson(1n))).not.toBeNull();
    expect(check(v.record(v.string(), v.any()), convexToJson(1n))).not.toBeNull();
    expect(check(v.number(), convexToJson(1n))).not.toBeNull();
    expect(check(v.int64(), 1)).not.toBeNull();
  });
});
