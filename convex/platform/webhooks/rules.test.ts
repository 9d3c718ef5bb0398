import { describe, expect, it } from "vitest";
import { dayMs, hourMs, minuteMs } from "../../core/wire/durations";
import { askedWaitMs, healthAfter, nextRetryAt, retryWaitsMs, workingHealth } from "./rules";
import type { Attempt } from "./rules";

const now = Date.UTC(2026, 0, 15, 9, 30);
const failure: Attempt = { status: 500, error: "The endpoint answered 500.", durationMs: 20 };
const success: Attempt = { status: 200, durationMs: 20 };
const active = { status: "active" } as const;

describe("a delivery that failed", () => {
  it("is sent ten times in about three days, a fifth sooner or later", () => {
    for (const random of [0, 0.5, 0.999]) {
      let at = now;
      let attempts = 1;
      for (; attempts < 20; attempts++) {
        const next = nextRetryAt(attempts, failure, at, random);
        if (next === undefined) break;
        const waitMs = retryWaitsMs[attempts - 1] ?? 0;
        expect(next - at).toBeGreaterThanOrEqual(0.8 * waitMs);
        expect(next - at).toBeLessThanOrEqual(1.2 * waitMs);
        at = next;
      }
      expect(attempts).toBe(10);
      expect(at - now).toBeGreaterThan(2.5 * dayMs);
      expect(at - now).toBeLessThan(4 * dayMs);
    }
  });

  it("waits as long as the endpoint asks for", () => {
    expect(nextRetryAt(1, { ...failure, retryAfterMs: hourMs }, now, 0.5)).toBe(now + hourMs);
    expect(nextRetryAt(9, { ...failure, retryAfterMs: 1 }, now, 0.5)).toBe(now + dayMs);
  });
});

describe("Retry-After", () => {
  it.each([
    [429, "120", 2 * minuteMs],
    [503, new Date(now + hourMs).toUTCString(), hourMs],
    [503, "999999999", dayMs],
    [503, "0", undefined],
    [503, new Date(now - hourMs).toUTCString(), undefined],
    [503, "soon", undefined],
    [429, "-5", undefined],
    [500, "120", undefined],
    [429, null, undefined],
  ])("of %i, %s, asks for %s milliseconds", (status, header, waitMs) => {
    expect(askedWaitMs(status, header, now)).toBe(waitMs);
  });
});

describe("an endpoint", () => {
  it("waits longer after each try that fails, half an hour at most", () => {
    const waits: number[] = [];
    let endpoint: Parameters<typeof healthAfter>[0] = active;
    for (let tried = 0; tried < 8; tried++) {
      const next = healthAfter(endpoint, [failure], now);
      waits.push((next.nextTryAt ?? 0) - now);
      endpoint = { ...active, failedTries: next.failedTries ?? 0, failingSince: now };
    }
    expect(waits).toEqual(waits.toSorted((left, right) => left - right));
    expect(waits[0]).toBeLessThanOrEqual(10_000);
    expect(waits.at(-1)).toBe(30 * minuteMs);
  });

  it("is as if nothing had been after one success among failures", () => {
    const failing = { ...active, failingSince: now - 4 * dayMs, failedTries: 40, warnings: 2 };
    expect(healthAfter(failing, [failure, success, failure], now)).toEqual({ ...workingHealth, status: "active" });
  });

  it("is told of after an hour and after a day, once each, and disabled after five days", () => {
    let endpoint: Parameters<typeof healthAfter>[0] = active;
    const seen = new Map<string, number>();
    for (let at = now; at <= now + 6 * dayMs && endpoint.status === "active"; at += 30 * minuteMs) {
      const next = healthAfter(endpoint, [failure], at);
      const state = next.status === "active" ? `warned ${next.warnings ?? 0} times` : (next.disabledReason ?? "");
      if (!seen.has(state)) seen.set(state, at - now);
      endpoint = {
        status: next.status,
        failingSince: next.failingSince ?? 0,
        failedTries: next.failedTries ?? 0,
        warnings: next.warnings ?? 0,
      };
    }
    expect(Object.fromEntries(seen)).toEqual({
      "warned 0 times": 0,
      "warned 1 times": hourMs,
      "warned 2 times": dayMs,
      failing: 5 * dayMs,
    });
  });

  it("is still active after 500 failures in ten minutes", () => {
    let endpoint: Parameters<typeof healthAfter>[0] = active;
    for (let failed = 0; failed < 500; failed++) {
      const {
        status,
        failingSince = 0,
        failedTries = 0,
        warnings = 0,
      } = healthAfter(endpoint, [failure], now + failed * 1200);
      endpoint = { status, failingSince, failedTries, warnings };
    }
    expect(endpoint).toEqual({ status: "active", failingSince: now, failedTries: 500, warnings: 0 });
  });

  it("is disabled at once where it says that it is gone", () => {
    const gone = { status: 410, error: "The endpoint answered 410.", durationMs: 20 };
    expect(healthAfter(active, [success, gone], now)).toMatchObject({ status: "disabled", disabledReason: "gone" });
  });

  it("rests where it is slow, so that it has no sender to itself, and where it asks for it", () => {
    expect(healthAfter(active, [{ ...success, durationMs: 9000 }], now).nextTryAt).toBe(now + 27_000);
    expect(healthAfter(active, [{ ...success, durationMs: 1999 }], now).nextTryAt).toBeUndefined();
    const limited = { status: 429, durationMs: 20, retryAfterMs: minuteMs };
    expect(healthAfter(active, [success, limited], now).nextTryAt).toBe(now + minuteMs);
  });
});
