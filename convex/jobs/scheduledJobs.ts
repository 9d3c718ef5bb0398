import * as z from "zod";
import { countWithin } from "../core/records/counting";
import { crud } from "../core/resources/crud";
import { described, integer, jsonObject, text, timestampMs } from "../core/schema/fields";
import { documentWith } from "../core/resources/resource";
import { ExistingRow } from "../core/operations/existingRow";
import { hourMs, secondMs } from "../core/wire/durations";
import { invalidField, ProblemError } from "../core/wire/errors";
import { noContent } from "../core/resources/operations";
import { enqueueJob, liveJob } from "./queue";
import { assertHeld, claimJobs, leaseUntil } from "./holding";
import { completeJob, failJob, makePending } from "./settling";
import { isKeyOf, leaseSeconds, priorities, queueOf } from "./rules";
import { scheduledJobFields } from "./tables";
import { scheduledJobs } from "./scheduledJobs/resource";
import { beginRunOf, touchRunOf } from "./sources";
import type { CountLimits } from "../core/records/counting";
import type { SettlingContext } from "./settling";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

const { get } = crud(scheduledJobs);
export { get };

export const list = scheduledJobs.list("list", {
  summary: "List jobs",
  description:
    "Newest first unless sorted otherwise. `status=failed` with `willRetry=true` are those that go on by themselves, with `willRetry=false` those that have failed for good. A job is kept for 30 days after its end.",
});

