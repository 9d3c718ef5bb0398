import { convexToJson, jsonToConvex } from "convex/values";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isStoredName, shownName, storedName, withNames } from "./fieldNames";

const utf16 = fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 12 });
const tricky = fc.string({ unit: fc.constantFrom("\\", "u", "$", "_", "0", "4", "1", "ö", "{", "\n"), maxLength: 12 });
const name = fc.oneof(
  utf16,
  tricky,
  fc.constantFrom("", "__proto__", "$", "\\u", "\\u005f_proto__", "\\u0041", "constructor"),
);

describe("storedName", () => {
  it.each([
    ["diskBytes", "diskBytes"],
    ["C:\\", "C:\\"],
    ["C:\\users", "C:\\u005cusers"],
    ["$env", "\\u0024env"],
    ["price in $", "price in $"],
    ["größe", "gr\\u00f6\\u00dfe"],
    ["", "\\u"],
    ["__proto__", "\\u005f_proto__"],
    ["\ud83d\ude00", "\\ud83d\\ude00"],
  ])("stores %j as %j", (shown, stored) => {
    expect(storedName(shown)).toBe(stored);
    expect(shownName(stored)).toBe(shown);
  });

  it("gives each name one form that Convex holds and that reads back as it was", () => {
    fc.assert(
      fc.property(name, (shown) => {
        const stored = storedName(shown);
        expect(shownName(stored)).toBe(shown);
        expect(isStoredName(stored)).toBe(true);
        expect(jsonToConvex(convexToJson({ [stored]: 1 }))).toEqual({ [stored]: 1 });
      }),
      { numRuns: 2000 },
    );
  });
});

describe("isStoredName", () => {
  it("is true for one form of every name", () => {
    fc.assert(
      fc.property(tricky, (stored) => {
        expect(isStoredName(stored)).toBe(storedName(shownName(stored)) === stored);
        expect(isStoredName(stored) || storedName(stored) !== stored).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("withNames", () => {
  it("renames at every depth, and makes of __proto__ a field like any other", () => {
    const value: unknown = JSON.parse('{"a":[{"__proto__":{"ö":1}}],"$b":null}');
    const stored = { a: [{ "\\u005f_proto__": { "\\u00f6": 1 } }], "\\u0024b": null };
    expect(withNames(value, storedName)).toEqual(stored);
    expect(JSON.stringify(withNames(stored, shownName))).toBe(JSON.stringify(value));
    expect({}).not.toHaveProperty("ö");
  });
});
