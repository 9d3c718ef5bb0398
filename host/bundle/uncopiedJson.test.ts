import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { convexToJson, jsonToConvex } from "convex/values";
import { describe, expect, it } from "vitest";
import { withoutCopies } from "./uncopiedJson";
import { isKnownText } from "./uncopiedValues";

const original: Parameters<typeof withoutCopies>[0] = { convexToJson, jsonToConvex };
const wrapped = withoutCopies(original);

const name = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "b",
    "10",
    "2",
    "$",
    "$integer",
    "$float",
    "$bytes",
    "$commitTs",
    "$set",
    "_id",
    "__proto__",
  ),
  fc.constantFrom("toJSON", "é", "a\u0000", "constructor", "x".repeat(1024), "x".repeat(1025)),
  fc.string({ maxLength: 3 }),
);

/** Anything a function may be given as JSON, special encodings and malformed ones included. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 1.5, -3, "", "text", "AAAAAAAAAAA=", "AAAAAAAA8H8=", "\ud800"),
    fc.array(tie("value"), { maxLength: 4 }),
    // As JSON.parse makes it: a name is a field of the object itself, whatever it is called.
    fc
      .array(fc.tuple(name, tie("value")), { maxLength: 5 })
      .map((entries) => parsedObject(entries.filter(([key]) => key !== "__proto__"))),
  ),
})).value;

function parsedObject(entries: readonly (readonly [string, unknown])[]): unknown {
  return JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`);
}

class Strange {
  readonly field = 1;
}

/** Anything a function may return, and what it must not. */
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    fc.constantFrom(
      null,
      true,
      0,
      -0,
      NaN,
      Infinity,
      1.5,
      "",
      "text",
      "\ud800",
      undefined,
      7n,
      1n << 63n,
      Symbol.iterator,
    ),
    fc.constantFrom(
      new ArrayBuffer(3),
      new Uint8Array(2),
      new Date(0),
      new Map(),
      new Set([1]),
      new Strange(),
      /x/,
      isNaN,
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.constantFrom(Object.assign([1], { toJSON: () => 2 }), Array(3), Object.assign([1], { extra: 1 })),
    fc
      .tuple(fc.boolean(), fc.array(fc.tuple(name, tie("value")), { maxLength: 5 }))
      .map(([isBare, entries]) => ownFields(isBare ? Object.create(null) : {}, entries)),
  ),
})).value;

function ownFields(target: object, entries: readonly (readonly [string, unknown])[]): object {
  for (const [key, field] of entries)
    Object.defineProperty(target, key, { value: field, enumerable: true, writable: true, configurable: true });
  return target;
}

function outcome(run: () => unknown): unknown {
  try {
    return { returned: run() };
  } catch (error) {
    return { thrown: String(error) };
  }
}

describe("conversions that copy nothing", () => {
  it("decode what Convex's decode, to equal values, and refuse what they refuse with the same words", () => {
    fc.assert(
      fc.property(json, (given) => {
        const [ours, theirs] = [wrapped, original].map(({ jsonToConvex: decode }) => outcome(() => decode(given)));
        // Vitest's own comparison stumbles over fields that are called `constructor`.
        expect(isDeepStrictEqual(ours, theirs)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("write the same JSON text as Convex's, and refuse what they refuse with the same words", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(outcome(() => JSON.stringify(wrapped.convexToJson(given)))).toStrictEqual(
          outcome(() => JSON.stringify(original.convexToJson(given))),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it("keep fields that are called as every object's own are, beside fields that have to be put in order", () => {
    for (const own of Object.getOwnPropertyNames(Object.prototype).filter((each) => each !== "__proto__")) {
      const given = { z: { b: 1, a: [{ d: 1, c: 2 }] }, [own]: "keep", y: undefined };
      expect(JSON.stringify(wrapped.convexToJson(given)), own).toBe(JSON.stringify(original.convexToJson(given)));
    }
  });

  it("leave to Convex what a field called `__proto__` does", () => {
    const given: unknown = JSON.parse('{"a":{"__proto__":{"b":1}}}');
    expect(wrapped.jsonToConvex(given)).toEqual(original.jsonToConvex(given));
    expect(JSON.stringify(wrapped.convexToJson(given))).toBe(JSON.stringify(original.convexToJson(given)));
  });

  it("hand on what is its own encoding", () => {
    const plain = { a: [1, { b: "x", c: null }], d: true };
    expect(wrapped.jsonToConvex(plain)).toBe(plain);
    expect(wrapped.convexToJson(plain)).toBe(plain);
  });

  it.each(["values/value.js", "server/impl/registration_impl.js"])("know the installed version of %s", (file) => {
    const values = dirname(createRequire(import.meta.url).resolve("convex/values")).replace("cjs", "esm");
    expect(isKnownText(join(values, "..", file))).toBe(true);
  });
});
