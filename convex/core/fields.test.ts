import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convexToJson, jsonToConvex } from "convex/values";
import {
  emailAddress,
  httpsUrl,
  integer,
  jsonFault,
  jsonObject,
  reservedSlugs,
  slug,
  tags,
  text,
  timestampMs,
  version,
} from "./fields";
import type * as z from "zod";

const accepts = (type: z.ZodType, value: unknown) => type.safeParse(value).success;
const utf16Unit = fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit));
const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

describe("text", () => {
  const type = text(1, 5);

  it("takes exactly the well-formed strings within its bounds", () => {
    fc.assert(
      fc.property(fc.string({ unit: utf16Unit, maxLength: 8 }), (value) => {
        const { length } = Array.from(value);
        expect(accepts(type, value)).toBe(length >= 1 && length <= 5 && value.isWellFormed());
      }),
    );
  });

  it.each([["\ud800"], ["a\udc00"], [""], ["123456"], [1], [null], [undefined], [{}], [["a"]]])(
    "refuses %j",
    (value) => {
      expect(accepts(type, value)).toBe(false);
    },
  );

  it("counts code points, as JSON Schema does", () => {
    expect([accepts(text(1, 1), "😀"), accepts(text(2, 2), "😀")]).toEqual([true, false]);
  });
});

describe("jsonObject", () => {
  const type = jsonObject(8192);
  it.each<[string, unknown, boolean]>([
    ["eight levels", nested(8), true],
    ["nine levels", nested(9), false],
    ["a hundred thousand levels", JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`), false],
    ["256 fields", Object.fromEntries(Array.from({ length: 256 }, (_, at) => [`f${at}`, 1])), true],
    ["257 fields", Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`f${at}`, 1])), false],
    ["1,024 elements", { a: Array(1024).fill(1) }, true],
    ["1,025 elements", { a: Array(1025).fill(1) }, false],
    ["a lone surrogate", { a: ["\udfff"] }, false],
    ["a lone surrogate in a name", { "\ud800": 1 }, false],
    ["NaN", { a: Number.NaN }, false],
    ["Infinity", { a: { b: -Infinity } }, false],
    ["a name with $", { $a: 1 }, false],
    ["an empty name", { "": 1 }, false],
    ["a name of 65 characters", { ["a".repeat(65)]: 1 }, false],
    ["a nested __proto__", JSON.parse('{"a":{"__proto__":1}}'), false],
    ["names of Object's own members", { constructor: 1, toString: { valueOf: [] } }, true],
    ["undefined", { a: undefined }, false],
    ["a bigint", { a: 1n }, false],
    ["an array", [], false],
    ["null", null, false],
  ])("judges %s", (_name, value, isAccepted) => {
    expect(accepts(type, value)).toBe(isAccepted);
  });

  it("counts bytes of UTF-8 rather than characters", () => {
    const json = (count: number) => ({ a: "é".repeat(count) });
    expect([accepts(jsonObject(28), json(10)), accepts(jsonObject(27), json(10))]).toEqual([true, false]);
  });

  it("takes nothing that Convex would not carry unchanged", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: utf16Unit, maxLength: 6 }), fc.jsonValue({ maxDepth: 10 })),
        (value) => {
          if (jsonFault(value) !== undefined) return;
          expect(JSON.stringify(sorted(jsonToConvex(convexToJson(Object(value)))))).toBe(JSON.stringify(sorted(value)));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** Convex keeps no order of fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

describe("slug", () => {
  it.each(["abc", "a-b", "0-0", "a".repeat(48)])("takes %s", (value) => expect(accepts(slug(), value)).toBe(true));
  it.each([
    "ab",
    "a".repeat(49),
    "Abc",
    "-ab",
    "ab-",
    "a b",
    "a_b",
    "äbc",
    "abc\n",
    "",
    ...[...reservedSlugs].filter((name) => name.length > 2),
  ])("refuses %j", (value) => expect(accepts(slug(), value)).toBe(false));
});

describe("numbers", () => {
  it.each([1.5, Number.NaN, Infinity, 1e300, 2 ** 53, -1, 11, "5", null, 5n])("integer(0, 10) refuses %s", (value) => {
    expect(accepts(integer(0, 10), value)).toBe(false);
  });
  it("takes every time that a Date can hold, and none beyond", () => {
    const latest = new Date(8_640_000_000_000_000).getTime();
    expect([0, latest, latest + 1, -1].map((value) => accepts(timestampMs(), value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("other texts", () => {
  it("lower-cases e-mail addresses, and refuses what is none", () => {
    expect(emailAddress().parse("Ada@Example.ORG")).toBe("ada@example.org");
    for (const value of ["ada", "ada@", "a b@example.org", `${"a".repeat(250)}@example.org`, "ada@example.org\n"]) {
      expect(accepts(emailAddress(), value), value).toBe(false);
    }
  });
  it.each([
    ["https://example.org/a?b", true],
    ["http://example.org", false],
    ["javascript:alert(1)", false],
    ["data:text/html,x", false],
    ["//example.org", false],
    [`https://example.org/${"a".repeat(2048)}`, false],
  ])("httpsUrl judges %s", (value, isAccepted) => expect(accepts(httpsUrl(), value)).toBe(isAccepted));
  it.each([
    ["1.2.3", true],
    ["1", true],
    ["1.2.3.4-beta.1+5", true],
    ["1.2.3.4.5", false],
    ["v1", false],
    ["1.", false],
    [`1-${"a".repeat(39)}`, false],
  ])("version judges %s", (value, isAccepted) => expect(accepts(version(), value)).toBe(isAccepted));
  it("bounds tags in number and length", () => {
    expect([["a", "b"], ["a", "b", "c"], [""], ["a".repeat(41)]].map((value) => accepts(tags(2), value))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
