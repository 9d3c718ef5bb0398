import { compareValues, convexToJson } from "convex/values";
import type { Value } from "convex/values";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterPrefix, IndexKeyWriter } from "./indexKey";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  int64,
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1, -1),
  fc.boolean(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\0", "\0\0", "a", "a\0", "a\0b", "\uffff", "\u{10000}", "é"),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => bytes.slice().buffer),
);
const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "ab", "a.b"), tie("value"), { maxKeys: 3 }),
  ),
})).value;
/** Values of the types that end with a terminator, close to each other and full of the terminator's byte. */
const nulString = fc.string({ unit: fc.constantFrom("\0", "\u0001", "x", "ÿ", "\uffff"), maxLength: 4 });
const nulBytes = fc
  .array(fc.constantFrom(0, 1, 0xfe, 0xff), { maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes).buffer);
const nulValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    nulString,
    nulBytes,
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b", "ab"), tie("value"), { maxKeys: 2 }),
  ),
})).value;
const optionalValue = fc.option(value, { nil: undefined, freq: 20 });

function keyOf(...fields: readonly (Value | undefined)[]): Buffer {
  const writer = new IndexKeyWriter().reset(1);
  for (const field of fields) writer.write(field === undefined ? undefined : convexToJson(field));
  return writer.take();
}

describe("index keys", () => {
  it("order values of every type as Convex does", () => {
    fc.assert(
      fc.property(optionalValue, optionalValue, (a, b) => {
        expect(Math.sign(keyOf(a).compare(keyOf(b)))).toBe(Math.sign(compareValues(a, b)));
      }),
      { numRuns: 3000 },
    );
  });

  it("order compound keys field by field", () => {
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        const expected = compareValues(a, c) || compareValues(b, d);
        expect(Math.sign(keyOf(a, b).compare(keyOf(c, d)))).toBe(Math.sign(expected));
      }),
      { numRuns: 2000 },
    );
  });

  it("place every continuation of a prefix before the prefix's upper bound", () => {
    fc.assert(
      fc.property(value, optionalValue, (first, second) => {
        const upper = afterPrefix(keyOf(first));
        expect(keyOf(first, second).compare(upper)).toBe(-1);
      }),
    );
  });

  it("place exactly what is greater than a value behind its upper bound, NULs anywhere in strings, bytes, arrays and objects", () => {
    fc.assert(
      fc.property(nulValue, nulValue, optionalValue, (first, other, second) => {
        const upper = afterPrefix(keyOf(first));
        expect(keyOf(other, second).compare(upper) > 0).toBe(compareValues(other, first) > 0);
        // A lower bound is the key of the value itself.
        expect(keyOf(other, second).compare(keyOf(first)) >= 0).toBe(compareValues(other, first) >= 0);
      }),
      { numRuns: 5000 },
    );
  });

  it("sort integers before floats of any size", () => {
    expect(keyOf(2n ** 63n - 1n).compare(keyOf(-Infinity))).toBe(-1);
  });

  it("grow with their values", () => {
    const long = "ß".repeat(100_000);
    expect(keyOf(long).length).toBe(4 + 1 + 200_000 + 1);
  });
});
