import { ProblemError } from "../core/errors";
import { builtInRoles } from "../core/permissionCatalogue";
import { givenRights, missingRight } from "../core/rights";
import type { Tenant } from "../core/tenant";
import type { Doc } from "../_generated/dataModel";

export const ownerRank: number = builtInRoles.owner.rank;
export const adminRank: number = builtInRoles.admin.rank;
const viewerRights = givenRights({ key: "viewer", rights: [] });

/** From this rank on, members see why somebody was banned. */
export const moderatorRank: number = builtInRoles.moderator.rank;

/** Throws 403 unless a member of `actorRank` may change one of `targetRank`: those below, and everyone for the owner. */
export function assertMayChange(actorRank: number, targetRank: number): void {
  if (actorRank >= ownerRank || targetRank < actorRank) return;
  throw new ProblemError("rank_too_low", "Only members of a lower rank than one's own can be changed.");
}

/**
 * Throws 403 unless the giver may give somebody the role: up to the giver's rank and within the giver's rights,
 * ownership never. The rights of an API key are its scopes.
 */
export function assertMayAssign(
  actorRank: number,
  giver: Pick<Tenant, "rights" | "needsReadRight">,
  role: Pick<Doc<"roles">, "key" | "rank" | "rights" | "areaPermissions" | "scope">,
): void {
  if (role.key === "owner") throw new ProblemError("forbidden", "Ownership is transferred, not assigned.");
  if (role.rank > actorRank) throw new ProblemError("rank_too_low", "Only roles up to one's own rank can be assigned.");
  // An organization-wide role reads what a viewer reads, whether its rights say so or not.
  const unlisted = giver.needsReadRight && role.scope === "organization" ? viewerRights : [];
  const missing = missingRight(giver.rights, [...givenRights(role), ...unlisted]);
  if (missing !== undefined)
    throw new ProblemError("forbidden", `The role allows ${missing}; only rights of one's own can be given.`);
}

/** True if a membership whose role has `rank` administers the organization now. */
export function administers(membership: Parameters<typeof isInForce>[0], rank: number, now: number): boolean {
  return rank >= adminRank && isInForce(membership, now);
}

/** True if the membership is usable now: active, and no ban runs. */
export function isInForce(
  membership: Pick<Doc<"memberships">, "status" | "bannedAt" | "bannedUntil">,
  now: number,
): boolean {
  const { status, bannedAt, bannedUntil } = membership;
  const isBanned = bannedAt !== undefined && (bannedUntil === undefined || bannedUntil > now);
  return status === "active" && !isBanned;
}
