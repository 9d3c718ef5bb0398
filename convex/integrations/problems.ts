import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `integrations` refuse with, beyond what any operation may answer. */
export const problems = {
  already_linked: [409, "The site is linked already", "Use the link that there is."],
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
    "The integration brings no such entities",
    "Use one of the types that `detail` names, the integration's `supportedTypes`.",
  ],
} as const satisfies ProblemRows;
