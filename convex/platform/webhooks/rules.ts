import { dayMs, hourMs, minuteMs, secondMs } from "../../core/wire/durations";
import { retryAfterMsOf } from "../../core/wire/retryAfter";
import type { Doc } from "../../_generated/dataModel";

/** What a delivery waits after each attempt that failed: ten attempts in about three days. */
export const retryWaitsMs: readonly number[] = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
];
/** What an endpoint waits after each try in a row that failed, whatever waits for it; the last again and again. */
const tryWaitsMs: readonly number[] = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  30 * minuteMs,
];
/** A claim is void after this long: its sender has ended with its process. */
export const sendingLeaseMs = minuteMs;
/** What a receiver is waited for. */
export const sendingTimeoutMs = 10 * secondMs;
/** An endpoint that takes longer rests, so that those that take their time do not take everybody's. */
const slowMs = 2 * secondMs;
/** How much longer than it took it rests. */
const restFactor = 3;
/** Tries of failing endpoints begin at these steps of time, so that one sender makes many of them. */
const tryGridMs = 5 * secondMs;
const maxRetryAfterMs = dayMs;
/** How long nothing but failures is told of, and borne at last. */
const warnAfterMs: readonly number[] = [hourMs, dayMs];
const disableAfterMs = 5 * dayMs;

/** What came of one attempt. */
export interface Attempt {
  /** Absent where no answer came. */
  readonly status?: number;
  readonly error?: string;
  readonly durationMs: number;
  /** What the answer's `Retry-After` asks for. */
  readonly retryAfterMs?: number;
  /** Nothing was sent, and nothing would be at another try: what is wrong does not pass by itself. */
  readonly isFinal?: boolean;
}

export function isDelivered({ status = 0 }: Attempt): boolean {
  return status >= 200 && status < 300;
}

/** When a delivery is sent again after `attempts` of them, of which the last one failed; undefined when that was the last. */
export function nextRetryAt(attempts: number, attempt: Attempt, now: number, random: number): number | undefined {
  const waitMs = retryWaitsMs[attempts - 1];
  if (waitMs === undefined) return undefined;
  return now + Math.max(jittered(waitMs, random), attempt.retryAfterMs ?? 0);
}

/** Up to a fifth more or less, so that what failed together does not come back together. */
function jittered(waitMs: number, random: number): number {
  return Math.round(waitMs * (0.8 + 0.4 * random));
}

/** The fields of an endpoint that tell how it is. */
type Health = Pick<
  Doc<"webhookEndpoints">,
  "status" | "failingSince" | "nextTryAt" | "failedTries" | "warnings" | "disabledReason"
>;
type Change = { readonly [Field in keyof Health]: Health[Field] | undefined } & Pick<Health, "status">;

/** An endpoint that nothing is known of, or that works. */
export const workingHealth = {
  failingSince: undefined,
  nextTryAt: undefined,
  failedTries: undefined,
  warnings: undefined,
  disabledReason: undefined,
} as const;

/** Whether an endpoint's last try failed, so that the next is made with one delivery alone. */
export function isFailing({ failedTries = 0 }: Pick<Health, "failedTries">): boolean {
  return failedTries > 0;
}

/**
 * What a round of attempts tells of an active endpoint. One success is enough: it answers, whatever it thinks of single events.
 * Nothing but failures is borne for five days, of which its owner is told after an hour and after a day.
 */
export function healthAfter(endpoint: Health, attempts: readonly Attempt[], now: number): Change {
  const failingSince = endpoint.failingSince ?? now;
  if (attempts.some(({ status }) => status === 410))
    return { ...workingHealth, status: "disabled", disabledReason: "gone", failingSince };
  const asked = Math.max(0, ...attempts.map(({ retryAfterMs = 0 }) => retryAfterMs));
  if (attempts.some(isDelivered)) {
    const tookMs = Math.max(...attempts.map(({ durationMs }) => durationMs));
    const restMs = Math.max(asked, tookMs > slowMs ? restFactor * tookMs : 0);
    return { ...workingHealth, status: "active", nextTryAt: restMs > 0 ? now + restMs : undefined };
  }
  const failedForMs = now - failingSince;
  if (failedForMs >= disableAfterMs)
    return { ...workingHealth, status: "disabled", disabledReason: "failing", failingSince };
  const { warnings = 0, failedTries = 0 } = endpoint;
  // What does not pass by itself is told of at once, and once.
  const isDueToTell = (afterMs: number) => failedForMs >= afterMs || attempts.some(({ isFinal }) => isFinal);
  const waitMs = Math.max(asked, tryWaitsMs[Math.min(failedTries, tryWaitsMs.length - 1)] ?? 0);
  return {
    status: "active",
    disabledReason: undefined,
    failingSince,
    failedTries: failedTries + 1,
    warnings: Math.max(warnings, warnAfterMs.filter(isDueToTell).length),
    nextTryAt: tryTimeFrom(now + waitMs),
  };
}

/** The first time from `earliestMs` on at which failing endpoints are tried. */
export function tryTimeFrom(earliestMs: number): number {
  return Math.ceil(earliestMs / tryGridMs) * tryGridMs;
}

/** What `Retry-After` asks for; of 429 and 503 alone, and a day at most. */
export function askedWaitMs(status: number, header: string | null, now: number): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const waitMs = retryAfterMsOf(header, now);
  return waitMs ? Math.min(waitMs, maxRetryAfterMs) : undefined;
}
