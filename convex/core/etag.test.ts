import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entityTagMatches, entityTagOf } from "./etag";

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
  const tag = '"abc"';
  it.each([
    ['"abc"', true, true],
    ['W/"abc"', false, true],
    ['"x", "abc"', true, true],
    ['"x" ,\tW/"abc"', false, true],
    ["*", true, true],
    [" * ", true, true],
    ['"x", *', false, false],
    ["abc", false, false],
    ['"ABC"', false, false],
    ['w/"abc"', false, false],
    ['"abc', false, false],
    ["", false, false],
  ])("compares %s strongly: %s, weakly: %s", (header, strongly, weakly) => {
    expect([entityTagMatches(header, tag, false), entityTagMatches(header, tag, true)]).toEqual([strongly, weakly]);
  });
});

function replaced(text: string, at: number, unit: number): string {
  return text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1);
}
