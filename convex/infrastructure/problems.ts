import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `infrastructure` refuse with, beyond what any operation may answer. */
export const problems = {
  account_mismatch: [
    409,
    "The key is of another account",
    "Use a key of the account that was synced, or create another dock for the other one.",
  ],
  already_granted: [409, "It is granted already", "Change the grant that is there, or take it back first."],
  dock_deleted: [
    409,
    "Its dock is in the trash",
    "Restore the dock (`POST /v1/docks/{dockId}/restore`) and give it a key: its next sync brings its resources back.",
  ],
  api_key_missing: [409, "The dock has no key", "Give it one first (`POST /v1/docks/{dockId}/rotate`)."],
  rate_limited_by_provider: [409, "The provider wants to be left alone", "Wait until `rateLimitResetAt` of the dock."],
  operation_config_missing: [
    409,
    "The operation service has no configuration",
    "Give it one first (`POST /v1/operation-services/{operationServiceId}/config`).",
  ],
  operation_disabled: [
    409,
    "The operation service is disabled",
    "Set its `status` to `active` (`PATCH /v1/operation-services/{operationServiceId}`).",
  ],
  operation_params_invalid: [
    422,
    "The operation does not take this",
    "Correct what `errors` names; the description of the operation says what each takes.",
  ],
  unknown_operation: [422, "The service has no such operation", "Name one of those that `detail` lists."],
  api_key_refused: [422, "The provider refuses the key", "Make a key with the provider and send that."],
  base_url_not_allowed: [422, "The provider has an address of its own", "Leave `baseUrl` out."],
  base_url_required: [422, "The provider needs an address", "Send a `baseUrl`."],
  exactly_one_grantee: [
    422,
    "It is granted to one team or one client",
    "Send `teamId` or `clientId`, and not both: each grant is of one of them.",
  ],
  sync_interval_too_short: [
    422,
    "The provider is not synced as often",
    "Name an interval that is not shorter than `minimumIntervalSeconds` of the provider.",
  ],
  unknown_provider: [422, "There is no such provider here", "Name one that `GET /v1/providers` lists."],
  provider_unavailable: [503, "The provider does not answer", "Try again later."],
} as const satisfies ProblemRows;
