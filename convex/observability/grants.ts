import type { Grants } from "../core/access/roles";

/** Who may do what in `observability`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "auditLog:read": { all: ["owner", "admin"], keys: true, description: "Read the audit trail." },
} as const satisfies Grants;
