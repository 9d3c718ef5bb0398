import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { firstLineOf, isUnderWay, jobActionResult } from "../core/operations/scheduledWork";
import { systemWriter } from "../core/records/systemWriter";
import { builtInOf } from "./builtIns";
import { dispatchDue, goingOn, jobLeaseMs, stepReference } from "./dispatching";
import { dispatchReference } from "./queue";
import { runningHere } from "./rules";
import { completeJob, failJob, makePending } from "./settling";
import { touchRunOf } from "./sources";
import type { SettlingContext } from "./settling";
import type { JobStepResult } from "../core/operations/scheduledWork";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/*
 * How the jobs of this deployment's own run. An organization has two of them under way at a time; each that ends begins the next of its
 * organization. What is under way waits in the scheduler, which runs it in the order of time, so that organizations take turns however
 * much one of them has enqueued, and a transaction that takes jobs reads those of one organization only. Crons find what a crash has left.
 */

/** Jobs looked at in one transaction of a cron; what is beyond follows in the next one. */
const jobsPerRun = 100;
const organizationsPerSweep = 200;

const reapReference = makeFunctionReference<"mutation">("jobs/runner:reap");
const retryDueReference = makeFunctionReference<"mutation">("jobs/runner:retryDue");
const sweepReference = makeFunctionReference<"mutation", { after?: Id<"organizations"> }>("jobs/runner:sweep");

function systemWork(ctx: MutationCtx): { readonly unscoped: UnscopedWriter; readonly now: number } {
  const now = Date.now();
  return {
    now,
    unscoped: systemWriter(ctx, { noun: "scheduledJob", action: "scheduledJob.run", isAudited: false, now }),
  };
}

/** What settling needs, of an organization that is there. */
async function contextOf(ctx: MutationCtx, organizationId: Id<"organizations">): Promise<SettlingContext | null> {
  const { unscoped, now } = systemWork(ctx);
  const organization = await unscoped.get("organizations", organizationId);
  return organization && { unscoped, now, organization, db: unscoped.within(organization), scheduler: ctx.scheduler };
}

/** Begins what an organization is due, as far as it may have more under way. */
export const dispatch = internalMutation({
  args: { organizationId: v.id("organizations") },
  returns: v.null(),
  handler: async (ctx, { organizationId }) => {
    const context = await contextOf(ctx, organizationId);
    if (context) await dispatchDue(context);
    return null;
  },
});

/**
 * One step of a built-in job, and the scheduling of the next: a transaction, so that a crash leaves a job between two steps, of which
 * the scheduler runs the next after the restart, exactly once. Of two steps that were scheduled for one attempt, the second does nothing.
 */
export const step = internalMutation({
  args: { jobId: v.id("scheduledJobs"), attempts: v.number() },
  returns: v.null(),
  handler: async (ctx, { jobId, attempts }) => {
    const { unscoped } = systemWork(ctx);
    const job = await unscoped.get("scheduledJobs", jobId);
    const isCurrent = job?.attempts === attempts && (job.status === "pending" || job.status === "running");
    const context = isCurrent ? await contextOf(ctx, job.organizationId) : null;
    if (!isCurrent || !context) return null;
    // A deployment that is older has scheduled the first step with the job.
    const attempt = job.status === "pending" ? attempts + 1 : attempts;
    await stepOn(ctx, context, job, attempt);
    if (await unscoped.get("organizations", job.organizationId)) await dispatchDue(context);
    return null;
  },
});

