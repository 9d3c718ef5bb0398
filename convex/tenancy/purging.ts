import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { jobStep } from "../core/operations/scheduledWork";
import { deleteTenantRows } from "../core/records/cascades";
import { systemWriter } from "../core/records/systemWriter";
import { forgetPlaceholder } from "./provisioning";
import { enqueueJob } from "../jobs/queue";
import type { JobStep } from "../core/operations/scheduledWork";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** Organizations begun in one run; what is beyond waits for the next. */
const organizationsPerRun = 100;

const awaitedPerStep = 100;

/** The organization's own trail outlives it, and goes on in no organization: so does the one row that tells of the purge. */
const work = { noun: "organization", action: "organization.purge", isAudited: false } as const;

/**
 * Has everything of an organization in the trash, and then itself, deleted for good; it cannot be restored from now on. Answers the job, the
 * one that runs already if one does.
 */
export async function startPurge(
  ctx: { readonly unscoped: UnscopedWriter; readonly scheduler: MutationCtx["scheduler"]; readonly now: number },
  organization: Doc<"organizations">,
): Promise<{ readonly organization: Doc<"organizations">; readonly jobId: Id<"scheduledJobs"> }> {
  const isDue = organization.purgeAfter !== undefined && organization.purgeAfter <= ctx.now;
  const due = isDue ? organization : await ctx.unscoped.patch("organizations", organization, { purgeAfter: ctx.now });
  const job = { runner: "builtin", action: work.action, payload: {}, dedupeKey: work.action } as const;
  const queued = await enqueueJob({ ...ctx, db: ctx.unscoped.within(due) }, { ...job, organizationId: due._id });
  return { organization: due, jobId: queued.job._id };
}

/** Begins to purge the organizations whose time in the trash is over, or was at `before`. */
export const purgeDue = internalMutation({
  args: { before: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { before }) => {
    const now = Date.now();
    const unscoped = systemWriter(ctx, { ...work, now });
    const due = await unscoped
      .query("organizations")
      .withIndex("by_purgeAfter", (q) => q.gt("purgeAfter", 0).lte("purgeAfter", before ?? now))
      .take(organizationsPerRun);
    for (const organization of due) await startPurge({ unscoped, scheduler: ctx.scheduler, now }, organization);
    return null;
  },
});

/**
 * One batch of a purge; rows that are gone need no cursor. The organization goes last, so that its names are taken as long as
 * anything of it is there, and its job with it.
 */
export const step = jobStep(async (ctx, { organizationId, jobId, progress }) => {
  const writer = systemWriter(ctx, { ...work, now: Date.now() });
  const organization = await writer.get("organizations", organizationId);
  // Restored since: the job is there to be read, and does nothing more.
  if (!organization || organization.purgeAfter === undefined) return { isDone: true };
  const before = countsOf(progress);
  const forgotten = await forgetAwaited(writer, organization);
  if (forgotten > 0) {
    const counts = { deleted: before.deleted + forgotten, batches: before.batches + 1 };
    return { isDone: false, progress: { table: "users", ...counts } };
  }
  const { table, isDone, ...batch } = await deleteTenantRows(ctx, organizationId, jobId);
  const counts = { deleted: before.deleted + batch.deleted, batches: before.batches + 1 };
  if (!isDone) return { isDone, progress: { table, ...counts } };
  const job = await writer.get("scheduledJobs", jobId);
  if (job) await writer.purge("scheduledJobs", job);
  await writer.purge("organizations", organization);
  await writer.appendAudit({
    action: work.action,
    operation: "purge",
    tableName: "organizations",
    recordId: organizationId,
    metadata: { slug: organization.slug, jobId, ...counts },
  });
  return { isDone: true };
});

/** Deletes a batch of those whom nobody but this organization waits for, with what waits for them; answers how many. */
async function forgetAwaited(writer: UnscopedWriter, organization: Doc<"organizations">): Promise<number> {
  const pending = await writer
    .query("memberships")
    .withIndex("by_organizationId_and_status", (q) => q.eq("organizationId", organization._id).eq("status", "pending"))
    .take(awaitedPerStep);
  for (const membership of pending) {
    const user = await writer.get("users", membership.userId);
    await writer.within(organization).purge("memberships", membership);
    if (user) await forgetPlaceholder(writer, user);
  }
  return pending.length;
}

/** What earlier steps have deleted, and in how many batches. */
function countsOf(progress: JobStep["progress"]): { readonly deleted: number; readonly batches: number } {
  const { deleted = 0, batches = 0 } = progress ?? {};
  return { deleted: Number(deleted), batches: Number(batches) };
}
