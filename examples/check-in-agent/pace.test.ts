import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs, nextCheckInMs, retryAfterMs } from "./pace";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map((value) => () => value);

test("a check-in comes at most a tenth early and never late", () => {
  fc.assert(
    fc.property(fc.integer({ min: 30, max: 86_400 }), random, (seconds, anyRandom) => {
      const delayMs = nextCheckInMs(seconds, anyRandom);
      expect(delayMs).toBeGreaterThanOrEqual(seconds * 900);
      expect(delayMs).toBeLessThanOrEqual(seconds * 1_000);
    }),
  );
});

test("back-off grows to five minutes, never beyond and never to nothing, for any number of failures", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), random, (failures, anyRandom) => {
      const delayMs = backoffMs(failures, 0, anyRandom);
      expect(delayMs).toBeGreaterThanOrEqual(1_000);
      expect(delayMs).toBeLessThanOrEqual(300_000);
    }),
  );
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((failures) => backoffMs(failures, 0, () => 0));
  expect(longest).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
});

test("the server's Retry-After is never undercut", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 86_400 }),
      random,
      (failures, s, anyRandom) => {
        const asked = retryAfterMs(new Headers({ "retry-after": String(s) }));
        expect(asked).toBe(s * 1_000);
        expect(backoffMs(failures, asked, anyRandom)).toBeGreaterThanOrEqual(asked);
      },
    ),
  );
});

test.each([
  ["a date ahead", "Thu, 01 Jan 1970 00:01:00 GMT", 60_000],
  ["a date behind", "Wed, 31 Dec 1969 23:59:00 GMT", 0],
  ["nonsense", "soon", 0],
])("Retry-After as %s", (_name, value, expected) => {
  expect(retryAfterMs(new Headers({ "retry-after": value }), 0)).toBe(expected);
});

test("without Retry-After nothing is asked", () => {
  expect(retryAfterMs(new Headers())).toBe(0);
  expect(retryAfterMs(undefined)).toBe(0);
});
