import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { deleteTenantRows } from "../core/records/cascades";
import { systemWriter } from "../core/records/systemWriter";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** Rows deleted in one mutation; the rest follows in scheduled mutations of the same size. */
const batchSize = 200;
/** Organizations begun in one run; what is beyond waits for the next. */
const organizationsPerRun = 100;

/** The organization's own audit trail is purged with it, so one row of no organization tells of the purge. */
const work = { noun: "organization", action: "organization.purge", isAudited: false } as const;

const purgeReference = makeFunctionReference<"mutation">("tenancy/purging:purge");

/** Has the rows of an organization whose time in the trash was over at `before`, and then itself, deleted for good. */
export async function schedulePurge(
  scheduler: MutationCtx["scheduler"],
  organizationId: Id<"organizations">,
  before: number,
): Promise<void> {
  await scheduler.runAfter(0, purgeReference, { organizationId, before });
}

/** Begins to purge the organizations whose time in the trash is over, or was at `before`. */
export const purgeDue = internalMutation({
  args: { before: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { before = Date.now() }) => {
    const writer = systemWriter(ctx, { ...work, now: Date.now() });
    const due = await writer
      .query("organizations")
      .withIndex("by_purgeAfter", (q) => q.gt("purgeAfter", 0).lte("purgeAfter", before))
      .take(organizationsPerRun);
    for (const { _id } of due) await schedulePurge(ctx.scheduler, _id, before);
    return null;
  },
});

/** One batch of a purge. The organization goes last, so that its names are taken as long as anything of it is there. */
export const purge = internalMutation({
  args: { organizationId: v.id("organizations"), before: v.number() },
  returns: v.null(),
  handler: async (ctx, { organizationId, before }) => {
    const writer = systemWriter(ctx, { ...work, now: Date.now() });
    const organization = await writer.get("organizations", organizationId);
    if (organization?.purgeAfter === undefined || organization.purgeAfter > before) return null;
    if ((await deleteTenantRows(ctx, organizationId, batchSize)) === batchSize) {
      await schedulePurge(ctx.scheduler, organizationId, before);
      return null;
    }
    await writer.purge("organizations", organization);
    await writer.appendAudit({
      action: work.action,
      operation: "purge",
      tableName: "organizations",
      recordId: organizationId,
      metadata: { slug: organization.slug },
    });
    return null;
  },
});
