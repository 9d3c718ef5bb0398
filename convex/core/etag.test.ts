import { assert, integer, nat, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { entityTagMatches, entityTagOf } from "./etag";

describe("entityTagOf", () => {
  it("writes a strong tag of one length", () => {
    assert(
      property(string({ unit: "binary" }), (text) => {
        expect(entityTagOf(text)).toMatch(/^"[0-9a-z]{28}"$/);
      }),
    );
  });

  it("tells texts apart that differ in one or two units, anywhere", () => {
    const text = JSON.stringify(Array.from({ length: 40 }, (_, at) => ({ at, name: `row ${at}` })));
    const positions = nat(text.length - 1);
    const units = integer({ min: 0, max: 0xffff });
    assert(
      property(positions, positions, units, units, (first, second, one, other) => {
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
  it("compares strongly for If-Match and weakly for If-None-Match", () => {
    const tag = entityTagOf("row");
    expect(entityTagMatches(`"other", ${tag}`, tag, false)).toBe(true);
    expect(entityTagMatches("*", tag, false)).toBe(true);
    expect(entityTagMatches(`W/${tag}`, tag, false)).toBe(false);
    expect(entityTagMatches(`W/${tag}`, tag, true)).toBe(true);
    expect(entityTagMatches('"other"', tag, true)).toBe(false);
  });
});

function replaced(text: string, at: number, unit: number): string {
  return text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1);
}
