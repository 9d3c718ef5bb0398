import { hourMs, minuteMs, secondMs } from "../core/wire/durations";
import type { Doc } from "../_generated/dataModel";

export type Runner = Doc<"scheduledJobs">["runner"];

export const priorities = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

/** Actions that are an organization's own. */
const ownActions = "x.";
/** How the keys begin by which this deployment's own jobs are not asked for twice: whoever took one could keep them from being done. */
const reservedKeys = ["dataSource.", "dock.", "entity.", "operation.", "organization.", "sync:"];

/** Whether a job of an action may have this key: those of the deployment's own have reserved ones, and nobody else's. */
export function isKeyOf(action: string, dedupeKey: string): boolean {
  return action.startsWith(ownActions) !== reservedKeys.some((head) => dedupeKey.startsWith(head));
}

/** How long a worker may say nothing, unless it asks for another span. */
export const leaseSeconds = { least: 60, most: 900, usual: 300 } as const;

/** A job that has waited for as long as this counts as one of the next higher priority. */
const agingMs = 10 * minuteMs;

/** Where a pending job waits: each runner has a queue a priority. */
export function queueOf(runner: Runner, priority: number): string {
  return `${runner}:${priority}`;
}

/** Where the jobs stand that this deployment runs now. */
export const runningHere = "builtin:running";

/** What makes jobs pending, wherever they come from. */
export function pendingOf(
  { runner, priority }: Pick<Doc<"scheduledJobs">, "runner" | "priority">,
  scheduledAt: number,
) {
  return { status: "pending", queue: queueOf(runner, priority), scheduledAt } as const;
}

type Waiting = Pick<Doc<"scheduledJobs">, "scheduledAt" | "priority">;

/** The order of jobs that are due: by priority as it is after their waiting, then by time. Those of one priority are in order by time alone. */
export function compareTurns(one: Waiting, other: Waiting, now: number): number {
  return agedPriority(one, now) - agedPriority(other, now) || one.scheduledAt - other.scheduledAt;
}

function agedPriority({ scheduledAt, priority }: Waiting, now: number): number {
  return Math.max(1, priority - Math.floor((now - scheduledAt) / agingMs));
}

const firstRetryMs = 30 * secondMs;
const maxRetryMs = hourMs;
/** A provider that asks for longer is asked again after this. */
const maxRetryAfterMs = 24 * hourMs;

/**
 * How long a job waits after a failure: anything up to a span that doubles with each attempt, so that what failed together does not come back
 * together. A provider's `Retry-After` comes before all of it.
 * @param random from 0 to 1
 */
export function retryWaitMs(attempts: number, random: number, retryAfterSeconds = 0): number {
  const spanMs = Math.min(firstRetryMs * 2 ** Math.max(0, attempts - 1), maxRetryMs);
  return Math.round(Math.min(retryAfterSeconds * secondMs, maxRetryAfterMs) + Math.max(secondMs, spanMs * random));
}

/** Made anew with every claim: what a former holder shows opens nothing any more. */
export function newLockToken(): string {
  return `lck_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** What nobody holds. */
export const unlocked = { lockedBy: undefined, lockToken: undefined, lockExpiresAt: undefined, stepId: undefined };
