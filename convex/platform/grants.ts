import type { Grants } from "../core/access/roles";

/** Who may do what in `platform`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "webhook:read": {
    all: ["owner", "admin"],
    keys: true,
    description: "Read webhook endpoints, deliveries and events.",
  },
  "webhook:create": { all: ["owner", "admin"], keys: true, description: "Create webhook endpoints." },
  "webhook:update": { all: ["owner", "admin"], keys: true, description: "Change webhook endpoints." },
  "webhook:delete": { all: ["owner", "admin"], keys: true, description: "Delete webhook endpoints." },
  "webhook:manage": {
    all: ["owner", "admin"],
    keys: true,
    description: "Rotate secrets of webhook endpoints, test them, and send deliveries again.",
  },
  "file:create": {
    all: ["owner", "admin", "moderator", "member", "developer"],
    keys: true,
    description: "Upload files.",
  },
  "file:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support", "client"],
    keys: true,
    description: "See files and download them.",
  },
  "file:delete": { all: ["owner", "admin"], own: ["moderator"], keys: true, description: "Delete files." },
} as const satisfies Grants;
