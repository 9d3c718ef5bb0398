import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { addSyncCounts, finishSyncRun, openSyncRun } from "./syncRuns";
import type { MutationCtx } from "../_generated/server";

/*
 * What actions that sync say of their runs: an action has no transaction, so each of these is one.
 */

function workOf(ctx: MutationCtx) {
  const now = Date.now();
  return { now, unscoped: systemWriter(ctx, { noun: "syncRun", action: "syncRun.report", isAudited: false, now }) };
}

const outcome = v.union(v.literal("success"), v.literal("partial"), v.literal("error"));
const counts = v.object({
  created: v.optional(v.number()),
  updated: v.optional(v.number()),
  deleted: v.optional(v.number()),
  unchanged: v.optional(v.number()),
});

/** Opens a run. Fails with `sync_in_progress` while another one of its source and type runs. */
export const open = internalMutation({
  args: {
    organizationId: v.id("organizations"),
    sourceType: v.union(v.literal("dock"), v.literal("dataSource")),
    sourceId: v.string(),
    type: v.string(),
    trigger: v.union(v.literal("manual"), v.literal("scheduled"), v.literal("webhook")),
  },
  returns: v.id("syncHistory"),
  handler: async (ctx, run) => (await openSyncRun(workOf(ctx), run))._id,
});

/** Adds to what has come of a run so far. */
export const count = internalMutation({
  args: { runId: v.id("syncHistory"), kind: v.string(), counts },
  returns: v.null(),
  handler: async (ctx, { runId, kind, counts: more }) => {
    await addSyncCounts(workOf(ctx), runId, kind, more);
    return null;
  },
});

/** Ends a run. */
export const finish = internalMutation({
  args: {
    runId: v.id("syncHistory"),
    status: outcome,
    complete: v.boolean(),
    errors: v.array(v.object({ scope: v.string(), message: v.string() })),
  },
  returns: v.null(),
  handler: async (ctx, { runId, ...end }) => {
    await finishSyncRun(workOf(ctx), runId, end);
    return null;
  },
});
