import { secondMs } from "../core/wire/durations";
import { ProblemError } from "../core/wire/errors";
import { newLockToken } from "./rules";
import { jobsInTurn } from "./turns";
import type { TenantWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

/** When a lease of so many seconds from now ends. Callers send spans and no times: only the clock here counts. */
export function leaseUntil(now: number, seconds: number): number {
  return now + seconds * secondMs;
}

/**
 * Refuses whoever does not hold the job.
 * @throws {ProblemError} 409 `invalid_state_transition` of one that has ended or was never begun, else `lock_lost`
 */
export function assertHeld(
  { status, attempts, lockToken }: Pick<Doc<"scheduledJobs">, "status" | "attempts" | "lockToken">,
  shown: string,
): void {
  if (status === "running" && lockToken === shown) return;
  if (status === "completed" || attempts === 0)
    throw new ProblemError("invalid_state_transition", `The job is ${status}; only one that runs can end.`);
  throw new ProblemError("lock_lost", "The job is not held by this lock token, or not any more.");
}

/** A job that a worker holds from now on, and what shows that it does. */
export interface ClaimedJob {
  readonly job: Doc<"scheduledJobs">;
  readonly lockToken: string;
}

/** Gives a worker jobs whose turn it is. One transaction finds and takes them, so that no two workers get the same. */
export async function claimJobs(
  { db, now }: { readonly db: TenantWriter; readonly now: number },
  {
    workerId,
    actions,
    limit,
    leaseSeconds,
  }: {
    readonly workerId: string;
    readonly actions: readonly string[] | undefined;
    readonly limit: number;
    readonly leaseSeconds: number;
  },
): Promise<ClaimedJob[]> {
  const claimed: ClaimedJob[] = [];
  for (const due of await jobsInTurn(db, { runner: "worker", actions, now, count: limit })) {
    const lockToken = newLockToken();
    const job = await db.patch("scheduledJobs", due, {
      status: "running",
      queue: undefined,
      attempts: due.attempts + 1,
      startedAt: now,
      lockedBy: workerId,
      lockToken,
      lockExpiresAt: leaseUntil(now, leaseSeconds),
    });
    claimed.push({ job, lockToken });
  }
  return claimed;
}
