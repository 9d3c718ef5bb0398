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
  "dock:grant": {
    all: ["owner", "admin"],
    keys: true,
    description: "Grant docks to teams and clients, and take that back.",
  },
  "dock:delete": { all: ["owner", "admin"], keys: true, description: "Delete docks." },
  "dock:restore": { all: ["owner", "admin"], keys: true, description: "Restore docks." },
  "resource:update": {
    all: ["owner", "admin", "member"],
    assigned: ["developer"],
    keys: true,
    description: "Tag resources of docks; assigned ones where the grant of their dock is to operate.",
  },
  "resource:delete": { all: ["owner", "admin"], keys: true, description: "Delete resources of docks." },
  "resource:restore": { all: ["owner", "admin"], keys: true, description: "Restore resources of docks." },
  "operation:read": {
    all: ["owner", "admin", "moderator", "member", "viewer"],
    assigned: ["developer", "support"],
    keys: true,
    description: "Read operation services, their runs and whom they are granted to.",
  },
  "operation:create": { all: ["owner", "admin"], keys: true, description: "Create operation services." },
  "operation:update": { all: ["owner", "admin"], keys: true, description: "Change operation services." },
  "operation:rotate": {
    all: ["owner", "admin"],
    keys: true,
    description: "Give operation services other configurations.",
  },
  "operation:delete": { all: ["owner", "admin"], keys: true, description: "Delete operation services." },
  "operation:restore": { all: ["owner", "admin"], keys: true, description: "Restore operation services." },
  "operation:run": {
    all: ["owner", "admin"],
    assigned: ["developer"],
    keys: true,
    description: "Run operations of operation services.",
  },
  "operation:grant": { all: ["owner", "admin"], keys: true, description: "Grant operation services to teams." },
  "project:read": {
    all: ["owner", "admin", "moderator", "member", "viewer"],
    assigned: ["developer", "support", "client"],
    keys: true,
    description: "Read projects.",
  },
  "project:create": {
    all: ["owner", "admin", "member"],
    assigned: ["developer"],
    keys: true,
    description: "Create projects.",
  },
  "project:update": {
    all: ["owner", "admin", "member"],
    assigned: ["developer"],
    keys: true,
    description: "Change projects.",
  },
  "project:link": {
    all: ["owner", "admin", "member"],
    assigned: ["developer"],
    keys: true,
    description: "Say which resources belong to a project.",
  },
  "project:delete": { all: ["owner", "admin"], assigned: ["developer"], keys: true, description: "Delete projects." },
  "project:restore": { all: ["owner", "admin"], assigned: ["developer"], keys: true, description: "Restore projects." },
} as const satisfies Grants;
