import type { Grants } from "../core/access/roles";

/** Who may do what in `access`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "role:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support", "client"],
    keys: true,
    description: "Read roles and the permission catalogue.",
  },
  "role:create": { all: ["owner", "admin"], keys: false, description: "Create custom roles." },
  "role:update": { all: ["owner", "admin"], keys: false, description: "Change custom roles." },
  "role:delete": { all: ["owner", "admin"], keys: false, description: "Delete custom roles." },
  "role:restore": { all: ["owner", "admin"], keys: false, description: "Restore custom roles." },
  "team:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read teams and who is in them.",
  },
  "team:create": { all: ["owner", "admin"], keys: true, description: "Create teams." },
  "team:update": { all: ["owner", "admin"], keys: true, description: "Change teams." },
  "team:delete": { all: ["owner", "admin"], keys: true, description: "Delete teams." },
  "team:restore": { all: ["owner", "admin"], keys: true, description: "Restore teams." },
  "team:manageMembers": { all: ["owner", "admin"], keys: true, description: "Decide who is in a team, and as what." },
  "client:read": {
    all: ["owner", "admin", "moderator", "member", "viewer"],
    assigned: ["developer", "support", "client"],
    keys: true,
    description: "Read clients and who is with them.",
  },
  "client:create": { all: ["owner", "admin"], keys: true, description: "Create clients." },
  "client:update": { all: ["owner", "admin"], keys: true, description: "Change clients." },
  "client:delete": { all: ["owner", "admin"], keys: true, description: "Delete clients." },
  "client:restore": { all: ["owner", "admin"], keys: true, description: "Restore clients." },
  "client:manageMembers": {
    all: ["owner", "admin"],
    keys: true,
    description: "Decide who is with a client, and as what.",
  },
  "resource:read": {
    all: ["owner", "admin", "moderator", "member", "viewer"],
    assigned: ["developer", "support", "client"],
    keys: true,
    description: "Read what belongs to clients.",
  },
  "apiKey:read": { all: ["owner", "admin"], keys: false, description: "Read API keys." },
  "apiKey:create": { all: ["owner", "admin"], keys: false, description: "Create API keys." },
  "apiKey:update": { all: ["owner", "admin"], keys: false, description: "Change and rotate API keys." },
  "apiKey:revoke": { all: ["owner", "admin"], keys: false, description: "Revoke API keys." },
} as const satisfies Grants;
