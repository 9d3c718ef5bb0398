import fc from "fast-check";
import { expect, test } from "vitest";
import { reservedSlugs, slug } from "./fields";
import { slugCandidates, slugOf } from "./slugs";

test.each([
  ["Acme Corporation", "acme-corporation"],
  ["  Zürich & Söhne  ", "zurich-sohne"],
  ["A -- B", "a-b"],
  ["API", "org-api"],
  ["北京", "org"],
  ["Ab", "org-ab"],
])("%s reads as %s", (name, expected) => {
  expect(slugOf(name, "org")).toBe(expected);
});

test("every candidate of every name is a slug, and all but the first differ from the name's own", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 140 }), fc.integer({ min: 1 }), (name, seed) => {
      let state = seed % 2147483647;
      const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
      const candidates = [...slugCandidates(name, "org", "j57AbCdEfGh1234567890", random)];
      expect(candidates).toHaveLength(12);
      for (const candidate of candidates) {
        expect(slug().safeParse(candidate).success, candidate).toBe(true);
        expect(reservedSlugs.has(candidate)).toBe(false);
      }
      expect(candidates.slice(1)).not.toContain(candidates[0]);
    }),
  );
});
