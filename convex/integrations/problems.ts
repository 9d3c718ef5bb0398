import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `integrations` refuse with, beyond what any operation may answer. */
export const problems = {
  already_linked: [409, "They are linked already", "Use the link that there is."],
  integration_in_use: [
    409,
    "Data sources or global entities belong to the integration",
    "Set `isActive` to false to stop new ones, or delete them for good first.",
  ],
  integration_inactive: [409, "The integration is not active", "Choose another one, or ask the platform's operator."],
  data_source_inactive: [
    409,
    "The data source is not active",
    "Test it (`POST /v1/data-sources/{dataSourceId}/test`), which activates it, or set its `status` to `active`.",
  ],
  no_credentials: [
    409,
    "The data source has no credentials",
    "Give it some first (`POST /v1/data-sources/{dataSourceId}/credentials`).",
  ],
  config_invalid: [
    422,
    "The configuration is not as it has to be",
    "Correct the fields named in `errors`; `configSchema` of an integration, or the type of an operation service, says what it takes.",
  ],
  entity_not_found: [422, "There is no such entity", "Name entities of the organization that are not in the trash."],
  prune_too_large: [
    409,
    "Too many entities are gone",
    "Look whether the data source was read whole, by an account that sees all of it; send `force: true` if so.",
  ],
  self_relationship: [422, "An entity is related to itself", "Name two entities."],
  sync_not_complete: [
    409,
    "The sync run is not complete",
    "Finish a sync run that has seen everything, and name that.",
  ],
  sync_run_ended: [409, "The sync run has ended", "Open another one."],
  sync_run_not_found: [422, "There is no such sync run", "Name a sync run of this data source and type."],
  unsupported_entity_type: [
    422,
    "The integration does not bring this type",
    "Name some of the integration's `supportedTypes`.",
  ],
} as const satisfies ProblemRows;
