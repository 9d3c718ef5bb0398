import { secondMs } from "./durations";

/** Milliseconds that a `Retry-After` of somebody else's answer asks for, in seconds or as a date (RFC 9110, 10.2.3). */
export function retryAfterMsOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const waitMs = /^\d{1,9}$/.test(header) ? Number(header) * secondMs : Date.parse(header) - now;
  return Number.isFinite(waitMs) && waitMs >= 0 ? waitMs : undefined;
}
