import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entityTagMatches, entityTagOf, isEntityTagList } from "./etag";

describe("entityTagOf", () => {
  it("writes a strong tag of one length", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(entityTagOf(text)).toMatch(/^"[0-9a-z]{28}"$/);
      }),
    );
  });

  it("tells texts apart that differ in one or two units, anywhere", () => {
    const text = JSON.stringify(Array.from({ length: 40 }, (_, at) => ({ at, name: `row ${at}` })));
    const positions = fc.nat(text.length - 1);
    const units = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(positions, positions, units, units, (first, second, one, other) => {
        const changed = replaced(replaced(text, first, one), second, other);
        expect(entityTagOf(changed) === entityTagOf(text)).toBe(changed === text);
      }),
      { numRuns: 2000 },
    );
  });

  it("tells every small number apart, and texts that only differ in zeros at their end", () => {
    const tags = Array.from({ length: 50_000 }, (_, at) => entityTagOf(`{"count":${at}}`));
    expect(new Set(tags).size).toBe(tags.length);
    expect(entityTagOf("x")).not.toBe(entityTagOf("x\0"));
  });
});

describe("entityTagMatches", () => {
  it.each([
    ['"abc"', true],
    ['W/"abc"', true],
    ['"abc-gzip"', true],
    ['W/"abc;br"', true],
    ['"x", "abc"', true],
    ['"x" ,\tW/"abc"', true],
    ["*", true],
    [" * ", true],
    ['"x", *', false],
    ["abc", false],
    ['"ABC"', false],
    ['w/"abc"', false],
    ['"abc', false],
    ['"gzip"', false],
    ["", false],
  ])("compares %s: %s", (header, matches) => {
    expect(entityTagMatches(header, '"abc"')).toBe(matches);
  });
});

it.each([
  ["*", true],
  ['"abc"', true],
  ['W/"a", "b" ,"c"', true],
  ['""', true],
  ["", false],
  ["abc", false],
  ['"abc', false],
  ['w/"abc"', false],
  ['"a" "b"', false],
  ['"a", *', false],
  ['"a b"', false],
])("%s is a list of entity tags: %s", (header, isList) => {
  expect(isEntityTagList(header)).toBe(isList);
});

function replaced(text: string, at: number, unit: number): string {
  return text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1);
}
