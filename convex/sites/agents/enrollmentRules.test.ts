import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayMs } from "../../core/wire/durations";
import { assertEnrollable, assertReplaceable, assertUsesLeft, tokenExpiry } from "./enrollmentRules";

const now = 1_700_000_000_000;

describe("tokenExpiry", () => {
  test("is 30 days ahead unless given", () => {
    expect(tokenExpiry(undefined, now)).toBe(now + 30 * dayMs);
  });

  const lastAllowed = now + 365 * dayMs;
  const invalid = expect.objectContaining({ code: "validation_failed" });

  test("accepts the times after now, up to one year ahead", () => {
    fc.assert(
      fc.property(fc.integer({ min: now + 1, max: lastAllowed }), (asked) => {
        expect(tokenExpiry(asked, now)).toBe(asked);
      }),
      { examples: [[now + 1], [lastAllowed]] },
    );
  });

  test("refuses all others", () => {
    const past = fc.integer({ min: 0, max: now });
    const tooFar = fc.integer({ min: lastAllowed + 1, max: 8_640_000_000_000_000 });
    fc.assert(
      fc.property(fc.oneof(past, tooFar), (asked) => {
        expect(() => tokenExpiry(asked, now)).toThrow(invalid);
      }),
      { examples: [[now], [lastAllowed + 1]] },
    );
  });
});

test("a token without a limit never ends, one with a limit ends at it", () => {
  expect(() => assertUsesLeft({ useCount: 1_000_000 })).not.toThrow();
  expect(() => assertUsesLeft({ maxUses: 2, useCount: 1 })).not.toThrow();
  expect(() => assertUsesLeft({ maxUses: 2, useCount: 2 })).toThrow(
    expect.objectContaining({ code: "enrollment_exhausted" }),
  );
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

describe("assertReplaceable", () => {
  const intervalSeconds = 300;
  const fresh = { siteId: "here", registeredAt: 0, connectionStatus: "online" } as const;
  const attempt = (agent: Parameters<typeof assertReplaceable>[0], siteId = "here") => {
    return () => assertReplaceable(agent, siteId, intervalSeconds, now);
  };
  const inUse = expect.objectContaining({ code: "guid_in_use" });

  test("lets nobody take over an agent that checks in, or one of another site", () => {
    expect(attempt({ ...fresh, lastCheckinAt: now })).toThrow(inUse);
    expect(attempt({ ...fresh, lastCheckinAt: now - 600_000 })).toThrow(inUse);
    expect(attempt({ ...fresh, lastCheckinAt: now - 600_001, checkinIntervalSeconds: 3600 })).toThrow(inUse);
    expect(attempt(fresh, "elsewhere")).toThrow(inUse);
    expect(attempt({ ...fresh, connectionStatus: "offline" }, "elsewhere")).toThrow(inUse);
  });

  test("lets a device try again whose first answer was lost, or that has fallen silent", () => {
    expect(attempt(fresh)).not.toThrow();
    expect(attempt({ ...fresh, lastCheckinAt: now, connectionStatus: "offline" })).not.toThrow();
    expect(attempt({ ...fresh, lastCheckinAt: now - 600_001 })).not.toThrow();
  });
});
