import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changedFields, changesBetween, isSame } from "./audit";

/** The same value with the fields of every object in reverse order, as a store may return them. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([field, inner]) => [field, reordered(inner)]),
  );
}

describe("isSame", () => {
  // Convex stores no field named __proto__.
  const json = fc.jsonValue({ noUnicodeString: false }).filter((value) => !JSON.stringify(value).includes("__proto__"));

  test("does not depend on the order of fields", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(isSame(value, reordered(value))).toBe(true);
      }),
    );
  });

  test("tells different values apart", () => {
    const normal = (value: unknown) => JSON.stringify(value, (_, inner: unknown) => sorted(inner));
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(isSame(left, right)).toBe(normal(left) === normal(right));
      }),
    );
  });

  test.each([
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [[1], { 0: 1 }],
    [null, {}],
    [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
    [new Uint8Array([1]).buffer, {}],
  ])("%j is not %j", (left, right) => {
    expect(isSame(left, right)).toBe(false);
    expect(isSame(right, left)).toBe(false);
  });

  test("a field that is undefined is one that is not there", () => {
    expect(isSame({ a: undefined }, {})).toBe(true);
    expect(isSame({}, { a: undefined })).toBe(true);
  });
});

function sorted(value: unknown): unknown {
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

test("only what differs is a change, and updatedAt never is", () => {
  const row = { name: "a", tags: ["x"], updatedAt: 1, note: "old" };
  expect(changedFields(row, { name: "a", tags: ["x"], updatedAt: 2, note: undefined })).toEqual(["note"]);
});

test("secrets are redacted, and a cleared field has no `to`", () => {
  const before = { keyHash: "one", hostname: "h" };
  const after = { keyHash: "two", hostname: undefined };
  expect(changesBetween("agents", before, after, ["keyHash", "hostname"])).toEqual({
    keyHash: { from: "[redacted]", to: "[redacted]" },
    hostname: { from: "h" },
  });
});
