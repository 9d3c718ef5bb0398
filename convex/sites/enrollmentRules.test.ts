import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertEnrollable, assertUsesLeft, tokenExpiry } from "./enrollmentRules";

const dayMs = 86_400_000;
const now = 1_700_000_000_000;

describe("tokenExpiry", () => {
  test("is 30 days ahead unless given", () => {
    expect(tokenExpiry(undefined, now)).toBe(now + 30 * dayMs);
  });

  test("accepts exactly the times from now, exclusive, to one year ahead", () => {
    fc.assert(
      fc.property(fc.integer({ min: now - 2 * dayMs, max: now + 367 * dayMs }), (asked) => {
        const isAllowed = asked > now && asked <= now + 365 * dayMs;
        if (isAllowed) expect(tokenExpiry(asked, now)).toBe(asked);
        else expect(() => tokenExpiry(asked, now)).toThrow(expect.objectContaining({ code: "validation_failed" }));
      }),
      { examples: [[now], [now + 1], [now + 365 * dayMs], [now + 365 * dayMs + 1]] },
    );
  });
});

test("a token without a limit never ends, one with a limit ends at it", () => {
  expect(() => assertUsesLeft({ useCount: 1_000_000 })).not.toThrow();
  expect(() => assertUsesLeft({ maxUses: 2, useCount: 1 })).not.toThrow();
  expect(() => assertUsesLeft({ maxUses: 2, useCount: 2 })).toThrow(expect.objectContaining({ code: "enrollment_exhausted" }));
});

test.each([
  [{ status: "inactive" } as const],
  [{ status: "archived" } as const],
  [{ status: "active", deletedAt: 1 } as const],
  [null],
])("no device is enrolled at %j", (site) => {
  expect(() => assertEnrollable(site)).toThrow(expect.objectContaining({ code: "site_not_active" }));
});

test("devices are enrolled at an active site", () => {
  expect(() => assertEnrollable({ status: "active" })).not.toThrow();
});