async function stepOn(ctx: MutationCtx, context: SettlingContext, job: Doc<"scheduledJobs">, attempts: number) {
  const { unscoped, now } = context;
  if (job.cancelRequestedAt !== undefined) {
    await failJob(context, job, { error: cancelled, isRetryable: false, attempts });
    return;
  }
  let done: JobStepResult;
  try {
    done = await stepOf(ctx, job);
  } catch (error) {
    await failJob(context, job, { error: firstLineOf(error), isRetryable: true, attempts });
    return;
  }
  // A purge takes the rows of its organization along, and its own job at last.
  if (!(await unscoped.get("scheduledJobs", job._id))) return;
  const { isDone, cursor, progress = job.progress, result } = done;
  const told = { progress, cursor, startedAt: job.startedAt ?? now, attempts, error: undefined };
  if (isDone) {
    await completeJob(context, await unscoped.patch("scheduledJobs", job, told), { result });
    return;
  }
  const stepId = await context.scheduler.runAfter(0, stepReference, { jobId: job._id, attempts });
  const held = { status: "running", queue: runningHere, lockExpiresAt: now + jobLeaseMs, stepId } as const;
  await unscoped.patch("scheduledJobs", job, { ...told, ...held });
}

const cancelled = "It was cancelled.";

/** The step runs in a transaction of its own inside this one, so that what it throws undoes it alone. */
function stepOf(ctx: MutationCtx, { _id, organizationId, action, payload, cursor, progress }: Doc<"scheduledJobs">) {
  const builtIn = builtInOf(action);
  if (builtIn?.kind !== "steps") throw new Error(`This deployment runs no jobs of ${action}.`);
  return ctx.runMutation(builtIn.run, { organizationId, jobId: _id, payload, ...goingOn({ cursor, progress }) });
}

/** The job that an attempt holds, with what settling it needs; null where it is another's by now, or nobody's. */
async function heldJob(ctx: MutationCtx, jobId: string, lockToken: string) {
  const { unscoped } = systemWork(ctx);
  const job = await unscoped.get("scheduledJobs", jobId);
  if (job?.status !== "running" || job.lockToken !== lockToken) return null;
  const context = await contextOf(ctx, job.organizationId);
  return context && { job, context };
}

/** Notes how an action ended that does a job. */
export const settle = internalMutation({
  args: { jobId: v.string(), lockToken: v.string(), outcome: jobActionResult },
  returns: v.null(),
  handler: async (ctx, { jobId, lockToken, outcome }) => {
    const held = await heldJob(ctx, jobId, lockToken);
    if (!held) return null;
    const { job, context } = held;
    const { error, isRetryable = true, retryAfterSeconds, result, cursor = job.cursor, isComplete, goesOnAt } = outcome;
    if (goesOnAt !== undefined && job.cancelRequestedAt !== undefined)
      await failJob(context, job, { error: cancelled, isRetryable: false });
    else if (goesOnAt !== undefined)
      // The same attempt: whoever begins it counts it again.
      await makePending(context, job, Math.max(goesOnAt, context.now), { cursor, attempts: job.attempts - 1 });
    else if (error === undefined) await completeJob(context, job, { result, cursor, isComplete });
    else
      await failJob(context, await context.unscoped.patch("scheduledJobs", job, { cursor }), {
        error,
        isRetryable,
        retryAfterSeconds,
      });
    await dispatchDue(context);
    return null;
  },
});

/** Saves where an action is, and answers whether it is to go on. */
export const report = internalMutation({
  args: {
    jobId: v.string(),
    lockToken: v.string(),
    cursor: v.optional(v.string()),
    progress: v.optional(v.record(v.string(), v.any())),
  },
  returns: v.object({ goesOn: v.boolean() }),
  handler: async (ctx, { jobId, lockToken, ...saved }) => {
    const held = await heldJob(ctx, jobId, lockToken);
    if (!held) return { goesOn: false };
    const { job, context } = held;
    await context.unscoped.patch("scheduledJobs", job, { ...saved, lockExpiresAt: context.now + jobLeaseMs });
    await touchRunOf(context, job);
    return { goesOn: job.cancelRequestedAt === undefined };
  },
});

/** Has a job tried again at the time that its failure set; one that was retried since, or cancelled, is another one's business. */
export const retryAt = internalMutation({
  args: { jobId: v.id("scheduledJobs"), nextRetryAt: v.number() },
  returns: v.null(),
  handler: async (ctx, { jobId, nextRetryAt }) => {
    const job = await systemWork(ctx).unscoped.get("scheduledJobs", jobId);
    if (job?.status !== "failed" || job.nextRetryAt !== nextRetryAt) return null;
    const context = await contextOf(ctx, job.organizationId);
    if (context) await makePending(context, job, nextRetryAt);
    return null;
  },
});

