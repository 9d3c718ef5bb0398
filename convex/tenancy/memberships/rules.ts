import { ProblemError } from "../../core/wire/errors";
import { adminRank } from "../../core/access/assigning";
import { isInForce } from "../../core/access/standing";
import type { Doc } from "../../_generated/dataModel";

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
