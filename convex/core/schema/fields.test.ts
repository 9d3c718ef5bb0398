import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convexToJson, jsonToConvex } from "convex/values";
import { InexactNumber } from "../wire/exactNumbers";
import { storedName } from "../wire/fieldNames";
import {
  emailAddress,
  httpsUrl,
  integer,
  jsonFault,
  jsonObject,
  keptFacts,
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
    ["a name of 1,024 characters", { ["a".repeat(1024)]: 1 }, true],
    ["a name of 1,025 characters", { ["a".repeat(1025)]: 1 }, false],
    ["every printable character in a name", { [` !"#$%&'()*+,-./0:;<=>?@A[\\]^_\`a{|}~`]: 1 }, true],
    ["a line feed in a name", { "a\n": 1 }, false],
    ["a letter beyond ASCII in a name", { größe: 1 }, false],
    ["a stored __proto__", { a: { [storedName("__proto__")]: 1 } }, false],
    ["a stored name that stands for one that is not stored so", { "\\u0041": 1 }, false],
    ["a name that looks like an escape", { [storedName("\\u0041")]: 1 }, true],
    ["a number that a double cannot hold", { a: [new InexactNumber()] }, false],
    ["bytes", { a: new ArrayBuffer(1) }, false],
    ["null inside", { a: null, b: [null] }, true],
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

describe("jsonFault", () => {
  it.each<[string, unknown, unknown]>([
    ["a name", { a: [{ [storedName("größe")]: 1 }] }, { path: ["a", 0, "größe"], code: "invalid_name" }],
    ["a text", { "x/y": { z: "\ud800" } }, { path: ["x/y", "z"], code: "invalid_text" }],
    ["a number", { a: [0, Number.NaN] }, { path: ["a", 1], code: "invalid_number" }],
    ["a level", nested(9), { path: Array(9).fill("a"), code: "too_deep" }],
    ["an array", { a: Array(1025).fill(0) }, { path: ["a"], code: "too_big" }],
  ])("points at the very %s", (_name, value, fault) => expect(jsonFault(value)).toMatchObject(Object(fault)));

  it("takes any name where any is taken", () => {
    const names = ["größe", "", "$env", "__proto__", "C:\\", "\ud800", "\\u0041"];
    const value = Object.fromEntries(names.map((name) => [storedName(name), 1]));
    expect(jsonFault(value, "any")).toBeUndefined();
  });
});

describe("keptFacts", () => {
  it("keeps what jsonObject takes, and leaves out the rest with its reason", () => {
    const facts = { a: { b: [1] }, deep: nested(9), wide: Array(1025).fill(0), id: new InexactNumber(), z: null };
    const { kept, dropped } = keptFacts(facts, 1000);
    expect(kept).toEqual({ a: { b: [1] }, z: null });
    expect(dropped.map(({ path, code }) => [path[0], code])).toEqual([
      ["deep", "too_deep"],
      ["wide", "too_big"],
      ["id", "inexact_number"],
    ]);
  });

  it("fills its bytes and no more, in the order of the facts", () => {
    const fact = fc.tuple(fc.string({ maxLength: 6 }).map(storedName), fc.string({ unit: "grapheme", maxLength: 9 }));
    fc.assert(
      fc.property(fc.array(fact), fc.integer({ min: 2, max: 200 }), (entries, maximumBytes) => {
        const facts = Object.fromEntries(entries);
        const { kept, dropped } = keptFacts(facts, maximumBytes);
        expect(accepts(jsonObject(maximumBytes, "any"), kept)).toBe(true);
        expect(Object.keys(kept).length + dropped.length).toBe(Object.keys(facts).length);
        const [first] = Object.keys(facts).filter((name) => !(name in kept));
        const more = first === undefined ? {} : { ...before(facts, first), [first]: facts[first] };
        expect(accepts(jsonObject(maximumBytes, "any"), more)).toBe(first === undefined);
      }),
    );
  });

  it("keeps 256 facts", () => {
    const facts = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f${at}`, at]));
    const { kept, dropped } = keptFacts(facts, 16_384);
    expect([Object.keys(kept).length, dropped.length, dropped[0]?.path]).toEqual([256, 44, ["f256"]]);
  });
});

/** The fields of an object that come before one of them. */
function before(value: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const names = Object.keys(value);
  return Object.fromEntries(names.slice(0, names.indexOf(name)).map((key) => [key, value[key]]));
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
