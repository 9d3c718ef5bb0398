import * as z from "zod";
import {
  deviceGuid,
  integer,
  ipAddress,
  jsonObject,
  reference,
  slug,
  tags,
  text,
  timestampMs,
  version,
} from "../core/schema/fields";
import { tenantTable } from "../core/schema/table";

/** What the agent's row keeps of what a device tells of itself. */
export const maximumFactBytes = 16_384;

export const siteFields = {
  name: text(1, 120),
  slug: slug().meta({ description: "Made from the name unless given." }),
  status: z.enum(["active", "inactive", "archived"]).default("active"),
  psaCompanyId: text(1, 120).optional(),
  psaParentCompanyId: text(1, 120).optional(),
  metadata: jsonObject(16_384).optional(),
};

/** A customer's site. Written by administrators. */
export const sites = tenantTable(siteFields, "CUD", {
  noun: "site",
  audited: true,
  unique: [
    { fields: ["organizationId", "slug"], index: "by_organizationId_and_deletedAt_and_slug", code: "slug_taken" },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"])
  .index("by_organizationId_and_deletedAt_and_slug", ["organizationId", "deletedAt", "slug"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"])
  .index("by_organizationId_and_deletedAt_and_psaCompanyId", ["organizationId", "deletedAt", "psaCompanyId"]);

export const agentEnrollmentTokenFields = {
  siteId: reference("sites", "cascade"),
  name: text(1, 80),
  tokenHash: z.string().max(64),
  tokenPrefix: z.string().max(16),
  maxUses: integer(1, 100_000).optional().meta({ description: "Unset: any number of devices." }),
  useCount: integer(0, 1_000_000_000),
  expiresAt: timestampMs(),
  revokedAt: timestampMs().optional(),
};

/** Lets devices enrol themselves into one site. Created and revoked by administrators; enrolment counts the uses. */
export const agentEnrollmentTokens = tenantTable(agentEnrollmentTokenFields, "CU", {
  noun: "agentEnrollmentToken",
  audited: true,
  secret: ["tokenHash"],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_siteId", ["organizationId", "siteId"])
  .index("by_tokenHash", ["tokenHash"])
  .index("by_expiresAt", ["expiresAt"]);

export const agentFields = {
  siteId: reference("sites", "restrict"),
  guid: deviceGuid().meta({
    description:
      "The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`.",
  }),
  hostname: text(1, 255),
  platform: z.enum(["windows", "macos", "linux", "other"]),
  version: version(),
  ipAddress: ipAddress().optional(),
  macAddress: z
    .string()
    .max(23)
    .regex(/^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5,7}$/)
    .optional(),
  extAddress: z.string().max(45).optional().meta({ description: "The address the agent was seen from." }),
  registeredAt: timestampMs(),
  lastCheckinAt: timestampMs().optional(),
  checkinIntervalSeconds: integer(60, 86_400).optional().meta({
    description: "Seconds to the next check-in, as the agent was last told; it is overdue after two of them.",
  }),
  connectionStatus: z.enum(["online", "offline"]),
  credentialStatus: z.enum(["active", "revoked"]),
  keyHash: z.string().max(64),
  keyRotatedAt: timestampMs().optional(),
  tags: tags(20).optional(),
  metadata: jsonObject(maximumFactBytes, "any").optional(),
};

/** A device's agent. Written by enrolment and check-in; moved, revoked and deleted by administrators. */
export const agents = tenantTable(agentFields, "CUD", {
  noun: "agent",
  audited: true,
  secret: ["keyHash"],
  unique: [
    { fields: ["organizationId", "guid"], index: "by_organizationId_and_deletedAt_and_guid", code: "guid_taken" },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_siteId", ["organizationId", "deletedAt", "siteId"])
  .index("by_organizationId_and_deletedAt_and_guid", ["organizationId", "deletedAt", "guid"])
  .index("by_organizationId_and_deletedAt_and_lastCheckinAt", ["organizationId", "deletedAt", "lastCheckinAt"])
  .index("by_organizationId_and_deletedAt_and_connectionStatus", ["organizationId", "deletedAt", "connectionStatus"])
  .index("by_keyHash", ["keyHash"])
  .index("by_connectionStatus_and_lastCheckinAt", ["connectionStatus", "lastCheckinAt"]);

export const agentApiLogFields = {
  siteId: reference("sites", "null").optional(),
  agentId: reference("agents", "cascade"),
  endpoint: z.string().max(200).meta({ description: "Path template of the call." }),
  method: z.string().max(10),
  statusCode: integer(100, 599),
  externalId: z.string().max(120).optional(),
  psaSiteId: z.string().max(120).optional(),
  rmmDeviceId: z.string().max(120).optional(),
  reqMetadata: z.any().optional(),
  resMetadata: z.any().optional(),
  timeElapsedMs: z.number().min(0).max(86_400_000).optional(),
  errorMessage: z.string().max(1000).optional(),
  createdAt: timestampMs(),
  expiresAt: timestampMs(),
};

/** Calls made by agents. Written by enrolment and check-in, removed after `expiresAt` by a cron. */
export const agentApiLogs = tenantTable(agentApiLogFields, "", { noun: "agentApiLog" })
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_organizationId_and_siteId_and_createdAt", ["organizationId", "siteId", "createdAt"])
  .index("by_organizationId_and_agentId_and_createdAt", ["organizationId", "agentId", "createdAt"])
  .index("by_expiresAt", ["expiresAt"]);
