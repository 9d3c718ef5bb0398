import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hourMs, minuteMs, secondMs } from "../core/wire/durations";
import { builtIns } from "./builtIns";
import { compareTurns, isKeyOf, priorities, retryWaitMs } from "./rules";

const firstSpanMs = 30 * secondMs;

test("what failed together does not come back together", () => {
  const seconds = new Map<number, number>();
  let seed = 1;
  // A small generator of its own, so that the test says the same each time.
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let job = 0; job < 1000; job++) {
    const second = Math.floor(retryWaitMs(2, random()) / secondMs);
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  expect(Math.max(...seconds.values())).toBeLessThanOrEqual(50);
});

test("waits longer with each attempt, an hour at most, and as long as the provider asks before that", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
      const wait = retryWaitMs(attempts, random);
      expect(wait).toBeGreaterThanOrEqual(secondMs);
      expect(wait).toBeLessThanOrEqual(Math.max(secondMs, Math.min(firstSpanMs * 2 ** (attempts - 1), hourMs)));
      expect(retryWaitMs(attempts, random, 90)).toBe(wait + 90 * secondMs);
      expect(retryWaitMs(attempts, random, 1_000_000)).toBeLessThanOrEqual(25 * hourMs);
    }),
  );
});

test("a job of a lower priority comes after those of a higher one, and before all that are younger once it has waited for ten minutes a step", () => {
  const [first, ...others] = priorities;
  for (const priority of others) {
    const job = { scheduledAt: 0, priority };
    const aged = (priority - 1) * 10 * minuteMs;
    expect(compareTurns(job, { scheduledAt: aged - 1, priority: first }, aged - 1)).toBeGreaterThan(0);
    expect(compareTurns(job, { scheduledAt: 1, priority: first }, aged)).toBeLessThan(0);
    expect(compareTurns(job, { scheduledAt: -1, priority: first }, aged)).toBeGreaterThan(0);
  }
});

test("the order of two jobs of one priority never changes", () => {
  const time = fc.integer({ min: 0, max: 200 * minuteMs });
  fc.assert(
    fc.property(fc.constantFrom(...priorities), time, time, time, (priority, one, other, later) => {
      const now = Math.max(one, other) + later;
      const order = compareTurns({ scheduledAt: one, priority }, { scheduledAt: other, priority }, now);
      expect(Math.sign(order)).toBe(Math.sign(one - other));
    }),
  );
});

test("every action that this deployment runs has keys that no organization's own job can have", () => {
  for (const { action } of builtIns) {
    const key = action.replace(".*", ":");
    expect([key, isKeyOf(action, key), isKeyOf("x.report", key)]).toEqual([key, true, false]);
  }
  expect([isKeyOf("x.report", "report-2026-01"), isKeyOf("entity.cleanup", "report-2026-01")]).toEqual([true, false]);
});
