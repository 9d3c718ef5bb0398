import { isBanned, membershipOf, standingOf } from "./standing";
import type { Standing } from "./standing";
import type { Doc } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";

/** Why an API key that nobody revoked is refused: what became of its owner. */
export const suspensionNames = [
  "owner_deleted",
  "owner_inactive",
  "not_a_member",
  "membership_inactive",
  "membership_banned",
] as const;

type Suspension = (typeof suspensionNames)[number];

/** Each as the rest of a sentence about the owner. */
export const suspensions: Readonly<Record<Suspension, string>> = {
  owner_deleted: "was deleted",
  owner_inactive: "is inactive",
  not_a_member: "is no member of the organization",
  membership_inactive: "has an inactive membership",
  membership_banned: "is banned",
};

/**
 * What an API key may do at most now: as much as its owner, the person who made or adopted it. Decided at each use, so that
 * whatever happens to the owner happens to their keys at once.
 */
export async function ownerStanding(
  ctx: QueryCtx,
  { organizationId, ownerId }: Pick<Doc<"apiKeys">, "organizationId" | "ownerId">,
  now: number,
): Promise<{ readonly suspension: Suspension } | { readonly standing: Standing }> {
  const owner = ownerId === undefined ? null : await ctx.db.get("users", ownerId);
  if (!owner || owner.deletedAt !== undefined) return { suspension: "owner_deleted" };
  if (owner.status === "inactive") return { suspension: "owner_inactive" };
  const membership = await membershipOf(ctx.db, organizationId, owner._id);
  if (!membership || membership.status === "pending") return { suspension: "not_a_member" };
  if (membership.status === "inactive") return { suspension: "membership_inactive" };
  if (isBanned(membership, now)) return { suspension: "membership_banned" };
  return { standing: await standingOf(ctx, membership) };
}
