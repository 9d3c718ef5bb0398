import { dayMs, hourMs } from "../../core/wire/durations";
import { invalidField, ProblemError } from "../../core/wire/errors";
import { reachOf } from "../../core/access/rights";
import { assignmentFault } from "../../core/access/assigning";
import { maximumSends } from "../tables";
import type { Permission } from "../../core/access/permissions";
import type { Standing } from "../../core/access/standing";
import type { Doc } from "../../_generated/dataModel";

const defaultLifetimeMs = 7 * dayMs;
const shortestLifetimeMs = hourMs;
const longestLifetimeMs = 30 * dayMs;

type Status = Doc<"invitations">["status"];

/** When a new invitation ends: as asked, else in 7 days. Throws 400 for a time less than an hour or more than 30 days ahead. */
export function invitationExpiry(asked: number | undefined, now: number): number {
  if (asked === undefined) return now + defaultLifetimeMs;
  if (asked < now + shortestLifetimeMs)
    throw invalidField("/expiresAt", "too_small", "expiresAt must be an hour ahead at least.");
  if (asked > now + longestLifetimeMs)
    throw invalidField("/expiresAt", "too_big", "expiresAt may be 30 days ahead at most.");
  return asked;
}

/** The invitation as it is now: a pending one ends with its time, whether or not that is written down yet. */
export function asOf<Row extends { readonly status: Status; readonly expiresAt: number }>(row: Row, now: number): Row {
  return row.status === "pending" && row.expiresAt <= now ? { ...row, status: "expired" } : row;
}

/** Throws 429 for an invitation that was sent as often as it may. */
export function assertSendsLeft({ sendCount }: Pick<Doc<"invitations">, "sendCount">): void {
  if (sendCount >= maximumSends)
    throw new ProblemError("resend_limit", `An invitation is sent ${maximumSends} times at most.`);
}

/**
 * Why an invitation that is still pending gives nothing: whoever answers for it could not give its role now. `inviter` is
 * undefined for who is no member in force any more, or a key that was revoked; `role` for one that is gone.
 */
export function voidReason(
  inviter: Standing | undefined,
  role: Parameters<typeof assignmentFault>[1] | undefined,
  permissions: readonly Permission[] = ["member:invite"],
): string | undefined {
  if (!role) return "Its role was deleted.";
  if (!inviter || !permissions.some((permission) => reachOf(inviter.rights, permission) === "all"))
    return "Whoever sent it may not invite any more.";
  return assignmentFault(inviter, role) ? "Whoever sent it may not give its role any more." : undefined;
}

/**
 * Throws unless somebody with this verified address may decide about the invitation of a token. Tokens that were never made,
 * were replaced, or whose invitation is over, answer alike; whoever has another address learns nothing of the time either.
 */
export function assertAddressee(
  invitation: Pick<Doc<"invitations">, "email" | "status"> | null,
  address: string | undefined,
): asserts invitation {
  if (!invitation || invitation.status === "revoked" || invitation.status === "declined") throw unknownToken();
  if (invitation.email !== address)
    throw new ProblemError("email_mismatch", "The invitation is for an address that is not the caller's verified one.");
  if (invitation.status === "expired") throw new ProblemError("invitation_expired", "The invitation's time is over.");
}

/** The answer to a token that opens nothing. */
export function unknownToken(): ProblemError {
  return new ProblemError("not_found", "No invitation waits for this token.");
}

/** The address that speaks for a user: one that the identity provider has verified. */
export function verifiedAddress({ email, emailVerified }: Pick<Doc<"users">, "email" | "emailVerified">) {
  return emailVerified ? email : undefined;
}

/** What the sender of an e-mail knows it by: the invitation, and which of its e-mails it is. */
export function sendingName({ _id, sendCount }: { readonly _id: string; readonly sendCount: number }): string {
  return `${_id}.${sendCount}`;
}

/** What {@link sendingName} names. */
export function sendingOf(name: string): { readonly id: string; readonly sendCount: number } {
  const [id = "", sendCount] = name.split(".");
  return { id, sendCount: Number(sendCount) };
}
