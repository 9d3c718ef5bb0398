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
  "apiKey:read": { all: ["owner", "admin"], keys: false, description: "Read API keys." },
  "apiKey:create": { all: ["owner", "admin"], keys: false, description: "Create API keys." },
  "apiKey:update": { all: ["owner", "admin"], keys: false, description: "Change and rotate API keys." },
  "apiKey:revoke": { all: ["owner", "admin"], keys: false, description: "Revoke API keys." },
} as const satisfies Grants;
