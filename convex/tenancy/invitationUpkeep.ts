import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { storedSecretValidator } from "../core/wire/restProtocol";
import { close, revokeSentBy } from "./invitations/addressees";
import { asOf, sendingOf } from "./invitations/rules";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** Invitations ended in one mutation; the rest follows in scheduled mutations of the same size. */
const batchSize = 200;

const expireReference = makeFunctionReference<"mutation">("tenancy/invitationUpkeep:expire");
const revokeReference = makeFunctionReference<"mutation">("tenancy/invitationUpkeep:revokeSent");

/**
 * Stores the hash of the token that the sender has just made for an e-mail. Answers false, so that the e-mail is not sent, where
 * nobody waits for it: the invitation is over, or a later e-mail of it was asked for, whose token must not be replaced.
 */
export const storeToken = internalMutation({
  args: { rowId: v.string(), secret: storedSecretValidator },
  returns: v.boolean(),
  handler: async (ctx, { rowId, secret }) => {
    const now = Date.now();
    // The e-mail tells of itself; an audit row of its own would say nothing more.
    const writer = systemWriter(ctx, { noun: "invitation", action: "invitation.send", isAudited: false, now });
    const { id, sendCount } = sendingOf(rowId);
    const row = await writer.get("invitations", id);
    if (!row || asOf(row, now).status !== "pending" || row.sendCount !== sendCount) return false;
    await writer.patch("invitations", row, { tokenHash: secret.hash, lastSentAt: now });
    return true;
  },
});

/** Writes down that the time of pending invitations is over. Reads see it from `expiresAt` on, whenever this runs. */
export const expire = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const writer = systemWriter(ctx, { noun: "invitation", action: "invitation.expire", isAudited: true, now });
    const overdue = await writer
      .query("invitations")
      .withIndex("by_status_and_expiresAt", (q) => q.eq("status", "pending").lte("expiresAt", now))
      .take(batchSize);
    for (const row of overdue) {
      const organization = await writer.get("organizations", row.organizationId);
      if (!organization) throw new Error("An invitation outlived its organization.");
      await close(writer.within(organization), row, { status: "expired" });
    }
    if (overdue.length === batchSize) await ctx.scheduler.runAfter(0, expireReference, {});
    return null;
  },
});

/** Goes on taking back what a deleted user has sent. Nobody could accept it any more; now it says so. */
export const revokeSent = internalMutation({
  args: { userId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, { userId }) => {
    const work = { noun: "invitation", action: "invitation.revoke", isAudited: true, now: Date.now() };
    if (await revokeSentBy(systemWriter(ctx, work), userId, batchSize)) await goOnRevoking(ctx.scheduler, userId);
    return null;
  },
});

/** Has the invitations that somebody sent taken back, a batch at a time. */
export async function goOnRevoking(scheduler: MutationCtx["scheduler"], userId: Id<"users">): Promise<void> {
  await scheduler.runAfter(0, revokeReference, { userId });
}
