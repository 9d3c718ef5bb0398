import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { isUnderWay } from "../core/operations/scheduledWork";
import { systemWriter } from "../core/records/systemWriter";
import { minuteMs } from "../core/wire/durations";
import { builtInActions, isBuiltInAction } from "./actions";
import { jobLeaseMs, stepReference } from "./startJob";
import type { UnscopedWriter } from "../core/records/writer";
import type { JobStepResult } from "../core/operations/scheduledWork";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** The first wait after a failure; it doubles with each attempt, up to a day's half. */
const firstRetryMs = minuteMs / 2;
const maxRetryMs = 720 * minuteMs;
const maxErrorCharacters = 2000;
/** Jobs looked at in one run of the cron; what is beyond waits for the next. */
const jobsPerRun = 100;

const writerOf = (ctx: MutationCtx, now: number) =>
  systemWriter(ctx, { noun: "scheduledJob", action: "scheduledJob.run", isAudited: false, now });

/**
 * One step of a built-in job, and the scheduling of the next: a transaction, so that a crash leaves a job between two steps, of which
 * the scheduler runs the next after the restart, exactly once. Of two steps that were scheduled for one attempt, the second does nothing.
 */
export const step = internalMutation({
  args: { jobId: v.id("scheduledJobs"), attempts: v.number() },
  returns: v.null(),
  handler: async (ctx, { jobId, attempts }) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const job = await writer.get("scheduledJobs", jobId);
    const isCurrent = job?.attempts === attempts && (job.status === "pending" || job.status === "running");
    if (!isCurrent) return null;
    const attempt = job.status === "pending" ? attempts + 1 : attempts;
    let done: JobStepResult;
    try {
      done = await stepOf(ctx, job);
    } catch (error) {
      await fail(writer, job, attempt, firstLineOf(error), now);
      return null;
    }
    // A purge takes the rows of its organization along, and its own job at last.
    if (!(await writer.get("scheduledJobs", jobId))) return null;
    const { isDone, cursor, progress = job.progress, result } = done;
    const told = { progress, cursor, startedAt: job.startedAt ?? now, attempts: attempt, error: undefined };
    if (isDone) {
      await writer.patch("scheduledJobs", job, { ...told, ...ended(now), status: "completed", result });
      return null;
    }
    const stepId = await ctx.scheduler.runAfter(0, stepReference, { jobId, attempts: attempt });
    await writer.patch("scheduledJobs", job, { ...told, status: "running", lockExpiresAt: now + jobLeaseMs, stepId });
    return null;
  },
});

/** The step runs in a transaction of its own inside this one, so that what it throws undoes it alone. */
function stepOf(ctx: MutationCtx, { _id, organizationId, action, payload, cursor, progress }: Doc<"scheduledJobs">) {
  if (!isBuiltInAction(action)) throw new Error(`This deployment runs no jobs of ${action}.`);
  return ctx.runMutation(builtInActions[action], {
    organizationId,
    jobId: _id,
    payload,
    ...(cursor === undefined ? {} : { cursor }),
    ...(progress === undefined ? {} : { progress }),
  });
}

/** What went wrong, without the stack that Convex may add. */
function firstLineOf(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line.replace(/^Uncaught (Error: )?/, "");
}

const ended = (now: number) => ({ completedAt: now, lockExpiresAt: undefined, stepId: undefined });

/** Notes a failure; the job goes on from its cursor later, unless that was the last attempt. */
async function fail(
  writer: UnscopedWriter,
  job: Doc<"scheduledJobs">,
  attempts: number,
  error: string,
  now: number,
): Promise<void> {
  const isLast = attempts >= job.attemptsMax;
  // Between half and all of it, so that what failed together does not come back together.
  const waitMs = Math.min(firstRetryMs * 2 ** attempts, maxRetryMs) * (1 + Math.random()) * 0.5;
  await writer.patch("scheduledJobs", job, {
    status: "failed",
    attempts,
    startedAt: job.startedAt ?? now,
    error: error.slice(0, maxErrorCharacters),
    lockExpiresAt: undefined,
    stepId: undefined,
    ...(isLast ? { ...ended(now), nextRetryAt: undefined } : { nextRetryAt: Math.round(now + waitMs) }),
  });
}

/**
 * Goes on with built-in jobs whose last attempt failed a while ago. A step that failed as a whole, which the scheduler does not run
 * again, has left its job as it was: this finds it by its lease, and by the scheduler's word that no step is under way.
 */
export const resumeDue = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const due = await writer
      .query("scheduledJobs")
      .withIndex("by_status_and_nextRetryAt", (q) =>
        q.eq("status", "failed").gt("nextRetryAt", 0).lte("nextRetryAt", now),
      )
      .take(jobsPerRun);
    for (const job of due) {
      if (job.runner !== "builtin") continue;
      const stepId = await ctx.scheduler.runAfter(0, stepReference, { jobId: job._id, attempts: job.attempts });
      const lockExpiresAt = now + jobLeaseMs;
      await writer.patch("scheduledJobs", job, { status: "pending", nextRetryAt: undefined, lockExpiresAt, stepId });
    }
    for (const status of ["pending", "running"] as const) {
      const silent = await writer
        .query("scheduledJobs")
        .withIndex("by_status_and_lockExpiresAt", (q) =>
          q.eq("status", status).gt("lockExpiresAt", 0).lte("lockExpiresAt", now),
        )
        .take(jobsPerRun);
      for (const job of silent) {
        if (job.runner !== "builtin") continue;
        if (job.stepId !== undefined && (await isUnderWay(ctx, job.stepId)))
          await writer.patch("scheduledJobs", job, { lockExpiresAt: now + jobLeaseMs });
        else {
          const attempts = status === "pending" ? job.attempts + 1 : job.attempts;
          await fail(writer, job, attempts, "Its step ended without a result.", now);
        }
      }
    }
    return null;
  },
});
