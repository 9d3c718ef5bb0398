/**
 * The tables that the engine works with itself, by what they are to it; outside `access/` it knows no other by name. Not typed by
 * the schema, which is made with them: whoever reads one of them is.
 */
export const engineTables = {
  tenants: "organizations",
  people: "users",
  roles: "roles",
  apiKeys: "apiKeys",
  agents: "agents",
  audit: "auditLogs",
  /** First answers to requests with an idempotency key. */
  answers: "idempotencyKeys",
  revokedTokens: "revokedTokens",
} as const;
