import { ApiError, type PorticoError } from "../errors";

/** Code of a request that this runtime will never send, to a blocked port for example. */
export const notSendable = "not_sendable";

const firstDelayMs = 500;
const longestDelayMs = 8_000;

/**
 * Shared by all calls of a client: a burst of retries is allowed, afterwards at most one retry per ten successes, so
 * that a struggling server is not hit several times as hard (the scheme of gRPC's retry throttling).
 */
export class RetryBudget {
  #retriesLeft: number;

  constructor(readonly capacity = 50) {
    this.#retriesLeft = capacity;
  }

  /** Spends one retry of the budget; false when none is left. */
  take(): boolean {
    if (this.#retriesLeft < 1) return false;
    this.#retriesLeft -= 1;
    return true;
  }

  /** A success earns a tenth of a retry. */
  earn(): void {
    this.#retriesLeft = Math.min(this.capacity, this.#retriesLeft + 0.1);
  }
}

/**
 * Milliseconds to wait by `Retry-After` (RFC 9110 section 10.2.3: seconds or an HTTP-date), or undefined without one. A
 * date is measured against the response's own `Date`, so that a wrong local clock does no harm.
 */
export function retryAfterMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const value = headers?.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  // Every HTTP-date starts with the name of its day; Date.parse alone would take "-5" for a year.
  const untilMs = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(untilMs)) return undefined;
  const serverNowMs = Date.parse(headers?.get("date") ?? "");
  return Math.max(0, untilMs - (Number.isNaN(serverNowMs) ? nowMs : serverNowMs));
}

/** Exponential backoff with jitter: 0.5 s, 1 s, 2 s … 8 s, each shortened by up to half. `retry` counts from 0. */
export function backoffMs(retry: number, random: () => number = Math.random): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** retry) * (1 - random() / 2);
}

/**
 * Whether a failed attempt may be sent again. `repeatable` says that a second delivery has no second effect (safe and
 * idempotent methods, or a request with an `Idempotency-Key`). What was refused before any effect, 429 or 503 with
 * `Retry-After`, may always be repeated; a conflict only when the problem says `retryable`. `x-should-retry` decides when the server sends it.
 */
export function mayRetry(error: PorticoError, repeatable: boolean): boolean {
  if (error.code === notSendable) return false;
  if (!(error instanceof ApiError)) return repeatable;
  const told = error.headers?.get("x-should-retry");
  if (told === "true" || told === "false") return told === "true";
  if (error.status === 429) return true;
  if (error.status === 503 && error.headers?.has("retry-after")) return true;
  if (error.status === 409) return repeatable && error.retryable;
  return repeatable && (error.status === 408 || error.status >= 500);
}
