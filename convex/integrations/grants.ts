import type { Grants } from "../core/access/roles";

/** Who may do what in `integrations`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "integration:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read what can be connected.",
  },
  "dataSource:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read data sources.",
  },
  "dataSource:create": { all: ["owner", "admin"], keys: true, description: "Create data sources." },
  "dataSource:update": {
    all: ["owner", "admin"],
    keys: true,
    description: "Change data sources, and say which sites they bring entities of.",
  },
  "dataSource:delete": { all: ["owner", "admin"], keys: true, description: "Delete data sources." },
  "dataSource:restore": { all: ["owner", "admin"], keys: true, description: "Restore data sources." },
  "dataSource:rotate": { all: ["owner", "admin"], keys: true, description: "Give data sources other credentials." },
  "dataSource:sync": { all: ["owner", "admin", "member"], keys: true, description: "Test and sync data sources." },
  "globalEntity:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read what integrations bring to everybody.",
  },
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
