import type { Grants } from "../core/access/roles";

/** Who may do what in `observability`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "healthCheck:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read health checks.",
  },
  "healthCheck:record": {
    all: ["owner", "admin", "agent"],
    keys: true,
    description: "Record health; an agent, its own.",
  },
  "healthCheck:update": { all: ["owner", "admin"], keys: true, description: "Reset health checks." },
  "healthCheck:delete": { all: ["owner", "admin"], keys: true, description: "Delete health checks." },
  "apiLog:read": { all: ["owner", "admin"], keys: true, description: "Read the log of requests." },
  "auditLog:read": { all: ["owner", "admin"], keys: true, description: "Read the audit trail." },
} as const satisfies Grants;
