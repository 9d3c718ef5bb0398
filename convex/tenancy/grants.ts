import type { Grants } from "../core/access/roles";

/** Who may do what in `tenancy`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "me:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support", "client"],
    keys: false,
    description: "Read one's own user, profile, settings and rights.",
  },
  "me:update": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support", "client"],
    keys: false,
    description: "Change one's own user, profile, settings and membership.",
  },
  "me:delete": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support", "client"],
    keys: false,
    description: "Delete one's own user.",
  },
  "organization:create": { all: [], keys: false, description: "Create an organization." },
  "organization:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support", "client"],
    keys: true,
    description: "Read the organization.",
  },
  "organization:update": { all: ["owner", "admin"], keys: true, description: "Change the organization." },
  "organization:delete": { all: ["owner"], keys: false, description: "Delete and restore the organization." },
  "organization:transfer": { all: ["owner"], keys: false, description: "Transfer the organization to another member." },
  "organization:purge": { all: ["owner"], keys: false, description: "Purge the deleted organization." },
  "user:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read the users of the organization.",
  },
  "member:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read memberships.",
  },
  "member:invite": {
    all: ["owner", "admin"],
    keys: true,
    description: "Add users to the organization, and invite people by e-mail.",
  },
  "member:update": { all: ["owner", "admin"], keys: true, description: "Change memberships." },
  "member:remove": { all: ["owner", "admin"], keys: true, description: "Remove members." },
  "member:ban": { all: ["owner", "admin", "moderator"], keys: false, description: "Ban and unban members." },
  "platform:admin": {
    all: [],
    keys: false,
    description: "Run the deployment: no role has it, `PLATFORM_ADMIN_SUBJECTS` names who may.",
  },
} as const satisfies Grants;
