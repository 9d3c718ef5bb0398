import * as z from "zod";
import { integer, reference, text, timestampMs } from "../core/schema/fields";
import { optionalTenantTable, tenantTable } from "../core/schema/table";

const area = z.enum(["full", "read", "none"]);

export const roleFields = {
  key: z
    .string()
    .min(2)
    .max(40)
    .regex(/^[a-z][a-zA-Z0-9]{1,39}$/),
  name: text(1, 60),
  description: text(0, 300).optional(),
  rights: z
    .array(
      z
        .string()
        .max(80)
        .regex(/^(\*|[a-zA-Z]+:(\*|[a-zA-Z]+(:own)?))$/),
    )
    .max(300),
  areaPermissions: z
    .object({
      projects: area.optional(),
      resources: area.optional(),
      docks: area.optional(),
      operations: area.optional(),
      settings: area.optional(),
    })
    .optional(),
  scope: z.enum(["organization", "assigned"]),
  rank: integer(1, 100),
  isSystem: z.boolean(),
};

/** Sets of rights. Built-in rows (no organization) are written once by the engine; custom ones by administrators. */
export const roles = optionalTenantTable(roleFields, "CUD", {
  noun: "role",
  audited: true,
  unique: [
    { fields: ["organizationId", "key"], index: "by_organizationId_and_deletedAt_and_key", code: "key_taken" },
    { fields: ["organizationId", "name"], index: "by_organizationId_and_deletedAt_and_name", code: "name_taken" },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_key", ["organizationId", "deletedAt", "key"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"]);

export const apiKeyFields = {
  name: text(1, 80),
  keyPrefix: z.string().max(16),
  keyHash: z.string().max(64),
  scopes: z
    .array(
      z
        .string()
        .max(80)
        .regex(/^[a-zA-Z]+:[a-zA-Z]+$/),
    )
    .max(300),
  status: z.enum(["active", "revoked"]),
  ownerId: reference("users", "null")
    .optional()
    .meta({ description: "The person the key acts for, and never beyond: who created it, or has adopted it since." }),
  expiresAt: timestampMs().optional(),
  lastUsedAt: timestampMs().optional(),
  lastUsedIp: z.string().max(45).optional(),
  revokedAt: timestampMs().optional(),
  previousKeyHash: z.string().max(64).optional(),
  previousKeyExpiresAt: timestampMs().optional(),
};

/** Machine credentials. Created, rotated, adopted and revoked by administrators; `lastUsedAt` is touched at most once a minute. */
export const apiKeys = tenantTable(apiKeyFields, "CU", {
  noun: "apiKey",
  audited: true,
  secret: ["keyHash", "previousKeyHash"],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_status", ["organizationId", "status"])
  .index("by_keyHash", ["keyHash"])
  .index("by_previousKeyHash", ["previousKeyHash"])
  .index("by_organizationId_and_createdBy", ["organizationId", "createdBy"])
  .index("by_organizationId_and_ownerId", ["organizationId", "ownerId"]);
