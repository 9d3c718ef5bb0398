import { ProblemError } from "../core/errors";
import { builtInRoles } from "../core/permissionCatalogue";
import { givenRights, missingRight } from "../core/rights";
import type { Tenant } from "../core/tenant";
import type { Doc } from "../_generated/dataModel";

export const ownerRank: number = builtInRoles.owner.rank;
export const adminRank: number = builtInRoles.admin.rank;
/** How ownership changes hands, for texts. */
export const transferring = "the owner transfers it by `POST /v1/organizations/{organizationId}/transfer-ownership`";
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
  if (role.key === "owner") throw new ProblemError("forbidden", `Ownership is not assigned; ${transferring}.`);
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

/**
 * Throws 409 unless the user can own the organization: an active member of it who can sign in. A user of another
 * organization and one that does not exist are the same answer.
 */
export function assertMayOwn(
  user: Pick<Doc<"users">, "status"> | null,
  membership: Parameters<typeof isInForce>[0] | null,
  now: number,
): asserts membership {
  const refuse = (message: string) => {
    const errors = [{ pointer: "/userId", code: "not_a_member", message }];
    return new ProblemError("not_a_member", message, errors, 409);
  };
  if (!user || !membership) throw refuse("No member of the organization has this id.");
  if (membership.status === "pending") throw refuse("The user has not accepted the invitation yet.");
  if (membership.status === "inactive") throw refuse("The user's membership is inactive; activate it first.");
  if (!isInForce(membership, now)) throw refuse("The user's membership is banned; lift the ban first.");
  if (user.status !== "active") throw refuse("The user is not active.");
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
