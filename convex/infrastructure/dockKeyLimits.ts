import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { holdKey, keyLimitedUntil } from "./docks/sharedLimits";
import type { MutationCtx } from "../_generated/server";
import type { Id } from "../_generated/dataModel";
import type { ObjectType } from "convex/values";

/* What actions that try keys know and say of what a provider allows by them. */

const keyArguments = { organizationId: v.id("organizations"), keyFingerprint: v.string() };
const heldArguments = { ...keyArguments, until: v.number() };
export const limitReference = makeFunctionReference<"mutation", ObjectType<typeof keyArguments>, boolean>(
  "infrastructure/dockKeyLimits:isLimited",
);
export const holdReference = makeFunctionReference<"mutation", ObjectType<typeof heldArguments>, null>(
  "infrastructure/dockKeyLimits:hold",
);

/** Whether the provider wants to be left alone by a key. */
export const isLimited = internalMutation({
  args: keyArguments,
  returns: v.boolean(),
  handler: async (ctx, { organizationId, keyFingerprint }) => {
    const work = await workIn(ctx, organizationId);
    return work !== null && (await keyLimitedUntil(work, keyFingerprint)) !== undefined;
  },
});

/** Has a key left alone until an instant, by all docks that have it. */
export const hold = internalMutation({
  args: heldArguments,
  returns: v.null(),
  handler: async (ctx, { organizationId, keyFingerprint, until }) => {
    const work = await workIn(ctx, organizationId);
    if (work) await holdKey(work, keyFingerprint, until);
    return null;
  },
});

async function workIn(ctx: MutationCtx, organizationId: Id<"organizations">) {
  const now = Date.now();
  const unscoped = systemWriter(ctx, { noun: "dock", action: "dock.test", isAudited: false, now });
  const organization = await unscoped.get("organizations", organizationId);
  return organization && { db: unscoped.within(organization), now };
}
