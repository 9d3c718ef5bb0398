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
  /** Where webhooks go, and what goes there. */
  endpoints: "webhookEndpoints",
  deliveries: "webhookDeliveries",
  revokedTokens: "revokedTokens",
} as const;

/** The internal mutation that begins to send what an endpoint is due. */
export const beginDelivery = "platform/webhookSending:begin";

/** The internal mutations that note how an action that does a job goes, and how it ended. */
export const reportJob = "jobs/runner:report";
export const settleJob = "jobs/runner:settle";
