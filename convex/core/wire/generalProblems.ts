/** HTTP status, title (RFC 9457), how the caller mends it; last, where the code also names a target, the status that it has then. */
export type ProblemRow = readonly [status: number, title: string, mend: string, statusAsTarget?: number];

/** Problem codes with what they stand for, as a domain declares its own in `problems.ts`. */
export type ProblemRows = Readonly<Record<string, ProblemRow>>;

/** What the engine and the gateway themselves refuse with, and what more than one domain does. */
export const generalProblems = {
  validation_failed: [
    400,
    "The request is not valid",
    "Correct the fields named in `errors` and send the request again.",
  ],
  invalid_cursor: [
    400,
    "The cursor does not fit this list",
    "Use a cursor only with the same organization, filters and sort that returned it, or start again without one.",
  ],
  unsupported_filter: [400, "These filters cannot be combined", "Use one of the filter sets named in `detail`."],
  organization_required: [
    400,
    "No organization is named",
    "Send the `Portico-Organization` header, or use a token that carries an organization.",
  ],
  idempotency_key_invalid: [
    400,
    "The idempotency key is not valid",
    "Send an `Idempotency-Key` of 8 to 128 printable characters without spaces.",
  ],
  dry_run_unsupported: [
    400,
    "The operation cannot be tried",
    "Send the request without `Portico-Dry-Run`: what it does reaches beyond the database and could not be undone.",
  ],
  invalid_signature: [
    400,
    "The webhook's signature is not valid",
    "Sign the body as it is sent with the secret that is set here, within five minutes.",
  ],
  unauthenticated: [
    401,
    "Credentials are missing or not valid",
    "Send `Authorization: Bearer` with a valid token, API key or agent key.",
  ],
  user_deleted: [401, "This user was deleted", "Sign in as a user that exists."],
  agent_revoked: [401, "The agent's key was revoked", "Let an administrator rotate the agent's key.", 409],
  key_expired: [401, "The API key has expired", "Create a new API key."],
  key_revoked: [401, "The API key was revoked", "Use another API key.", 409],
  key_suspended: [
    401,
    "The API key is suspended",
    "Let an administrator adopt the key (`POST /v1/api-keys/{apiKeyId}/adopt`), or give its owner the membership back.",
  ],
  invalid_enrollment_token: [401, "The enrolment token is not valid", "Create a new enrolment token for the site."],
  forbidden: [403, "Permission is missing", "Ask an administrator for the permission named in `detail`."],
  not_assigned: [
    403,
    "The row is not assigned to the caller",
    "Ask an administrator to add you to a team or a client that it is assigned to.",
  ],
  tenant_mismatch: [
    403,
    "Two different organizations are named",
    "Name the organization of the credential, or leave the header out.",
  ],
  not_a_member: [
    403,
    "Not a member of the organization",
    "Ask an administrator of the organization for an invitation; as a new owner, name an active member.",
    409,
  ],
  membership_banned: [403, "The membership is banned", "Ask a moderator of the organization."],
  user_inactive: [403, "The user or the membership is not active", "Ask an administrator to activate it."],
  user_not_provisioned: [403, "The user is not known yet", "Call `POST /v1/me/sync` once with the user's token."],
  organization_deleted: [403, "The organization is deleted", "Its owner may restore it until it is purged."],
  organization_suspended: [403, "The organization is suspended or inactive", "Ask the platform's operator."],
  rank_too_low: [
    403,
    "The role's rank is too low",
    "Only a role of a higher rank may do this; ask somebody who has one.",
  ],
  not_found: [404, "Not found", "Check the path and the id; a row of another organization is not found either."],
  method_not_allowed: [405, "The method is not allowed here", "Use one of the methods in the `Allow` header."],
  not_acceptable: [406, "The answer has no acceptable form", "Accept `application/json`."],
  already_deleted: [409, "It is deleted already", "Restore it, or delete it permanently with `permanent=true`."],
  idempotency_conflict: [
    409,
    "The idempotency key was used for another request",
    "Use a new key for a different request.",
  ],
  invalid_state_transition: [409, "The state does not allow this", "Use one of the transitions named in `detail`."],
  not_deleted: [409, "It is not deleted", "Delete it first."],
  slug_taken: [409, "The slug is taken", "Choose another slug; a restore takes one too."],
  external_id_taken: [409, "The external id is taken", "Use another external id."],
  in_use: [409, "Other rows refer to it", "Remove or move the rows named in `detail` first."],
  enrollment_expired: [410, "The enrolment token has expired", "Create a new enrolment token for the site."],
  precondition_failed: [412, "The resource has changed", "Read it again and send its new `ETag` as `If-Match`."],
  payload_too_large: [
    413,
    "The body is too large",
    "A body takes 4 MiB (4,194,304 bytes) at most; send less in one request. `detail` names the limits of files.",
  ],
  unsupported_content_encoding: [
    415,
    "The content coding is not supported",
    "Send the body without `Content-Encoding`.",
  ],
  unsupported_media_type: [
    415,
    "The content type is not supported",
    "Send `Content-Type: application/json`; of a file, bytes of a type that its purpose takes.",
  ],
  range_not_satisfiable: [
    416,
    "The file has no such bytes",
    "Ask for a range within the file's size, or for all of it.",
  ],
  limit_reached: [
    409,
    "The limit is reached",
    "Remove some of what `detail` counts first. Where it names a quota, whoever runs the deployment can raise it; the organization's summary shows how much of it is used.",
  ],
  cross_tenant_reference: [
    422,
    "A reference names no row of this organization",
    "Use the id of a row of this organization.",
  ],
  not_an_organization_member: [
    422,
    "The user is no active member of the organization",
    "Name an active member of the organization.",
  ],
  file_purpose_mismatch: [
    422,
    "The file is for something else",
    "Upload the file again with the purpose named in `detail`.",
  ],
  read_only_field: [422, "A field cannot be set", "Leave the fields named in `errors` out."],
  url_not_allowed: [
    422,
    "This deployment sends nothing to that URL",
    "Name a public `https` address on port 443, or on one from 1024 up, without a name and password in it.",
  ],
  rate_limited: [
    429,
    "Too many requests",
    "Wait as long as `Retry-After` says. `RateLimit` tells in every answer how many requests are left; an organization can raise the limits of its own callers in its `settings`. It is the problem type `quota-exceeded` of draft-ietf-httpapi-ratelimit-headers.",
  ],
  unavailable: [
    503,
    "The deployment cannot take this now",
    "Nothing of the request was stored; send it again after `Retry-After` seconds.",
  ],
  encryption_not_configured: [
    503,
    "Secrets cannot be encrypted or read here",
    "Nothing of the request was stored; let the operator set the master key that `detail` names.",
  ],
  webhook_not_configured: [
    503,
    "This webhook is not set up here",
    "Let the operator set the secret named in `detail`; the sender tries again by itself.",
  ],
  internal: [500, "Something went wrong here", "Try again; if it persists, report the `requestId`."],
} as const satisfies ProblemRows;
