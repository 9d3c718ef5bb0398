import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `tenancy` refuse with, beyond what any operation may answer. */
export const problems = {
  already_member: [409, "The user is a member already", "Update the existing membership."],
  confirmation_mismatch: [
    409,
    "The confirmation does not match",
    "Send the organization's current slug as `confirmSlug`.",
  ],
  email_taken: [409, "The e-mail address belongs to another user", "Use another address, or sign in as that user."],
  external_id_taken: [409, "The external id is taken", "Use another external id."],
  last_admin: [409, "It is the last administrator", "Make somebody else an administrator first."],
  not_banned: [409, "The membership is not banned", "Nothing needs to be done."],
  sole_owner: [
    409,
    "The user owns an organization",
    "Transfer the organization to another member (`POST /v1/organizations/{organizationId}/transfer-ownership`), or delete and purge it, first.",
  ],
  purged: [410, "It is being purged", "It cannot be restored any more."],
} as const satisfies ProblemRows;
