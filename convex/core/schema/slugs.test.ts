import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { slug } from "./fields";
import { freeSlug, slugCandidates, slugOf } from "./slugs";

const alwaysZero = () => 0;

describe("slugOf", () => {
  test.each([
    ["Acme GmbH & Co. KG", "acme-gmbh-co-kg"],
    ["  Café Zürich  ", "cafe-zurich"],
    ["snake_case -- name", "snake-case-name"],
    ["API", "site-api"],
    ["x", "site-x"],
    ["東京", "site"],
    ["---", "site"],
    [`${"a".repeat(44)} bcd`, "a".repeat(44)],
  ])("%s becomes %s", (name, expected) => {
    expect(slugOf(name, "site")).toBe(expected);
  });
});

describe("slugCandidates", () => {
  test("tries the name, ten random suffixes and the id's end", () => {
    const candidates = [...slugCandidates("Head Office", "site", "jd7ABCDEFGH12345678", alwaysZero)];
    expect(candidates).toHaveLength(12);
    expect(candidates[0]).toBe("head-office");
    expect(new Set(candidates.slice(1, 11))).toEqual(new Set(["head-office-0000"]));
    expect(candidates[11]).toBe("head-office-12345678");
  });

  test("every candidate of any name is a valid slug", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 120 }), fc.string(), random, (name, id, number) => {
        for (const candidate of slugCandidates(name, "site", id, () => number)) {
          expect(slug().safeParse(candidate)).toMatchObject({ success: true, data: candidate });
        }
      }),
    );
  });
});

describe("freeSlug", () => {
  test("takes the first free candidate", async () => {
    const taken = new Set(["one", "two"]);
    expect(await freeSlug(["one", "two", "three", "four"], async (candidate) => taken.has(candidate))).toBe("three");
  });

  test("leaves the last candidate to the uniqueness rule when all are taken", async () => {
    expect(await freeSlug(["one", "two"], async () => true)).toBe("two");
  });
});
