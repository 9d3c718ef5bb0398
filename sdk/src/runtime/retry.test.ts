import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs, RetryBudget, retryAfterMs } from "./retry";

const nowMs = Date.parse("2030-01-01T00:00:00Z");

test.each([
  [{}, undefined],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "120" }, 120_000],
  [{ "retry-after": "Tue, 01 Jan 2030 00:00:05 GMT" }, 5_000],
  [{ "retry-after": "Mon, 31 Dec 2029 23:59:00 GMT" }, 0],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "-5" }, undefined],
  [{ "retry-after": "Tue, 01 Jan 2002 00:00:07 GMT", date: "Tue, 01 Jan 2002 00:00:00 GMT" }, 7_000],
])("Retry-After of %j is %s ms", (headers, expected) => {
  expect(retryAfterMs(new Headers(Object.entries(headers)), nowMs)).toBe(expected);
});

test("backoff doubles from half a second to eight seconds, shortened by at most half", () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.nat(60), unit, (retry, random) => {
      const whole = Math.min(8_000, 500 * 2 ** retry);
      const delayMs = backoffMs(retry, () => random);
      expect(delayMs).toBeLessThanOrEqual(whole);
      expect(delayMs).toBeGreaterThan(whole / 2 - 1);
    }),
  );
});

test("the budget allows a burst and earns one retry per ten successes, up to its capacity", () => {
  const budget = new RetryBudget(2);
  expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
  for (let success = 0; success < 11; success += 1) budget.earn();
  expect([budget.take(), budget.take()]).toEqual([true, false]);
  for (let success = 0; success < 1_000; success += 1) budget.earn();
  expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
});
