import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { failEvent, unprocessed } from "./processing";
import { finishSyncRun } from "./syncRuns";
import type { MutationCtx } from "../_generated/server";

/*
 * What time does to event logs and sync runs. Each batch is a transaction of its own that looks for what is due anew, and the next follows
 * at once, so that a backlog of one organization is a matter of moments to the others.
 */

const rowsPerRun = 100;

const reapEventsReference = makeFunctionReference<"mutation">("jobs/upkeep:reapEvents");
const retryEventsReference = makeFunctionReference<"mutation">("jobs/upkeep:retryEvents");

function workOf(ctx: MutationCtx, noun: "eventLog" | "syncRun") {
  const now = Date.now();
  return { now, unscoped: systemWriter(ctx, { noun, action: `${noun}.expire`, isAudited: false, now }) };
}

/** Takes events from processors that were not heard of until their lease ended. */
export const reapEvents = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const { unscoped, now } = workOf(ctx, "eventLog");
    const silent = await unscoped
      .query("eventLogs")
      .withIndex("by_status_and_lockExpiresAt", (q) =>
        q.eq("status", "processing").gt("lockExpiresAt", 0).lte("lockExpiresAt", now),
      )
      .take(rowsPerRun);
    for (const event of silent) {
      const organization = await unscoped.get("organizations", event.organizationId);
      if (!organization) continue;
      const db = unscoped.within(organization);
      await failEvent({ db, unscoped, now }, event, "Its processor was not heard of until its lease ended.");
    }
    if (silent.length === rowsPerRun) await ctx.scheduler.runAfter(0, reapEventsReference);
    return null;
  },
});

/** Makes failed events pending whose time has come. */
export const retryEvents = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const { unscoped, now } = workOf(ctx, "eventLog");
    const due = await unscoped
      .query("eventLogs")
      .withIndex("by_status_and_nextRetryAt", (q) =>
        q.eq("status", "failed").gt("nextRetryAt", 0).lte("nextRetryAt", now),
      )
      .take(rowsPerRun);
    for (const event of due)
      await unscoped.patch("eventLogs", event, { ...unprocessed, status: "pending", nextRetryAt: undefined });
    if (due.length === rowsPerRun) await ctx.scheduler.runAfter(0, retryEventsReference);
    return null;
  },
});

/** Ends runs of which nothing was heard for a quarter of an hour, so that the next can begin. */
export const endSilentRuns = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const { unscoped, now } = workOf(ctx, "syncRun");
    const silent = await unscoped
      .query("syncHistory")
      .withIndex("by_status_and_lockExpiresAt", (q) =>
        q.eq("status", "running").gt("lockExpiresAt", 0).lte("lockExpiresAt", now),
      )
      .take(rowsPerRun);
    for (const { _id, type } of silent) {
      const errors = [{ scope: type, message: "Nothing was heard of it for too long." }];
      await finishSyncRun({ unscoped, now }, _id, { status: "error", complete: false, errors });
    }
    return null;
  },
});
