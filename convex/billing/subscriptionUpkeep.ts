import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { membershipOf } from "../core/access/standing";
import { systemWriter } from "../core/records/systemWriter";
import { tellOfEnd } from "./subscriptions/telling";

const rowsPerRun = 100;

const endReference = makeFunctionReference<"mutation">("billing/subscriptionUpkeep:end");

/** Ends what was granted for a time, and tells members once that their access has ended. Reads see that from `accessUntil` on, whenever this runs. */
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
      const organization = await unscoped.get("organizations", row.organizationId);
      if (!organization) continue;
      const db = unscoped.within(organization);
      // Nobody else says that what was granted is over; of what Stripe tells only the notice is done, which is no news of the row.
      if (row.source === "manual") await db.patch("subscriptions", row, { status: "canceled", endNoticeAt: undefined });
      else await db.touch("subscriptions", row, { endNoticeAt: undefined });
      if (organization.deletedAt !== undefined) continue;
      if (!(await membershipOf(unscoped, organization._id, row.userId))) continue;
      await tellOfEnd({ db, unscoped, scheduler: ctx.scheduler, organization, now }, row);
    }
    if (due.length === rowsPerRun) await ctx.scheduler.runAfter(0, endReference, {});
    return null;
  },
});
