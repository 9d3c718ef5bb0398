import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { healthAfter, healthEvent, thresholdsOf } from "./rules";
import type { HealthOutcome } from "./rules";

const outcomes = fc.array(fc.constantFrom<HealthOutcome>("success", "failure"), { minLength: 1, maxLength: 60 });
const threshold = fc.integer({ min: 1, max: 20 });

/** The states that a run of checks goes through. */
function run(checks: readonly HealthOutcome[], thresholds: { down: number; recovery: number }) {
  const states: ReturnType<typeof healthAfter>[] = [];
  for (const outcome of checks) states.push(healthAfter(states.at(-1), outcome, thresholds));
  return states;
}

/** How many of one outcome end the run. */
function inARow(checks: readonly HealthOutcome[], outcome: HealthOutcome): number {
  const others = checks.findLastIndex((check) => check !== outcome);
  return checks.length - 1 - others;
}

describe("healthAfter", () => {
  test("goes down at the threshold, recovers at the other one, and tells each once", () => {
    fc.assert(
      fc.property(outcomes, threshold, threshold, (checks, down, recovery) => {
        let isDown = false;
        const told: string[] = [];
        const expected: string[] = [];
        for (const [at, state] of run(checks, { down, recovery }).entries()) {
          const soFar = checks.slice(0, at + 1);
          const wasDown: boolean = isDown;
          if (isDown) isDown = inARow(soFar, "success") < recovery;
          else isDown = inARow(soFar, "failure") >= down;
          expect(state.status === "down").toBe(isDown);
          expect(state.status === "healthy").toBe(!isDown && checks[at] === "success");
          if (isDown !== wasDown) expected.push(isDown ? "health.down" : "health.recovered");
          const event = healthEvent(
            at === 0 ? undefined : run(soFar.slice(0, -1), { down, recovery }).at(-1)?.status,
            state.status,
          );
          if (event) told.push(event);
        }
        expect(told).toEqual(expected);
      }),
    );
  });

  test("counts failures in a row, and none of what is healthy", () => {
    fc.assert(
      fc.property(outcomes, threshold, (checks, down) => {
        const [last] = run(checks, { down, recovery: 1 }).slice(-1);
        expect(last?.failureCount).toBe(inARow(checks, "failure"));
        expect(last?.successCount).toBeUndefined();
      }),
    );
  });

  test("makes nothing better by a threshold that was raised", () => {
    const down = healthAfter(undefined, "failure", { down: 1, recovery: 1 });
    expect(healthAfter(down, "failure", { down: 20, recovery: 1 })).toMatchObject({ status: "down", failureCount: 2 });
  });
});

test("one success is a recovery unless the organization says otherwise", () => {
  expect(thresholdsOf({ healthDownThreshold: 3 })).toEqual({ down: 3, recovery: 1 });
  expect(thresholdsOf({ healthDownThreshold: 3, healthRecoveryThreshold: 5 })).toEqual({ down: 3, recovery: 5 });
});
