import type { Grants } from "../core/access/roles";

/** Who may do what in `workspace`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "schedule:read": {
    all: ["owner", "admin", "moderator", "member", "viewer"],
    keys: true,
    description: "Read schedules.",
  },
  "schedule:create": { all: ["owner", "admin", "moderator", "member"], keys: true, description: "Create schedules." },
  "schedule:update": {
    all: ["owner", "admin", "moderator"],
    own: ["member"],
    keys: true,
    description: "Change schedules and move them through their states.",
  },
  "schedule:delete": { all: ["owner", "admin"], own: ["member"], keys: true, description: "Delete schedules." },
  "schedule:restore": { all: ["owner", "admin"], keys: true, description: "Restore schedules." },
  "todo:read": { all: ["owner", "admin", "moderator", "member", "viewer"], keys: true, description: "Read todos." },
  "todo:create": { all: ["owner", "admin", "moderator", "member"], keys: true, description: "Create todos." },
  "todo:update": { all: ["owner", "admin", "moderator", "member"], keys: true, description: "Change todos." },
  "todo:delete": { all: ["owner", "admin"], keys: true, description: "Delete todos." },
  "item:read": { all: ["owner", "admin", "moderator", "member", "viewer"], keys: true, description: "Read items." },
  "item:create": { all: ["owner", "admin", "moderator", "member"], keys: true, description: "Create items." },
  "item:update": { all: ["owner", "admin", "moderator", "member"], keys: true, description: "Change items." },
  "item:delete": { all: ["owner", "admin"], own: ["member"], keys: true, description: "Delete items." },
  "item:restore": { all: ["owner", "admin"], keys: true, description: "Restore items." },
} as const satisfies Grants;
