import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { dayMs, minuteMs } from "../core/wire/durations";
import { administratorsOf } from "../messaging/administrators";
import { notify } from "../messaging/notify";
import { integrationOf } from "./dataSources/resource";
import { enqueueSyncs } from "./dataSources/syncing";
import { nextAllowedAt, settingsOf, warningDays } from "./dataSources/rules";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** Data sources looked at in one transaction; the rest follows. */
const sourcesPerRun = 50;
/** A data source that has nothing due is looked at again after this, so that what was changed is found. */
const longestPauseMs = 60 * minuteMs;
const shortestPauseMs = 5 * minuteMs;

const syncDueReference = makeFunctionReference<"mutation">("integrations/sourceUpkeep:syncDue");
const warnReference = makeFunctionReference<"mutation", { cursor: string; before: number }>(
  "integrations/sourceUpkeep:warn",
);

function writerFor(ctx: MutationCtx, action: string, now: number): UnscopedWriter {
  return systemWriter(ctx, { noun: "dataSource", action, isAudited: false, now });
}

/**
 * Enqueues what is due of active data sources, those first that have waited longest. Each is looked at again when its next type is due;
 * nothing is enqueued twice.
 */
export const syncDue = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const unscoped = writerFor(ctx, "dataSource.sync", now);
    const due = await unscoped
      .query("dataSources")
      .withIndex("by_status_and_nextSyncAt", (q) => q.eq("status", "active").gt("nextSyncAt", 0).lte("nextSyncAt", now))
      .take(sourcesPerRun);
    for (const source of due) await syncOne(ctx, unscoped, source, now);
    if (due.length === sourcesPerRun) await ctx.scheduler.runAfter(0, syncDueReference);
    return null;
  },
});

async function syncOne(ctx: MutationCtx, unscoped: UnscopedWriter, source: Doc<"dataSources">, now: number) {
  const organization = await unscoped.get("organizations", source.organizationId);
  const integration = await integrationOf({ unscoped }, source.integrationId);
  const isSynced = organization?.deletedAt === undefined && organization?.status === "active" && integration.isActive;
  let nextSyncAt = now + longestPauseMs;
  if (isSynced) {
    const work = { db: unscoped.within(organization), unscoped, scheduler: ctx.scheduler, now };
    const dueAt = new Map(integration.supportedTypes.map((type) => [type, nextAllowedAt(integration, source, type)]));
    const due = integration.supportedTypes.filter((type) => (dueAt.get(type) ?? 0) <= now);
    await enqueueSyncs(work, source, integration, due, { trigger: "scheduled", isForced: false });
    const later = [...dueAt].map(([type, at]) => (at > now ? at : now + settingsOf(integration, type).rateMs));
    nextSyncAt = Math.max(now + shortestPauseMs, Math.min(nextSyncAt, ...later));
  }
  await unscoped.patch("dataSources", source, { nextSyncAt });
}

/** Tells administrators of credentials that end in 14, 3 and 1 days, each time once; days that no cron ran are made up for by one. */
export const warn = internalMutation({
  // `before` fixes what "now" is for all pages of a run: a cursor is good for the range that it was made in.
  args: { cursor: v.optional(v.string()), before: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { cursor = null, before }) => {
    const now = before ?? Date.now();
    const unscoped = writerFor(ctx, "dataSource.warn", now);
    const until = now + warningDays[0] * dayMs;
    const ending = await unscoped
      .query("dataSources")
      .withIndex("by_credentialExpirationAt", (q) =>
        q.gt("credentialExpirationAt", now).lte("credentialExpirationAt", until),
      )
      .paginate({ cursor, numItems: sourcesPerRun });
    for (const source of ending.page) await warnOf(unscoped, source, now);
    if (!ending.isDone) await ctx.scheduler.runAfter(0, warnReference, { cursor: ending.continueCursor, before: now });
    return null;
  },
});

async function warnOf(unscoped: UnscopedWriter, source: Doc<"dataSources">, now: number): Promise<void> {
  const { credentialExpirationAt = 0, credentialWarnings = 0 } = source;
  const isWithin = (days: number) => credentialExpirationAt - now <= days * dayMs;
  const warnings = warningDays.filter(isWithin).length;
  const organization = await unscoped.get("organizations", source.organizationId);
  if (warnings <= credentialWarnings || !organization || organization.deletedAt !== undefined) return;
  await unscoped.patch("dataSources", source, { credentialWarnings: warnings });
  const context = { db: unscoped.within(organization), unscoped, now };
  const data = { dataSourceId: source._id, credentialExpirationAt };
  for (const userId of await administratorsOf(context))
    await notify(context, { userId, type: "credential_expiring", data, groupKey: `credential_expiring:${source._id}` });
}
