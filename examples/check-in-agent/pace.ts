const shortestBackoffMs = 2_000;
const longestBackoffMs = 300_000;

/**
 * Milliseconds until the next check-in after a success: the interval the server asks for, up to a tenth earlier, so that
 * devices which started together drift apart and none is ever overdue.
 */
export function nextCheckInMs(intervalSeconds: number, random: () => number = Math.random): number {
  return intervalSeconds * 1_000 * (1 - random() / 10);
}

/**
 * Milliseconds until the next attempt after `failures` failures in a row (1 or more): 2 s, doubled up to 5 min, shortened
 * by up to half, and never less than `leastMs`, what the server's `Retry-After` asks for.
 */
export function backoffMs(failures: number, leastMs = 0, random: () => number = Math.random): number {
  const backoff = Math.min(longestBackoffMs, shortestBackoffMs * 2 ** (failures - 1)) * (1 - random() / 2);
  return Math.max(backoff, leastMs);
}

/** Milliseconds that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date); 0 without one. */
export function retryAfterMs(headers: Headers | undefined, nowMs = Date.now()): number {
  const value = headers?.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const untilMs = Date.parse(value);
  return Number.isNaN(untilMs) ? 0 : Math.max(0, untilMs - nowMs);
}
