import type { Grants } from "../core/access/roles";

/** Who may do what in `infrastructure`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "dock:read": {
    all: ["owner", "admin", "moderator", "member", "viewer"],
    assigned: ["developer", "support"],
    keys: true,
    description: "Read docks.",
  },
  "dock:create": { all: ["owner", "admin"], keys: true, description: "Create docks." },
  "dock:update": { all: ["owner", "admin"], keys: true, description: "Change docks." },
  "dock:rotate": { all: ["owner", "admin"], keys: true, description: "Give docks other keys." },
  "dock:sync": {
    all: ["owner", "admin"],
    assigned: ["developer"],
    keys: true,
    description: "Test and sync docks; assigned ones where the grant is to operate.",
  },
  "dock:delete": { all: ["owner", "admin"], keys: true, description: "Delete docks." },
  "dock:restore": { all: ["owner", "admin"], keys: true, description: "Restore docks." },
} as const satisfies Grants;
