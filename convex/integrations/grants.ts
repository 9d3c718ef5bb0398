import type { Grants } from "../core/access/roles";

/** Who may do what in `integrations`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "entity:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read entities and how they are related.",
  },
  "entity:upsert": { all: ["owner", "admin"], keys: true, description: "Bring entities of data sources." },
  "entity:update": {
    all: ["owner", "admin", "member"],
    keys: true,
    description: "Change the site and the normalized data of entities.",
  },
  "entity:delete": { all: ["owner", "admin"], keys: true, description: "Delete, restore and prune entities." },
  "entity:relate": { all: ["owner", "admin"], keys: true, description: "Relate entities." },
} as const satisfies Grants;
