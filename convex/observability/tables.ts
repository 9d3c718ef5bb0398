import * as z from "zod";
import { described, exampleRowId, reference, timestampMs } from "../core/schema/fields";
import { optionalTenantTable } from "../core/schema/table";

export const auditLogFields = {
  actorType: described(z.enum(["user", "apiKey", "agent", "system", "webhook"]), "What kind of caller acted."),
  userId: described(
    reference("users", "null"),
    "The person who acted, or for whom the API key did; absent for agents and the system.",
  ).optional(),
  impersonatedBy: described(
    z.string().max(255),
    "Who acted in the person's name: the subject of the token's `act` claim (RFC 8693), at the identity provider; absent where the person did.",
    "user_2support",
  ).optional(),
  apiKeyId: described(reference("apiKeys", "null"), "The API key that acted; absent where none did.").optional(),
  agentId: described(reference("agents", "null"), "The device agent that acted; absent where none did.").optional(),
  action: described(z.string().max(80), "What was done: `<resource>.<verb>`.", "schedule.create"),
  operation: described(
    z.enum(["create", "update", "delete", "restore", "purge", "access", "other"]),
    "What became of the row; `access` where it was read or somebody was refused.",
  ),
  tableName: described(z.string().max(64), "The table of the row that it was about.", "schedules").optional(),
  recordId: described(z.string().max(64), "Id of the row that it was about.", exampleRowId).optional(),
  changes: described(
    z.any(),
    "What changed. create: values; update: `{field: {from, to}}`; delete: last values. Secrets read `[redacted]`.",
    { status: { from: "draft", to: "active" } },
  ).optional(),
  metadata: described(z.any(), "What the operation adds, such as the reason that was given.", {
    reason: "Rescheduled to next week.",
  }).optional(),
  result: described(z.enum(["success", "error", "denied"]), "How it ended; `denied` where a right was missing."),
  errorMessage: described(
    z.string().max(1000),
    "Why it was refused or failed.",
    "The permission schedule:update is missing.",
  ).optional(),
  ipAddress: described(z.string().max(45), "The address that the request came from.", "203.0.113.7").optional(),
  userAgent: described(z.string().max(300), "What the client called itself.", "portico-sdk/0.1.0").optional(),
  requestId: described(
    z.string().max(128),
    "The `X-Request-Id` of the request.",
    "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
  ).optional(),
  createdAt: described(timestampMs(), "When it was done."),
  expiresAt: described(
    timestampMs(),
    "When the row is removed: the organization's `auditRetentionDays` after it was written.",
    Date.UTC(2027, 0, 15, 9, 30),
  ),
};

/** What was done, by whom. Written by the engine in the transaction of the change; removed after `expiresAt` by a cron. */
export const auditLogs = optionalTenantTable(auditLogFields, "", {
  noun: "auditLog",
  description: "Who did what, and when; written with every change and never changed itself.",
})
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_organizationId_and_userId_and_createdAt", ["organizationId", "userId", "createdAt"])
  .index("by_organizationId_and_tableName_and_createdAt", ["organizationId", "tableName", "createdAt"])
  .index("by_organizationId_and_tableName_and_recordId_and_createdAt", [
    "organizationId",
    "tableName",
    "recordId",
    "createdAt",
  ])
  .index("by_organizationId_and_action_and_createdAt", ["organizationId", "action", "createdAt"])
  .index("by_organizationId_and_result_and_createdAt", ["organizationId", "result", "createdAt"])
  .index("by_expiresAt", ["expiresAt"]);
