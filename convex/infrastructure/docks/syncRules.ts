import { minuteMs, secondMs } from "../../core/wire/durations";
import { limitedUntil } from "./rules";
import type { Doc } from "../../_generated/dataModel";

/** What a run of a dock is called among runs of other sources: one reads all tables. */
export const runType = "resources";
/** Failures in a row of which administrators are told. */
export const failuresToTell = 3;
const longestBackOffMinutes = 60;
const fewestGone = 5;
const goneShare = 0.3;

/** How many rows of a table may go by one sync that nobody has confirmed. */
export function mostGone(live: number): number {
  return Math.max(fewestGone, Math.floor(live * goneShare));
}

/** A text's place in [0, 1): docks of one interval are synced all through it rather than together. */
export function spreadOf(id: string): number {
  let hash = 2_166_136_261;
  for (const letter of id) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return hash / 2 ** 32;
}

/**
 * When a dock is synced again by itself after a sync that went well: up to a tenth of its interval later than it, which is never shorter than
 * its provider takes now, whatever it took when the interval was chosen.
 */
export function nextAfterSuccess(
  dock: Pick<Doc<"docks">, "syncConfig" | "rateLimitRemaining" | "rateLimitResetAt"> & { readonly _id: string },
  now: number,
  minimumIntervalSeconds: number,
): number {
  const intervalMs = Math.max(dock.syncConfig.intervalSeconds, minimumIntervalSeconds) * secondMs;
  return Math.max(now + Math.round(intervalMs * (1 + spreadOf(dock._id) / 10)), limitedUntil(dock, now) ?? 0);
}

/** What decides when a dock is synced by itself. */
type Scheduled = Pick<
  Doc<"docks">,
  | "deletedAt"
  | "encryptedApiKey"
  | "syncConfig"
  | "lastSyncAt"
  | "consecutiveFailures"
  | "rateLimitRemaining"
  | "rateLimitResetAt"
> & { readonly _id: string };

/** Whether a dock is synced by itself at all. */
export function isSyncedByItself({ deletedAt, encryptedApiKey, syncConfig }: Omit<Scheduled, "_id">): boolean {
  return deletedAt === undefined && encryptedApiKey !== undefined && syncConfig.enabled;
}

/** When a dock is synced by itself, after its last sync and with the settings that it has now; undefined where it is not. */
export function nextSyncOf(dock: Scheduled, now: number, minimumIntervalSeconds: number): number | undefined {
  if (!isSyncedByItself(dock)) return undefined;
  const { lastSyncAt, consecutiveFailures = 0 } = dock;
  if (lastSyncAt === undefined) return limitedUntil(dock, now) ?? now;
  const next =
    consecutiveFailures > 0
      ? nextAfterFailure(dock, consecutiveFailures, lastSyncAt)
      : nextAfterSuccess(dock, lastSyncAt, minimumIntervalSeconds);
  return Math.max(next, now);
}

/** When after a number of failures in a row: twice as late each time, an hour at most, and never before its provider allows. */
export function nextAfterFailure(
  dock: Pick<Doc<"docks">, "rateLimitRemaining" | "rateLimitResetAt">,
  failures: number,
  now: number,
): number {
  const waitMs = Math.min(2 ** Math.min(failures, 10), longestBackOffMinutes) * minuteMs;
  return Math.max(now + waitMs, limitedUntil(dock, now) ?? 0);
}
