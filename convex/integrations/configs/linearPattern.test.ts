import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearPattern, UnsupportedPattern } from "./linearPattern";

/** Patterns of the taken kind over few letters, so that texts match them often. */
const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("a", "b", "c", ".", "[ab]", "[^a]", "\\d", "\\w", "\\S", "\\x61", "\\u{62}", "\\-", "^", "$"),
    fc
      .tuple(tie("part"), fc.constantFrom("*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "{2,3}?"))
      .map(([part, many]) => `(?:${part})${many}`),
    fc.tuple(tie("part"), tie("part")).map((parts) => parts.join("")),
    fc.tuple(tie("part"), tie("part")).map((parts) => `(${parts.join("|")})`),
    fc.constant(""),
  ),
  pattern: fc.array(tie("part"), { maxLength: 4 }).map((parts) => parts.join("")),
}));
const texts = fc
  .array(fc.constantFrom("a", "b", "c", "1", "-", " ", "\n", "é", "😀"), { maxLength: 8 })
  .map((parts) => parts.join(""));

describe("linearPattern", () => {
  it("finds what the engine's own expressions find", () => {
    fc.assert(
      fc.property(pattern, texts, (source, text) => {
        let steps: ReturnType<typeof linearPattern>;
        try {
          steps = linearPattern(source);
        } catch (error) {
          fc.pre(!(error instanceof UnsupportedPattern));
          throw error;
        }
        expect([source, text, steps.test(text)]).toEqual([source, text, new RegExp(source, "u").test(text)]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["^https://[a-z0-9-]+\\.example\\.com$", "https://north-wind.example.com", "https://example.com"],
    ["^[A-Z]{2}-\\d{4,6}$", "NL-10442", "NL-104"],
    ["^(eu|us)\\d?$", "eu1", "asia"],
    ["^\\p{L}+$", "Zürich", "Zürich 1"],
    ["^[\\]\\-]$", "]", "a"],
    ["^\\u{1F600}|\\uD83D\\uDE01$", "😀", "x"],
  ])("%s", (source, yes, no) => {
    expect([yes, no].map((text) => linearPattern(source).test(text))).toEqual([true, false]);
  });

  it.each([
    ["(a+)+$", "a".repeat(4000) + "!"],
    ["^(a|a)*$", "a".repeat(4000) + "!"],
    ["^(?:a?){60}a{60}$", "a".repeat(60)],
    ["(.*)*x", "y".repeat(4000)],
    ["^(\\w+\\s?)*$", "word ".repeat(800) + "!"],
  ])("ends at %s, which a backtracking engine does not", (source, text) => {
    expect([true, false]).toContain(linearPattern(source).test(text));
  });

  it.each([
    "(",
    "[a",
    "a{2",
    "*",
    "\\",
    "(?<=a)b",
    "(?!a)b",
    "(?<name>a)",
    "(a)\\1",
    "\\bword\\b",
    "a{501}",
    "(a{30}){30}",
    "(?:){1000000000}",
  ])("refuses %s", (source) => {
    expect(() => linearPattern(source)).toThrow(UnsupportedPattern);
  });

  it.each(["(", "(?:", "a(b|"])("refuses %s thousands of levels deep, whatever is left of the stack", (open) => {
    const deep = (levels: number) => open.repeat(levels) + ")".repeat(levels);
    for (const levels of [51, 1000, 7500])
      expect(() => linearPattern(deep(levels))).toThrow("Groups are nested more than 50 levels deep.");
    expect(linearPattern(deep(50)).steps).toBeGreaterThan(0);
    expect(linearPattern("[(]{60}|\\(".repeat(6)).steps).toBeGreaterThan(0);
  });
});
