import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { dayMs } from "../core/wire/durations";
import { administratorsOf } from "../messaging/administrators";
import { notify } from "../messaging/notify";
import { dueNotice, noticeDays } from "./resources/expiry";
import { deletedStatus, linkedOf } from "./resources/links";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import type { ObjectType } from "convex/values";
import type { ResourceTable } from "./tables";

/** Domains looked at in one transaction; the rest follows. */
const domainsPerRun = 50;
/** Links looked at in one transaction, each with its resource; the rest follows. */
const linksPerRun = 200;

function writerFor(ctx: MutationCtx, noun: string, action: string, now: number): UnscopedWriter {
  return systemWriter(ctx, { noun, action, isAudited: false, now });
}

const warnReference = makeFunctionReference<"mutation", { cursor: string; before: number }>(
  "infrastructure/resourceUpkeep:warn",
);

/** Tells administrators of registrations that end in 30, 7 and 1 days, each time once. */
export const warn = internalMutation({
  // `before` fixes what "now" is for all pages of a run: a cursor is good for the range that it was made in.
  args: { cursor: v.optional(v.string()), before: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { cursor = null, before }) => {
    const now = before ?? Date.now();
    const unscoped = writerFor(ctx, "domain", "domain.warn", now);
    const until = now + noticeDays[0] * dayMs;
    const ending = await unscoped
      .query("domains")
      .withIndex("by_expiresAt", (q) => q.gt("expiresAt", now).lte("expiresAt", until))
      .paginate({ cursor, numItems: domainsPerRun });
    for (const domain of ending.page) await warnOf(unscoped, domain, now);
    if (!ending.isDone) await ctx.scheduler.runAfter(0, warnReference, { cursor: ending.continueCursor, before: now });
    return null;
  },
});

async function warnOf(unscoped: UnscopedWriter, domain: Doc<"domains">, now: number): Promise<void> {
  const notice = domain.deletedAt === undefined ? dueNotice(domain, now) : undefined;
  if (!notice) return;
  const organization = await unscoped.get("organizations", domain.organizationId);
  if (!organization || organization.deletedAt !== undefined) return;
  // No change of the domain: what was told of it is no news to whoever watches it.
  await unscoped.within(organization).touch("domains", domain, { expiryNotices: notice });
  const context = { db: unscoped.within(organization), unscoped, now };
  const data = { domainId: domain._id, expiresAt: notice.expiresAt };
  for (const userId of await administratorsOf(context))
    await notify(context, { userId, type: "domain_expiring", data, groupKey: `domain_expiring:${domain._id}` });
}

const repairArguments = {
  cursor: v.optional(v.string()),
  /** The organization whose links the transaction before was at, and what it has found of these so far. */
  counted: v.optional(v.object({ organizationId: v.id("organizations"), checked: v.number(), repaired: v.number() })),
};
type Counted = NonNullable<ObjectType<typeof repairArguments>["counted"]>;
const repairReference = makeFunctionReference<"mutation", ObjectType<typeof repairArguments>>(
  "infrastructure/resourceUpkeep:repair",
);

/**
 * Looks at every link of a project, organization by organization, and writes those that are not as their resource is. Each write of a
 * resource keeps its links, so that there is nothing to repair but what a fault has left behind; the audit trail says where there was.
 */
export const repair = internalMutation({
  args: repairArguments,
  returns: v.null(),
  handler: async (ctx, { cursor = null, counted }) => {
    const unscoped = writerFor(ctx, "projectResource", "projectResource.repair", Date.now());
    const { page, isDone, continueCursor } = await unscoped
      .query("projectResources")
      .withIndex("by_organizationId_and_resourceTable_and_resourceId")
      .paginate({ cursor, numItems: linksPerRun });
    let present = counted;
    for (const link of page) {
      if (present && present.organizationId !== link.organizationId) await reportOf(unscoped, present);
      const known: Counted =
        present?.organizationId === link.organizationId
          ? present
          : { organizationId: link.organizationId, checked: 0, repaired: 0 };
      const repaired = known.repaired + ((await repairOf(unscoped, link)) ? 1 : 0);
      present = { ...known, checked: known.checked + 1, repaired };
    }
    if (isDone) await reportOf(unscoped, present);
    else
      await ctx.scheduler.runAfter(0, repairReference, {
        cursor: continueCursor,
        ...(present ? { counted: present } : {}),
      });
    return null;
  },
});

/** Writes a link that is not as its resource is; answers whether it was not. */
async function repairOf(unscoped: UnscopedWriter, link: Doc<"projectResources">): Promise<boolean> {
  const { resourceTable: table, organizationId, denormalizedName } = link;
  const found: Doc<ResourceTable> | null = await unscoped.get(table, link.resourceId);
  const row = found?.organizationId === organizationId ? found : null;
  const { name, status } = row ? linkedOf(table, row) : { name: denormalizedName, status: deletedStatus };
  const kept = await unscoped.patch("projectResources", link, { denormalizedName: name, denormalizedStatus: status });
  return kept !== link;
}

async function reportOf(unscoped: UnscopedWriter, counted: Counted | undefined): Promise<void> {
  if (!counted || counted.repaired === 0) return;
  const { organizationId, checked, repaired } = counted;
  const organization = await unscoped.get("organizations", organizationId);
  if (!organization) return;
  const about = { action: "system.repair", operation: "other", tableName: "projectResources" } as const;
  await unscoped.within(organization).appendAudit({ ...about, metadata: { checked, repaired } });
}
