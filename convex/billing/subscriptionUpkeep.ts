import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { membershipOf } from "../core/access/standing";
import { systemWriter } from "../core/records/systemWriter";
import { tellOfEnd } from "./subscriptions/telling";

const rowsPerRun = 100;

const endReference = makeFunctionReference<"mutation">("billing/subscriptionUpkeep:end");

/** Tells members once that their access has ended. Reads see it from `accessUntil` on, whenever this runs. */
export const end = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const unscoped = systemWriter(ctx, { noun: "subscription", action: "subscription.end", isAudited: false, now });
    const due = await unscoped
      .query("subscriptions")
      .withIndex("by_endNoticeAt", (q) => q.gt("endNoticeAt", 0).lte("endNoticeAt", now))
      .take(rowsPerRun);
    for (const row of due) {
      await unscoped.patch("subscriptions", row, { endNoticeAt: undefined });
      const organization = await unscoped.get("organizations", row.organizationId);
      if (!organization || organization.deletedAt !== undefined) continue;
      if (!(await membershipOf(unscoped, organization._id, row.userId))) continue;
      const { scheduler } = ctx;
      await tellOfEnd({ db: unscoped.within(organization), unscoped, scheduler, organization, now }, row);
    }
    if (due.length === rowsPerRun) await ctx.scheduler.runAfter(0, endReference, {});
    return null;
  },
});
