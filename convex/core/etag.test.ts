import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entityTagMatches, entityTagOf } from "./etag";

const utf16Unit = fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit));

describe("entityTagOf", () => {
  it("is a strong, quoted tag that only the text decides", () => {
    fc.assert(
      fc.property(fc.string({ unit: utf16Unit }), (text) => {
        expect(entityTagOf(text)).toMatch(/^"[0-9a-z]{22}"$/);
        expect(entityTagOf(`${text} `.slice(0, -1))).toBe(entityTagOf(text));
      }),
    );
  });

  it("tells forty thousand documents apart that differ in little", () => {
    const tags = new Set<string>();
    for (let at = 0; at < 20_000; at++) {
      tags.add(
        entityTagOf(`{"id":"jx7038frf9ex244sq989tkzpwd8jj6fa","name":"x","updatedAt":${1_795_170_131_409 + at}}`),
      );
      tags.add(entityTagOf(`{"id":"jx7038frf9ex244sq989tkzpwd8${at.toString(36)}","name":"x"}`));
    }
    expect(tags.size).toBe(40_000);
  });

  it("tells any two different texts apart", () => {
    fc.assert(
      fc.property(fc.string({ unit: utf16Unit }), fc.string({ unit: utf16Unit }), (left, right) => {
        expect(entityTagOf(left) === entityTagOf(right)).toBe(left === right);
      }),
      { numRuns: 2000 },
    );
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
