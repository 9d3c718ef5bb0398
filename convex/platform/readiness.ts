import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { takeRequests } from "../core/access/rateLimits";
import { systemWriter } from "../core/records/systemWriter";

/** A bucket that never runs dry: taking from it is a write of one small row, again and again the same. */
const probe = { quota: { name: "readiness", limit: 1_000_000, windowSeconds: 1 }, key: "probe" };

/**
 * Writes something, so that what this answers was committed: functions run, and storage takes writes. Tells how long the job waits that
 * is due longest; work that waits is no reason to send requests elsewhere.
 */
export const check = internalMutation({
  args: {},
  returns: v.object({ backlogSeconds: v.number() }),
  handler: async (ctx) => {
    const now = Date.now();
    await takeRequests(ctx, probe, 1, now);
    const writer = systemWriter(ctx, { noun: "deployment", action: "deployment.check", isAudited: false, now });
    const oldest = await writer
      .query("scheduledJobs")
      .withIndex("by_runner_and_status_and_scheduledAt", (q) =>
        q.eq("runner", "builtin").eq("status", "pending").lt("scheduledAt", now),
      )
      .first();
    return { backlogSeconds: oldest ? Math.floor((now - oldest.scheduledAt) / 1000) : 0 };
  },
});
