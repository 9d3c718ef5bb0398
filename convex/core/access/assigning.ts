import { ProblemError } from "../wire/errors";
import { givenRights, missingRight, permissionOf, reachOf, withoutOwn } from "./rights";
import { builtInRoles } from "./roles";
import { everyRow } from "./reach";
import type { RowReach } from "./reach";
import type { Standing } from "./standing";
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

/**
 * Throws 403 where the role would reach, of what is assigned to its holder's teams and clients, what the giver does not: a right
 * on assigned rows is given by who has it on every row, or belongs wherever the holder does.
 */
export function assertMayReach(
  giver: Standing,
  givers: readonly { readonly id: string }[],
  role: AssignedRole,
  holders: readonly { readonly id: string }[],
): void {
  const isBeyond = holders.some(({ id }) => !givers.some((own) => own.id === id));
  if (isBeyond) assertMayEntrust(giver, everyRow, { rights: givenRights(role) });
}

/**
 * Throws 403 unless the giver may bring somebody into a team or to a client. Whoever comes gets, on all that is assigned
 * there, what they hold on assigned rows anyway: the giver must hold it on every row, or on these too, which they do where
 * their own reach of the team or client is by belonging there.
 */
export function assertMayEntrust(giver: Standing, reach: RowReach, { rights }: Pick<Standing, "rights">): void {
  const missing = [...rights].find((right) => {
    if (!right.endsWith(":assigned")) return false;
    const held = reachOf(giver.rights, permissionOf(right));
    return held !== "all" && (held !== "assigned" || reach.every);
  });
  if (missing !== undefined)
    throw new ProblemError(
      "forbidden",
      `The member would have ${permissionOf(missing)} on what is assigned here; only rights of one's own can be given.`,
    );
}
