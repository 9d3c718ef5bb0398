import type { Grants } from "../core/access/roles";

/**
 * Who may do what in `jobs`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. What workers do
 * is for API keys alone; owners and administrators hold it to hand it on to them.
 */
export const grants = {
  "job:read": {
    all: ["owner", "admin", "member", "developer", "support"],
    keys: true,
    description: "Read jobs and their statistics.",
  },
  "job:create": { all: ["owner", "admin"], keys: true, description: "Create jobs." },
  "job:retry": { all: ["owner", "admin"], keys: true, description: "Have failed jobs tried again." },
  "job:delete": { all: ["owner", "admin"], keys: true, description: "Cancel jobs." },
  "job:claim": {
    all: ["owner", "admin"],
    keys: true,
    description: "Claim jobs as a worker, and say how they ended: API keys only.",
  },
  "eventLog:read": {
    all: ["owner", "admin", "member", "developer", "support"],
    keys: true,
    description: "Read event logs.",
  },
  "eventLog:create": { all: ["owner", "admin"], keys: true, description: "Create event logs." },
  "eventLog:process": {
    all: ["owner", "admin"],
    keys: true,
    description: "Claim event logs as a processor, and say how it went: API keys only.",
  },
  "syncHistory:read": {
    all: ["owner", "admin", "moderator", "member", "viewer"],
    assigned: ["developer", "support"],
    keys: true,
    description: "Read the history of synchronizations.",
  },
} as const satisfies Grants;
