import type { Grants } from "../core/access/roles";

/** Who may do what in `sites`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "site:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read sites.",
  },
  "site:create": { all: ["owner", "admin"], keys: true, description: "Create sites." },
  "site:update": { all: ["owner", "admin"], keys: true, description: "Change sites." },
  "site:delete": { all: ["owner", "admin"], keys: true, description: "Delete sites." },
  "site:restore": { all: ["owner", "admin"], keys: true, description: "Restore sites." },
  "agentEnrollment:read": { all: ["owner", "admin"], keys: true, description: "Read enrolment tokens." },
  "agentEnrollment:create": { all: ["owner", "admin"], keys: true, description: "Create enrolment tokens." },
  "agentEnrollment:revoke": { all: ["owner", "admin"], keys: true, description: "Revoke enrolment tokens." },
  "agent:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support"],
    keys: true,
    description: "Read agents.",
  },
  "agent:checkin": { all: ["agent"], keys: false, description: "Check in as a device agent." },
  "agent:update": { all: ["owner", "admin"], keys: true, description: "Change and move agents, rotate their keys." },
  "agent:revoke": { all: ["owner", "admin"], keys: true, description: "Revoke agents." },
  "agent:delete": { all: ["owner", "admin"], keys: true, description: "Delete agents." },
  "agent:restore": { all: ["owner", "admin"], keys: true, description: "Restore agents." },
  "agentApiLog:read": { all: ["owner", "admin", "support"], keys: true, description: "Read the calls of agents." },
} as const satisfies Grants;
