import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorLine, externalAddress, isLoggedWhenQuiet, isOverdue, reportSummary } from "./rules";

describe("isOverdue", () => {
  const intervalSeconds = 300;
  const now = 10_000_000;

  test.each([
    [now, false],
    [now - 600_000, false],
    [now - 600_001, true],
  ])("last check-in at %i: %s", (lastCheckinAt, expected) => {
    expect(isOverdue({ lastCheckinAt, registeredAt: 0 }, intervalSeconds, now)).toBe(expected);
  });

  test("an agent that never checked in is measured from its registration", () => {
    expect(isOverdue({ registeredAt: now - 600_000 }, intervalSeconds, now)).toBe(false);
    expect(isOverdue({ registeredAt: now - 600_001 }, intervalSeconds, now)).toBe(true);
  });

  test("an agent is measured by the interval that it was told, whatever the setting became", () => {
    const agent = { lastCheckinAt: now - 1_000_000, registeredAt: 0 };
    expect(isOverdue({ ...agent, checkinIntervalSeconds: 3600 }, 60, now)).toBe(false);
    expect(isOverdue({ ...agent, checkinIntervalSeconds: 60 }, 3600, now)).toBe(true);
  });

  test("a longer interval never makes an agent overdue that a shorter one does not", () => {
    const seconds = fc.integer({ min: 60, max: 86_400 });
    fc.assert(
      fc.property(fc.integer({ min: now - 180_000_000, max: now }), seconds, seconds, (lastCheckinAt, one, other) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)];
        const agent = { lastCheckinAt, registeredAt: 0 };
        expect(Number(isOverdue(agent, long, now))).toBeLessThanOrEqual(Number(isOverdue(agent, short, now)));
      }),
    );
  });
});

test("an address that cannot be an address is left out", () => {
  expect(externalAddress("203.0.113.7")).toEqual({ extAddress: "203.0.113.7" });
  expect(externalAddress("x".repeat(46))).toEqual({});
  expect(externalAddress(undefined)).toEqual({});
});

test("a report is summed up without its payload", () => {
  expect(reportSummary({ facts: { os: "linux", password: "hunter2" }, errors: ["disk"] })).toEqual({
    factCount: 2,
    errorCount: 1,
  });
  expect(reportSummary({})).toEqual({ factCount: 0, errorCount: 0 });
});

describe("errorLine", () => {
  test("joins the errors, and is absent without any", () => {
    expect(errorLine({ errors: ["disk full", "no network"] })).toEqual({ errorMessage: "disk full; no network" });
    expect(errorLine({ errors: [] })).toEqual({});
  });

  test("is always storable", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 400 }), { minLength: 1 }),
        (errors) => {
          const { errorMessage = "" } = errorLine({ errors });
          expect(errorMessage.length).toBeLessThanOrEqual(1000);
          expect(errorMessage.isWellFormed()).toBe(true);
        },
      ),
    );
  });

  test("replaces a character that the cut splits", () => {
    expect(errorLine({ errors: [`${"a".repeat(999)}😀`] })).toEqual({ errorMessage: `${"a".repeat(999)}\uFFFD` });
  });
});

describe("isLoggedWhenQuiet", () => {
  test("takes the first check-in and one in 60 of the others, whenever the agent began", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 60, max: 86_400 }), fc.nat(10 ** 9), (_id, interval, start) => {
        const times = Array.from({ length: 600 }, (_, at) => start + at * interval * 1000);
        const shown = times.filter((now, at) => {
          const lastCheckinAt = times[at - 1];
          const last = lastCheckinAt === undefined ? {} : { lastCheckinAt };
          return isLoggedWhenQuiet({ _id, ...last }, interval, now);
        });
        expect(shown[0]).toBe(start);
        expect(shown.length).toBeGreaterThanOrEqual(10);
        expect(shown.length).toBeLessThanOrEqual(11);
      }),
    );
  });
});