/** Has jobs tried again whose time has come and that nothing has woken. */
export const retryDue = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const { unscoped, now } = systemWork(ctx);
    const due = await unscoped
      .query("scheduledJobs")
      .withIndex("by_status_and_nextRetryAt", (q) =>
        q.eq("status", "failed").gt("nextRetryAt", 0).lte("nextRetryAt", now),
      )
      .take(jobsPerRun);
    for (const job of due) {
      const context = await contextOf(ctx, job.organizationId);
      if (context) await makePending(context, job, job.nextRetryAt ?? now);
    }
    if (due.length === jobsPerRun) await ctx.scheduler.runAfter(0, retryDueReference);
    return null;
  },
});

/**
 * Takes jobs from those who hold them and were not heard of for the length of their lease: read and written in one transaction, so that a job
 * that was completed or prolonged meanwhile is none of them. Whether a built-in job's step lives is the scheduler's word.
 */
export const reap = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const { unscoped, now } = systemWork(ctx);
    let seen = 0;
    for (const status of ["pending", "running"] as const) {
      const silent = await unscoped
        .query("scheduledJobs")
        .withIndex("by_status_and_lockExpiresAt", (q) =>
          q.eq("status", status).gt("lockExpiresAt", 0).lte("lockExpiresAt", now),
        )
        .take(jobsPerRun);
      for (const job of silent) await reapOne(ctx, job);
      seen += silent.length;
    }
    if (seen >= jobsPerRun) await ctx.scheduler.runAfter(0, reapReference);
    return null;
  },
});

async function reapOne(ctx: MutationCtx, job: Doc<"scheduledJobs">): Promise<void> {
  const context = await contextOf(ctx, job.organizationId);
  if (!context) return;
  const { unscoped, now } = context;
  if (job.runner === "worker") {
    await failJob(context, job, { error: "Its worker was not heard of until its lease ended.", isRetryable: true });
  } else if (job.stepId !== undefined && (await isUnderWay(ctx, job.stepId))) {
    await unscoped.patch("scheduledJobs", job, { lockExpiresAt: now + jobLeaseMs });
  } else {
    // Pending with a lease are those that an older deployment has scheduled.
    const attempts = job.status === "pending" ? job.attempts + 1 : job.attempts;
    await failJob(context, job, { error: "Its step ended without a result.", isRetryable: true, attempts });
    await dispatchDue(context);
  }
}

/** Begins what is due and was not begun: an organization after the other, however much waits in one of them. */
export const sweep = internalMutation({
  args: { after: v.optional(v.id("organizations")) },
  returns: v.null(),
  handler: async (ctx, { after }) => {
    const { unscoped, now } = systemWork(ctx);
    let last = after;
    for (let seen = 0; seen < organizationsPerSweep; seen++) {
      const first: Doc<"scheduledJobs"> | null = await firstPendingAfter(unscoped, last);
      if (!first) return null;
      last = first.organizationId;
      if (first.scheduledAt > now) continue;
      await ctx.scheduler.runAfter(0, dispatchReference, { organizationId: last });
    }
    if (last !== undefined) await ctx.scheduler.runAfter(0, sweepReference, { after: last });
    return null;
  },
});

/** The earliest pending job of the first organization behind another one that has any. */
function firstPendingAfter(
  unscoped: UnscopedWriter,
  last: Id<"organizations"> | undefined,
): Promise<Doc<"scheduledJobs"> | null> {
  return unscoped
    .query("scheduledJobs")
    .withIndex("by_runner_and_status_and_organizationId_and_scheduledAt", (q) => {
      const pending = q.eq("runner", "builtin").eq("status", "pending");
      return last === undefined ? pending : pending.gt("organizationId", last);
    })
    .first();
}
