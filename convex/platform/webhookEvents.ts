import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { dayMs } from "../core/wire/durations";

const retentionMs = 30 * dayMs;
/** What works on the messages of a provider. */
const processing = {
  clerk: makeFunctionReference<"mutation">("tenancy/clerkEvents:process"),
  resend: makeFunctionReference<"mutation">("messaging/resendEvents:process"),
};

/** Keeps a message that a provider signed, once for each of its ids, and has it worked on afterwards. */
export const receive = internalMutation({
  args: {
    provider: v.union(v.literal("clerk"), v.literal("resend")),
    eventId: v.string(),
    type: v.string(),
    payload: v.string(),
    occurredAt: v.number(),
  },
  returns: v.object({ status: v.union(v.literal("accepted"), v.literal("known")) }),
  handler: async (ctx, { provider, eventId, ...message }) => {
    const now = Date.now();
    const writer = systemWriter(ctx, { now, noun: "webhookEvent", action: "webhookEvent.receive", isAudited: false });
    const known = await writer
      .query("webhookEvents")
      .withIndex("by_provider_and_eventId", (q) => q.eq("provider", provider).eq("eventId", eventId))
      .first();
    if (known) return { status: "known" as const };
    const event = await writer.insert("webhookEvents", {
      provider,
      eventId,
      ...message,
      status: "pending",
      attempts: 0,
      createdAt: now,
      expiresAt: now + retentionMs,
    });
    await ctx.scheduler.runAfter(0, processing[provider], { eventId: event._id });
    return { status: "accepted" as const };
  },
});
