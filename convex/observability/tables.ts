import * as z from "zod";
import { reference, timestampMs } from "../core/schema/fields";
import { optionalTenantTable } from "../core/schema/table";

export const auditLogFields = {
  actorType: z.enum(["user", "apiKey", "agent", "system", "webhook"]),
  userId: reference("users", "null").optional(),
  apiKeyId: reference("apiKeys", "null").optional(),
  agentId: reference("agents", "null").optional(),
  action: z.string().max(80).meta({ description: "`<resource>.<verb>`." }),
  operation: z.enum(["create", "update", "delete", "restore", "purge", "access", "other"]),
  tableName: z.string().max(64).optional(),
  recordId: z.string().max(64).optional(),
  changes: z
    .any()
    .optional()
    .meta({ description: "create: values; update: `{field: {from, to}}`; delete: last values." }),
  metadata: z.any().optional(),
  result: z.enum(["success", "error", "denied"]),
  errorMessage: z.string().max(1000).optional(),
  ipAddress: z.string().max(45).optional(),
  userAgent: z.string().max(300).optional(),
  requestId: z.string().max(128).optional(),
  createdAt: timestampMs(),
  expiresAt: timestampMs(),
};

/** What was done, by whom. Written by the engine in the transaction of the change; removed after `expiresAt` by a cron. */
export const auditLogs = optionalTenantTable(auditLogFields, "", { noun: "auditLog" })
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
