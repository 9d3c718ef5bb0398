import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `tenancy` refuse with, beyond what any operation may answer. */
export const problems = {
  already_member: [409, "The user is a member already", "Update the existing membership."],
  confirmation_mismatch: [
    409,
    "The confirmation does not match",
    "Send the organization's current slug as `confirmSlug`.",
  ],
  email_mismatch: [
    403,
    "The invitation is for another address",
    "Sign in with the address that was invited, verified by the identity provider; `POST /v1/me/sync` takes a new one from the token.",
  ],
  email_taken: [409, "The e-mail address belongs to another user", "Use another address, or sign in as that user."],
  invitation_expired: [410, "The invitation has expired", "Ask an administrator of the organization for a new one."],
  invitation_pending: [
    409,
    "The address is invited already",
    "Send the pending invitation again (`POST /v1/invitations/{invitationId}/resend`), or revoke it first.",
  ],
  invitation_void: [
    409,
    "The invitation holds no more",
    "Ask an administrator of the organization for a new one, or to send this one again.",
  ],
  last_admin: [409, "It is the last administrator", "Make somebody else an administrator first."],
  not_banned: [409, "The membership is not banned", "Nothing needs to be done."],
  sole_owner: [
    409,
    "The user owns an organization",
    "Transfer the organization to another member (`POST /v1/organizations/{organizationId}/transfer-ownership`), or delete and purge it, first.",
  ],
  purged: [410, "It is being purged", "It cannot be restored any more."],
  resend_limit: [429, "The invitation was sent as often as it may", "Revoke it and invite the address anew."],
} as const satisfies ProblemRows;
