import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { hourMs } from "../core/wire/durations";
import { limitedUntil } from "./docks/rules";
import { diedSilently, endSync, isStale, startSync } from "./docks/syncRuns";
import { staleLockMs } from "./docks/syncRules";
import type { MutationCtx } from "../_generated/server";

/** Docks that one run of the cron begins to sync: providers and the deployment are not asked for everything at once. */
const docksPerRun = 20;
const releaseReference = makeFunctionReference<"mutation">("infrastructure/dockUpkeep:releaseStale");

function writerFor(ctx: MutationCtx, now: number) {
  return systemWriter(ctx, { noun: "dock", action: "dock.sync", isAudited: false, now });
}

/** Begins the syncs that are due, those first that have waited longest. What is not synced by itself is looked at again in an hour. */
export const syncDue = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const unscoped = writerFor(ctx, now);
    const due = await unscoped
      .query("docks")
      .withIndex("by_syncInProgress_and_nextSyncAt", (q) => q.eq("syncInProgress", false).lte("nextSyncAt", now))
      .take(docksPerRun);
    for (const dock of due) {
      const organization = await unscoped.get("organizations", dock.organizationId);
      const isUsable = organization?.status === "active" && organization.deletedAt === undefined;
      const limited = limitedUntil(dock, now);
      const isSynced = dock.deletedAt === undefined && dock.syncConfig.enabled && dock.encryptedApiKey !== undefined;
      if (!organization || !isUsable || !isSynced || limited !== undefined) {
        await unscoped.patch("docks", dock, { nextSyncAt: limited ?? now + hourMs });
        continue;
      }
      const work = { db: unscoped.within(organization), unscoped, scheduler: ctx.scheduler, now };
      await startSync(work, dock, { trigger: "scheduled", confirmLoss: false });
    }
    return null;
  },
});

/** Ends syncs of which nothing was heard for a quarter of an hour, such as those that a crash has ended. */
export const releaseStale = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const unscoped = writerFor(ctx, now);
    const locked = await unscoped
      .query("docks")
      .withIndex("by_syncInProgress_and_syncStartedAt", (q) =>
        q.eq("syncInProgress", true).lte("syncStartedAt", now - staleLockMs),
      )
      .take(docksPerRun);
    let released = 0;
    for (const dock of locked) {
      const organization = await unscoped.get("organizations", dock.organizationId);
      if (!organization) continue;
      const work = { db: unscoped.within(organization), unscoped, scheduler: ctx.scheduler, now };
      if (!(await isStale(work, dock))) continue;
      await endSync(work, organization, dock, diedSilently);
      released += 1;
    }
    if (released === docksPerRun) await ctx.scheduler.runAfter(0, releaseReference);
    return null;
  },
});
