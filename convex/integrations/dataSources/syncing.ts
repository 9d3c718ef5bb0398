import * as z from "zod";
import { described, rowId, timestampMs } from "../../core/schema/fields";
import { ProblemError } from "../../core/wire/errors";
import { dispatchReference, enqueueJob } from "../../jobs/queue";
import { nextAllowedAt, settingsOf, syncActionOf, syncKeyOf } from "./rules";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";

/** A job as the operations that ask for it answer it. */
export function jobView() {
  return z.object({
    jobId: described(rowId("scheduledJobs"), "The job; `GET /v1/scheduled-jobs/{jobId}` tells how far it is."),
    action: described(z.string(), "What is to be done.", "sync.tickets"),
    status: described(z.enum(["pending", "running", "failed"]), "How far it is; a failed one goes on by itself."),
    scheduledAt: described(timestampMs(), "When it begins at the earliest."),
    isNew: described(z.boolean(), "False where it was there before: the same is not asked for twice.", true),
  });
}

/** A job of {@link enqueueJob} under those names. */
export function shownJob({ job, created }: Awaited<ReturnType<typeof enqueueJob>>) {
  const { _id: jobId, action, status, scheduledAt } = job;
  return { jobId, action, status, scheduledAt, isNew: created };
}

/** What enqueuing needs, of an operation or of a cron. */
type EnqueueContext = Pick<TenantMutationContext, "db" | "unscoped" | "scheduler" | "now">;

/** Who asks for a sync, and how. */
interface SyncRequest {
  readonly trigger: "manual" | "scheduled";
  readonly triggeredBy?: Id<"users"> | undefined;
  /** Now, and everything again. */
  readonly isForced: boolean;
}

/**
 * Enqueues a job for each of `types`, at the time from which the type may be synced again. Of a type whose job waits or runs there is no
 * other; one that waits is brought forward where it is forced.
 */
export async function enqueueSyncs(
  ctx: EnqueueContext,
  source: Doc<"dataSources">,
  integration: Doc<"integrations">,
  types: readonly string[],
  { trigger, triggeredBy, isForced }: SyncRequest,
) {
  const jobs: ReturnType<typeof shownJob>[] = [];
  for (const type of types) {
    const scheduledAt = isForced ? ctx.now : Math.max(ctx.now, nextAllowedAt(integration, source, type));
    const enqueued = await enqueueJob(ctx, {
      organizationId: source.organizationId,
      runner: integration.adapter === undefined ? "worker" : "builtin",
      action: syncActionOf(type),
      payload: {
        type,
        trigger,
        isFull: isForced,
        ...(triggeredBy === undefined ? {} : { triggeredBy }),
      },
      integrationId: integration._id,
      dataSourceId: source._id,
      priority: settingsOf(integration, type).priority,
      scheduledAt,
      dedupeKey: syncKeyOf(source._id, type),
    });
    jobs.push(shownJob(isForced ? await broughtForward(ctx, enqueued) : enqueued));
  }
  return jobs;
}

/** A job that waits for its time begins now; what waits after a failure keeps the time that its provider asked for. */
async function broughtForward(
  { db, now, scheduler }: EnqueueContext,
  { job, created }: Awaited<ReturnType<typeof enqueueJob>>,
): Promise<Awaited<ReturnType<typeof enqueueJob>>> {
  if (created || job.status !== "pending" || job.scheduledAt <= now) return { job, created };
  const payload = { ...job.payload, isFull: true };
  const moved = await db.patch("scheduledJobs", job, { scheduledAt: now, payload });
  if (job.runner === "builtin") await scheduler.runAfter(0, dispatchReference, { organizationId: job.organizationId });
  return { job: moved, created };
}

/** @throws {ProblemError} 422 for a type that the integration does not bring */
export function assertSupported({ name, supportedTypes }: Doc<"integrations">, types: readonly string[]): void {
  const at = types.findIndex((type) => !supportedTypes.includes(type));
  if (at < 0) return;
  const message = `${name} brings ${supportedTypes.join(", ")}.`;
  const fault = { pointer: `/types/${at}`, code: "unsupported_entity_type", message };
  throw new ProblemError("unsupported_entity_type", message, [fault]);
}
