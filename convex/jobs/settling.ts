import { makeFunctionReference } from "convex/server";
import { dayMs } from "../core/wire/durations";
import { administratorsOf } from "../messaging/administrators";
import { notify } from "../messaging/notify";
import { recordHealth } from "../observability/recordHealth";
import { settleOperation } from "./operationRuns";
import { settleSource } from "./sources";
import { dispatchReference } from "./queue";
import { pendingOf, retryWaitMs, unlocked } from "./rules";
import type { Changes } from "../core/records/scope";
import type { HealthReport } from "../observability/recordHealth";
import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { Scheduler } from "convex/server";

/** How long a job is kept after its end. */
const retentionMs = 30 * dayMs;
const mostErrorCharacters = 2000;
/** What a health check takes. */
const mostHealthCharacters = 500;

/** Has a job tried again whose time has come. */
const retryReference = makeFunctionReference<"mutation", { jobId: Id<"scheduledJobs">; nextRetryAt: number }>(
  "jobs/runner:retryAt",
);

/** What settling a job needs of an operation's context, or of the runner's. */
export interface SettlingContext {
  readonly db: TenantWriter;
  readonly unscoped: UnscopedWriter;
  readonly scheduler: Scheduler;
  readonly now: number;
  readonly organization: Doc<"organizations">;
}

/** What a job has done. */
export interface Completion {
  readonly result?: Record<string, unknown> | undefined;
  readonly cursor?: string | undefined;
  readonly progress?: Record<string, unknown> | undefined;
  /** Of a sync: whether it has seen all that the source has. */
  readonly isComplete?: boolean | undefined;
}

/** Why a job failed. */
export interface Failure {
  readonly error: string;
  readonly isRetryable: boolean;
  readonly retryAfterSeconds?: number | undefined;
  /** The number of the attempt that failed, where the row does not have it yet. */
  readonly attempts?: number | undefined;
}

type Job = Doc<"scheduledJobs">;

/** Ends a job that has done what it was to do, with what follows from it. */
export async function completeJob(
  ctx: SettlingContext,
  job: Job,
  { isComplete = false, ...done }: Completion,
): Promise<Job> {
  const { db, now } = ctx;
  const completed = await db.patch("scheduledJobs", job, {
    ...unlocked,
    status: "completed",
    queue: undefined,
    completedAt: now,
    error: undefined,
    ...done,
    expiresAt: now + retentionMs,
  });
  await noteHealth(ctx, completed, "success");
  await settleSource(ctx, completed, { outcome: "success", isComplete });
  await settleOperation(ctx, completed);
  return completed;
}

/** Notes a failure; the job goes on later from its cursor, unless another attempt would be one too many, or would fail as well. */
export async function failJob(ctx: SettlingContext, job: Job, failure: Failure): Promise<Job> {
  const { db, now, organization } = ctx;
  const attempts = failure.attempts ?? job.attempts;
  const error = failure.error.slice(0, mostErrorCharacters);
  const willRetry = failure.isRetryable && attempts < job.attemptsMax && job.cancelRequestedAt === undefined;
  const nextRetryAt = willRetry ? now + retryWaitMs(attempts, Math.random(), failure.retryAfterSeconds) : undefined;
  const failed = await db.patch("scheduledJobs", job, {
    ...unlocked,
    status: "failed",
    queue: undefined,
    attempts,
    error,
    willRetry,
    nextRetryAt,
    ...(willRetry ? {} : { completedAt: now, expiresAt: now + retentionMs }),
  });
  if (nextRetryAt !== undefined) {
    await ctx.scheduler.runAt(nextRetryAt, retryReference, { jobId: job._id, nextRetryAt });
    return failed;
  }
  await db.publishEvent("scheduledJobs", "job.failed", failed);
  // Nobody is told of what fails in an organization that is going.
  if (organization.deletedAt !== undefined) return failed;
  await noteHealth(ctx, failed, "failure");
  await settleSource(ctx, failed, { outcome: "failure", isComplete: false });
  await settleOperation(ctx, failed);
  const data = { jobId: failed._id, action: failed.action };
  for (const userId of await administratorsOf(ctx))
    await notify(ctx, { userId, type: "job_failed", data, groupKey: `job_failed:${failed.action}` });
  return failed;
}

/** Has a failed job tried again; a built-in one is dispatched at that time. */
export async function makePending(
  ctx: SettlingContext,
  job: Job,
  scheduledAt: number,
  also: Changes<"scheduledJobs"> = {},
): Promise<Job> {
  const pending = await ctx.db.patch("scheduledJobs", job, {
    ...pendingOf(job, scheduledAt),
    ...unlocked,
    willRetry: undefined,
    nextRetryAt: undefined,
    completedAt: undefined,
    expiresAt: undefined,
    ...also,
  });
  if (job.runner === "builtin")
    await ctx.scheduler.runAt(scheduledAt, dispatchReference, { organizationId: job.organizationId });
  return pending;
}

/** Jobs of one action are one thing that works or does not; a success is written only where it is news. */
async function noteHealth(
  ctx: SettlingContext,
  { action, error }: Job,
  outcome: HealthReport["outcome"],
): Promise<void> {
  const report = { resourceType: "custom", resourceId: `job:${action}`, outcome } as const;
  const errorMessage = error?.slice(0, mostHealthCharacters);
  await recordHealth(ctx, ctx.organization, { ...report, errorMessage }, { onChange: outcome === "success" });
}
