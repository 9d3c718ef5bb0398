import { makeFunctionReference } from "convex/server";
import { minuteMs } from "../core/wire/durations";
import type { BuiltInAction } from "./actions";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** After this long without a step the runner's cron looks whether one is under way. */
export const jobLeaseMs = 5 * minuteMs;

/** The runner's step, as whoever schedules one names it. */
export const stepReference = makeFunctionReference<"mutation", { jobId: Id<"scheduledJobs">; attempts: number }>(
  "jobs/runner:step",
);

/** A job that this deployment runs itself. */
export interface NewJob {
  readonly action: BuiltInAction;
  readonly organization: Doc<"organizations">;
  readonly payload?: Readonly<Record<string, string | number | boolean>>;
  /** A job that is pending or running under the same key is answered instead of a new one. */
  readonly dedupeKey?: string;
  /** When it begins; at once unless given. */
  readonly scheduledAt?: number;
  readonly attemptsMax?: number;
}

/** Starts a job with the change that asks for it: both are written or neither. Answers its id, at once. */
export async function startJob(
  ctx: {
    readonly unscoped: UnscopedWriter;
    readonly scheduler: MutationCtx["scheduler"];
    readonly now: number;
  },
  { action, organization, payload = {}, dedupeKey, scheduledAt = ctx.now, attemptsMax = 5 }: NewJob,
): Promise<Id<"scheduledJobs">> {
  const db = ctx.unscoped.within(organization);
  for (const status of dedupeKey === undefined ? [] : (["pending", "running"] as const)) {
    const same = await db
      .index("scheduledJobs", "by_organizationId_and_dedupeKey_and_status", (q) =>
        q.eq("dedupeKey", dedupeKey).eq("status", status),
      )
      .first();
    if (same) return same._id;
  }
  const job = await db.insert("scheduledJobs", {
    runner: "builtin",
    action,
    payload,
    priority: 5,
    status: "pending",
    scheduledAt,
    attempts: 0,
    attemptsMax,
    lockExpiresAt: scheduledAt + jobLeaseMs,
    ...(dedupeKey === undefined ? {} : { dedupeKey }),
  });
  const stepId = await ctx.scheduler.runAt(scheduledAt, stepReference, { jobId: job._id, attempts: 0 });
  await db.patch("scheduledJobs", job, { stepId });
  return job._id;
}
