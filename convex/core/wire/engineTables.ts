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
  /** What an organization has stored, a row a blob. */
  files: "files",
  /** First answers to requests with an idempotency key. */
  answers: "idempotencyKeys",
  /** Where webhooks go, what they are told, and what goes to one of them. */
  endpoints: "webhookEndpoints",
  outbox: "outboxEvents",
  deliveries: "webhookDeliveries",
  revokedTokens: "revokedTokens",
  /** How much an organization has of what it has only so much of. */
  usages: "organizationUsages",
} as const;

/** The internal mutation that makes an organization's events into deliveries. */
export const fanOutEvents = "platform/webhookFanOut:fanOut";

/** The internal mutations that note how an action that does a job goes, and how it ended. */
export const reportJob = "jobs/runner:report";
export const settleJob = "jobs/runner:settle";
