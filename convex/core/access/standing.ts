import { builtInRoles } from "./roles";
import { isBuiltInRole, roleRights } from "./rights";
import type { Rights } from "./rights";
import type { Doc, Id } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";

/** What somebody may do in an organization, and whom they stand above. */
export interface Standing {
  readonly rights: Rights;
  readonly rank: number;
}

/** Nothing: the standing of a role that is gone. */
export const noStanding: Standing = { rights: new Set(), rank: 0 };

/** The membership of a user in an organization, whatever its state. `db` is Convex's own or a reader past the tenant. */
export function membershipOf(
  db: Pick<QueryCtx["db"], "query">,
  organizationId: Id<"organizations">,
  userId: Id<"users">,
): Promise<Doc<"memberships"> | null> {
  return db
    .query("memberships")
    .withIndex("by_organizationId_and_userId", (q) => q.eq("organizationId", organizationId).eq("userId", userId))
    .unique();
}

/** What the role of a membership is worth, whether or not the membership is in force. */
export async function standingOf(
  ctx: QueryCtx,
  { roleKey, roleId }: Pick<Doc<"memberships">, "roleKey" | "roleId">,
): Promise<Standing> {
  if (isBuiltInRole(roleKey)) {
    const { rank, scope } = builtInRoles[roleKey];
    return { rights: roleRights({ key: roleKey, rights: [], scope }), rank };
  }
  const role = await ctx.db.get("roles", roleId);
  if (!role || role.deletedAt !== undefined) return noStanding;
  return { rights: roleRights(role), rank: role.rank };
}

/** True if a ban of the membership runs. */
export function isBanned(membership: Pick<Doc<"memberships">, "bannedAt" | "bannedUntil">, now: number): boolean {
  const { bannedAt, bannedUntil } = membership;
  return bannedAt !== undefined && (bannedUntil === undefined || bannedUntil > now);
}

/** True if the membership is usable now: active, and no ban runs. */
export function isInForce(
  membership: Pick<Doc<"memberships">, "status" | "bannedAt" | "bannedUntil">,
  now: number,
): boolean {
  return membership.status === "active" && !isBanned(membership, now);
}
