import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { hourMs, minuteMs } from "../core/wire/durations";
import { limitedUntil } from "./docks/rules";
import { isSyncedByItself } from "./docks/syncRules";
import { broken, endSync, isAlive, keepAlive, startSync } from "./docks/syncRuns";
import type { MutationCtx } from "../_generated/server";

/** Docks that one transaction begins to sync; the rest follows. */
const docksPerRun = 20;
/** Locked docks looked at in one transaction; the rest follows. */
const docksPerWalk = 100;
const syncDueReference = makeFunctionReference<"mutation">("infrastructure/dockUpkeep:syncDue");
const releaseReference = makeFunctionReference<"mutation", { cursor: string; before: number }>(
  "infrastructure/dockUpkeep:releaseBroken",
);

function writerFor(ctx: MutationCtx, now: number) {
  return systemWriter(ctx, { noun: "dock", action: "dock.sync", isAudited: false, now });
}

/** Begins the syncs that are due, those first that have waited longest. Docks of an organization that is shut are looked at again in an hour. */
export const syncDue = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const unscoped = writerFor(ctx, now);
    const due = await unscoped
      .query("docks")
      .withIndex("by_syncInProgress_and_nextSyncAt", (q) =>
        // One that is not synced by itself has no such time, and absent comes before any.
        q.eq("syncInProgress", false).gt("nextSyncAt", 0).lte("nextSyncAt", now),
      )
      .take(docksPerRun);
    for (const dock of due) {
      const organization = await unscoped.get("organizations", dock.organizationId);
      if (!organization) {
        await unscoped.patch("docks", dock, { nextSyncAt: undefined });
        continue;
      }
      const db = unscoped.within(organization);
      const isUsable = organization.status === "active" && organization.deletedAt === undefined;
      const limited = limitedUntil(dock, now);
      const isSynced = isSyncedByItself(dock);
      if (isUsable && isSynced && limited === undefined) {
        const work = { db, unscoped, scheduler: ctx.scheduler, now };
        await startSync(work, dock, { trigger: "scheduled", confirmLoss: false });
      } else await db.touch("docks", dock, { nextSyncAt: isSynced ? (limited ?? now + hourMs) : undefined });
    }
    if (due.length === docksPerRun) await ctx.scheduler.runAfter(0, syncDueReference);
    return null;
  },
});

/**
 * Walks the docks that are locked: a sync whose job waits or runs is kept alive, and one whose job was cancelled or has failed for good is ended.
 * Whether a process that holds a job lives is the queue's to find out.
 */
export const releaseBroken = internalMutation({
  // `before` fixes what "now" is for all pages of a run: a cursor is good for the range that it was made in.
  args: { cursor: v.optional(v.string()), before: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { cursor = null, before }) => {
    const now = before ?? Date.now();
    const unscoped = writerFor(ctx, now);
    const locked = await unscoped
      .query("docks")
      .withIndex("by_syncInProgress_and_syncStartedAt", (q) =>
        q.eq("syncInProgress", true).lte("syncStartedAt", now - minuteMs),
      )
      .paginate({ cursor, numItems: docksPerWalk });
    for (const dock of locked.page) {
      const organization = await unscoped.get("organizations", dock.organizationId);
      if (!organization) continue;
      const work = { db: unscoped.within(organization), unscoped, scheduler: ctx.scheduler, now };
      if (await isAlive(work, dock)) await keepAlive(work, dock);
      else await endSync(work, organization, dock, broken);
    }
    if (!locked.isDone)
      await ctx.scheduler.runAfter(0, releaseReference, { cursor: locked.continueCursor, before: now });
    return null;
  },
});