/** Actions that are not the deployment's own. */
const ownActions = /^x\.[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
const mostDelaySeconds = 366 * 24 * 3600;

const createJob = scheduledJobs.at("/").change("create", {
  summary: "Create a job",
  description:
    "For workers of the organization's own: its action begins with `x.`. While a job of its `dedupeKey` waits or runs, that one is the answer, with 200. Keys that begin with `dataSource.`, `dock.`, `entity.`, `operation.`, `organization.` or `sync:` are the deployment's own.",
  input: () => ({
    action: scheduledJobFields.action,
    payload: described(jsonObject(32_768), "What it is done with; no secrets.", { month: "2026-01" }).default({}),
    priority: described(
      integer(1, 10),
      "Which of those that are due comes first: 1 before 10. Ten minutes of waiting make up for a step.",
      5,
    ).default(5),
    scheduledAt: described(
      timestampMs(),
      "When it begins at the earliest; at once unless given. A sender whose clock may be wrong sends `delaySeconds` instead.",
    ).optional(),
    delaySeconds: described(
      integer(0, mostDelaySeconds),
      "Seconds from now until it begins at the earliest.",
      60,
    ).optional(),
    attemptsMax: described(integer(1, 20), "How often it is begun before it has failed for good.", 5).default(5),
    dedupeKey: scheduledJobFields.dedupeKey,
    dedupe: described(
      z.enum(["pendingOrRunning", "pending"]),
      "Which jobs of its key stand in its way. With `pending` one more waits while one runs, so that what changed meanwhile is not lost.",
    ).default("pendingOrRunning"),
  }),
  problems: ["reserved_action"],
  departs: { answersExisting: true, readOnly: undefined, atMostOneOf: ["delaySeconds", "scheduledAt"] },
  handler: async (ctx, { action, scheduledAt, delaySeconds, ...given }) => {
    if (!ownActions.test(action)) {
      const message = "Only actions that begin with `x.`, in letters, digits, dots, dashes and underscores, are free.";
      throw new ProblemError("reserved_action", message, [{ pointer: "/action", code: "reserved_action", message }]);
    }
    if (given.dedupeKey !== undefined && !isKeyOf(action, given.dedupeKey))
      throw invalidField("/dedupeKey", "reserved", "Keys that begin like this are those of the deployment's own jobs.");
    const { organizationId } = ctx.db;
    const at = scheduledAt ?? ctx.now + (delaySeconds ?? 0) * secondMs;
    const asked = { organizationId, runner: "worker", action, scheduledAt: at, ...given } as const;
    const { job, created } = await enqueueJob(ctx, asked);
    return created ? job : new ExistingRow(job);
  },
});
export { createJob as create };

const leaseField = () =>
  described(
    integer(leaseSeconds.least, leaseSeconds.most),
    "Seconds until the job is taken away unless something is heard of its worker.",
    leaseSeconds.usual,
  ).default(leaseSeconds.usual);
const lockTokenField = () => described(text(1, 64), "What the claim answered.", "lck_2f6ac1d8");
const serverTime = () =>
  described(timestampMs(), "The time here when it was answered: leases are judged by this clock and no other.");

export const claim = scheduledJobs.at("/claim").change("claim", {
  summary: "Claim jobs",
  description:
    "Gives a worker jobs that are due, whose turn it is: by priority, aged by waiting, then by time. Each is this worker's alone until its lease ends, which heartbeats prolong. Fewer than `limit` where there are no more, or where they are large. Ask again a while later when none is answered.",
  permission: "claim",
  input: () => ({
    workerId: described(text(1, 80), "Who claims, for those who look at the jobs.", "worker-3"),
    actions: described(z.array(text(1, 80)).min(1).max(10), "Only jobs of these actions; of all unless given.", [
      "x.report",
    ]).optional(),
    limit: described(integer(1, 20), "How many jobs at most.", 1).default(1),
    leaseSeconds: leaseField(),
  }),
  output: () =>
    z.object({
      serverTime: serverTime(),
      jobs: described(
        z.array(
          documentWith(scheduledJobs, {
            lockToken: described(
              z.string(),
              "What shows that the job is this worker's: heartbeats and ends carry it.",
              "lck_2f6ac1d8",
            ),
            cursor: scheduledJobFields.cursor,
            syncRunId: described(
              z.string(),
              "Of a job that syncs a data source: its run, which each batch of entities names.",
              "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
            ).optional(),
          }),
        ),
        "The jobs, each to be begun at its `cursor` where it has one.",
      ),
    }),
  departs: { operationId: "claimScheduledJobs", keysOnly: true, readOnly: undefined },
  handler: async (ctx, { workerId, actions, limit, leaseSeconds: seconds }) => {
    const { now } = ctx;
    const jobs: object[] = [];
    for (const { job, lockToken } of await claimJobs(ctx, { workerId, actions, limit, leaseSeconds: seconds })) {
      const cursor = job.cursor === undefined ? {} : { cursor: job.cursor };
      const run = await beginRunOf(ctx, job);
      const named = run ? { syncRunId: run._id } : {};
      jobs.push({ ...(await scheduledJobs.show(ctx, job)), lockToken, ...cursor, ...named });
    }
    return { serverTime: now, jobs };
  },
});

export const heartbeat = scheduledJobs.change("heartbeat", {
  summary: "Prolong the lease of a job",
  description:
    "Sent by its worker well before the lease ends. It may say how far it is, and save where the next attempt goes on if this one does not end. A worker that hears `cancelRequested`, or 409, stops.",
  permission: "claim",
  input: () => ({
    lockToken: lockTokenField(),
    leaseSeconds: leaseField(),
    cursor: scheduledJobFields.cursor,
    progress: scheduledJobFields.progress,
  }),
  output: () =>
    z.object({
      serverTime: serverTime(),
      leaseExpiresAt: described(timestampMs(), "When the job is taken away unless something is heard of its worker."),
      cancelRequested: described(z.boolean(), "Whether somebody has cancelled the job: its worker is to stop.", false),
    }),
  problems: ["lock_lost", "invalid_state_transition"],
  departs: { keysOnly: true, readOnly: undefined },
  handler: async (ctx, { lockToken, leaseSeconds: seconds, cursor, progress }) => {
    const { row, now, db } = ctx;
    assertHeld(row, lockToken);
    const saved = { ...(cursor === undefined ? {} : { cursor }), ...(progress === undefined ? {} : { progress }) };
    const leaseExpiresAt = leaseUntil(now, seconds);
    await db.patch("scheduledJobs", row, { ...saved, lockExpiresAt: leaseExpiresAt });
    await touchRunOf(settlingOf(ctx), row);
    return { serverTime: now, leaseExpiresAt, cancelRequested: row.cancelRequestedAt !== undefined };
  },
});

export const complete = scheduledJobs.change("complete", {
  summary: "Complete a job",
  description:
    "Sent by its worker once the job is done. Of a job that syncs a data source, the data source, the run and its health follow.",
  permission: "claim",
  input: () => ({
    lockToken: lockTokenField(),
    result: scheduledJobFields.result,
    cursor: scheduledJobFields.cursor,
    isComplete: described(
      z.boolean(),
      "Of a sync: whether it has seen all that the source has, to the proven end of its pages. Only then may what it has not seen be taken for gone.",
      false,
    ).default(false),
  }),
  problems: ["lock_lost", "invalid_state_transition"],
  departs: { keysOnly: true, readOnly: undefined },
  handler: async (ctx, { lockToken, result, cursor, isComplete }) => {
    assertHeld(ctx.row, lockToken);
    const done = { result, isComplete, ...(cursor === undefined ? {} : { cursor }) };
    return completeJob(settlingOf(ctx), ctx.row, done);
  },
});

export const fail = scheduledJobs.change("fail", {
  summary: "Say that a job has failed",
  description:
    "It goes on later, after a wait that is longer with each attempt and partly random, unless another attempt would be one too many or fail as well. Of a job that has failed for good administrators are told.",
  permission: "claim",
  input: () => ({
    lockToken: lockTokenField(),
    error: described(text(1, 2000), "Why; no secrets.", "The provider did not answer."),
    retryable: described(z.boolean(), "False where another attempt would fail as well.", true).default(true),
    retryAfterSeconds: described(
      integer(0, 86_400),
      "How long the provider wants to be left alone: its `Retry-After`.",
      60,
    ).optional(),
  }),
  problems: ["lock_lost", "invalid_state_transition"],
  departs: { keysOnly: true, readOnly: undefined },
  handler: async (ctx, { lockToken, error, retryable, retryAfterSeconds }) => {
    assertHeld(ctx.row, lockToken);
    return failJob(settlingOf(ctx), ctx.row, { error, isRetryable: retryable, retryAfterSeconds });
  },
});

export const retry = scheduledJobs.change("retry", {
  summary: "Have a failed job tried again",
  description: "At once. One that has used all its attempts gets one more.",
  permission: "retry",
  input: () => ({
    resetAttempts: described(z.boolean(), "True to count its attempts from the beginning.", false).default(false),
  }),
  problems: ["invalid_state_transition", "job_queued"],
  departs: { readOnly: undefined },
  handler: async (ctx, { resetAttempts }) => {
    const { row, db, now } = ctx;
    if (row.status !== "failed")
      throw new ProblemError(
        "invalid_state_transition",
        `Only a failed job is tried again; this one is ${row.status}.`,
      );
    const live = row.dedupeKey === undefined ? null : await liveJob(db, row.dedupeKey, "pendingOrRunning");
    if (live && live._id !== row._id) throw new ProblemError("job_queued", "Another job of its key waits or runs.");
    const attempts = resetAttempts ? 0 : row.attempts;
    const attemptsMax = Math.max(row.attemptsMax, attempts + 1);
    const pending = await makePending(settlingOf(ctx), row, now, {
      attempts,
      attemptsMax,
      cancelRequestedAt: undefined,
    });
    await noteUse(ctx, "scheduledJob.retry", { resetAttempts });
    return pending;
  },
});

const cancelJob = scheduledJobs.change("delete", {
  summary: "Cancel a job",
  description:
    "Deletes one that waits or has failed. One that runs is asked to stop: its worker is told at the next heartbeat, and it does not go on after a failure.",
  output: noContent,
  problems: ["invalid_state_transition"],
  departs: { operationId: "cancelScheduledJob", audit: "scheduledJob.cancel" },
  handler: async (ctx) => {
    const { row, db, now } = ctx;
    if (row.status === "completed") throw new ProblemError("invalid_state_transition", "The job is completed.");
    if (row.status !== "running") await db.purge("scheduledJobs", row);
    else if (row.cancelRequestedAt === undefined) await db.patch("scheduledJobs", row, { cancelRequestedAt: now });
    await noteUse(ctx, "scheduledJob.cancel", { action: row.action, status: row.status });
  },
});
export { cancelJob as delete };

const statuses = ["pending", "running", "completed", "failed"] as const;
const mostCounted = 5000;
/** What counting each status may read: half of what a query may, with the rows that reach the limit. */
const limits: CountLimits = { rows: mostCounted, bytes: Math.floor((8 * 1024 * 1024) / statuses.length) };

export const getStats = scheduledJobs.at("/stats").read("getStats", {
  summary: "Get the jobs in numbers",
  access: "permission",
  output: () =>
    z.object({
      statuses: described(
        z.object(
          Object.fromEntries(
            statuses.map((status) => [status, described(integer(0, mostCounted), `How many are ${status}.`, 3)]),
          ),
        ),
        "How many jobs there are, by status.",
      ),
      oldestPendingSeconds: described(
        integer(0, 1_000_000_000_000),
        "How long the job waits that is due longest; 0 where none is.",
        12,
      ),
      failedLastDay: described(integer(0, mostCounted), "How many have failed for good in the last 24 hours.", 1),
      isCapped: described(
        z.boolean(),
        `There are more than were counted: ${mostCounted} of a status are, or fewer where rows are large.`,
        false,
      ),
    }),
  departs: { operationId: "getJobStats" },
  handler: async ({ db, now }) => {
    const counts: Record<string, number> = {};
    let isCapped = false;
    for (const status of statuses) {
      const rows = db.index("scheduledJobs", "by_organizationId_and_status_and_completedAt", (q) =>
        q.eq("status", status),
      );
      const counted = await countWithin(rows, limits);
      counts[status] = counted.count;
      isCapped ||= counted.isCapped;
    }
    const failed = db.index("scheduledJobs", "by_organizationId_and_status_and_completedAt", (q) =>
      q.eq("status", "failed").gt("completedAt", now - 24 * hourMs),
    );
    const failedLastDay = await countWithin(failed, limits);
    const oldest: number[] = [];
    for (const runner of ["worker", "builtin"] as const)
      for (const priority of priorities) {
        const first: Doc<"scheduledJobs"> | null = await db
          .index("scheduledJobs", "by_organizationId_and_queue_and_scheduledAt", (q) =>
            q.eq("queue", queueOf(runner, priority)).lte("scheduledAt", now),
          )
          .first();
        if (first) oldest.push(now - first.scheduledAt);
      }
    return {
      statuses: counts,
      oldestPendingSeconds: Math.floor(Math.max(0, ...oldest) / secondMs),
      failedLastDay: failedLastDay.count,
      isCapped: isCapped || failedLastDay.isCapped,
    };
  },
});

/** What settling a job needs, of an operation. */
function settlingOf({ db, unscoped, scheduler, now, tenant }: TenantMutationContext): SettlingContext {
  return { db, unscoped, scheduler, now, organization: tenant.organization };
}

/** Jobs leave no audit rows by themselves; what people and machines decide about one does. */
async function noteUse(
  { db, row }: TenantMutationContext & { readonly row: Doc<"scheduledJobs"> },
  action: string,
  metadata: object,
): Promise<void> {
  const about = { tableName: "scheduledJobs", recordId: row._id } as const;
  await db.appendAudit({ action, operation: "other", ...about, metadata });
}
