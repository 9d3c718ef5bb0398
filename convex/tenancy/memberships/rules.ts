import { ProblemError } from "../../core/wire/errors";
import { builtInRoles } from "../../core/access/roles";
import { givenRights, missingRight, withoutOwn } from "../../core/access/rights";
import { isInForce } from "../../core/access/standing";
import type { Standing } from "../../core/access/standing";
import type { Doc } from "../../_generated/dataModel";

export const ownerRank: number = builtInRoles.owner.rank;
export const adminRank: number = builtInRoles.admin.rank;
/** How ownership changes hands, for texts. */
export const transferring = "the owner transfers it by `POST /v1/organizations/{organizationId}/transfer-ownership`";

/**
 * Throws 403 unless the caller may change, ban or remove somebody of the target's standing. Taking away is a matter of rank:
 * those below, and everyone for the owner; so a key made for removing people need not hold all that they may do. Who
 * administers is protected from keys and roles of a high rank and few rights: it takes all of an administrator's rights.
 */
export function assertMayChange(actor: Standing, target: Standing): void {
  if (actor.rank < ownerRank && target.rank >= actor.rank)
    throw new ProblemError("rank_too_low", "Only members of a lower rank than one's own can be changed.");
  const missing = target.rank >= adminRank ? missingRight(actor.rights, withoutOwn(target.rights)) : undefined;
  if (missing !== undefined)
    throw new ProblemError(
      "forbidden",
      `An administrator can be changed only by who holds all of their rights; ${missing} is missing.`,
    );
}

/**
 * Throws 403 unless the giver may give somebody the role: up to the giver's rank and within the giver's rights,
 * ownership never. The rights of an API key are its scopes.
 */
export function assertMayAssign(giver: Standing, role: AssignedRole): void {
  const fault = assignmentFault(giver, role);
  if (fault) throw fault;
}

type AssignedRole = Parameters<typeof givenRights>[0] & Pick<Doc<"roles">, "rank">;

/** Why the giver may not give the role, or undefined: what {@link assertMayAssign} throws. */
export function assignmentFault(giver: Standing, role: AssignedRole): ProblemError | undefined {
  if (role.key === "owner") return new ProblemError("forbidden", `Ownership is not assigned; ${transferring}.`);
  if (role.rank > giver.rank)
    return new ProblemError("rank_too_low", "Only roles up to one's own rank can be assigned.");
  const missing = missingRight(giver.rights, givenRights(role));
  if (missing === undefined) return undefined;
  return new ProblemError("forbidden", `The role allows ${missing}; only rights of one's own can be given.`);
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
    return new ProblemError({ target: "not_a_member" }, message, errors);
  };
  if (!user || !membership) throw refuse("No member of the organization has this id.");
  if (membership.status === "pending") throw refuse("The user has not accepted the invitation yet.");
  if (membership.status === "inactive") throw refuse("The user's membership is inactive; activate it first.");
  if (!isInForce(membership, now)) throw refuse("The user's membership is banned; lift the ban first.");
  if (user.status !== "active") throw refuse("The user is not active.");
}
