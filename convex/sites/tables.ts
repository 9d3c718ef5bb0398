import * as z from "zod";
import {
  described,
  deviceGuid,
  exampleHash,
  integer,
  ipAddress,
  jsonObject,
  madeWhenAbsent,
  plainName,
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
  name: described(
    plainName(1, 120),
    "What people call the site; several may have one name.",
    "Rotterdam depot",
    "Antwerp depot",
  ),
  slug: madeWhenAbsent(
    described(slug(), "The site's name in URLs, unique in the organization.", "rotterdam-depot", "antwerp-depot"),
    "Made from the name unless given.",
  ),
  status: described(
    z.enum(["active", "inactive", "archived"]),
    "Devices enrol at active sites only; an archived one is kept for its history.",
  ).default("active"),
  psaCompanyId: described(
    text(1, 120),
    "Id of the customer in the professional services automation (PSA).",
    "10442",
    "10443",
  ).optional(),
  psaParentCompanyId: described(text(1, 120), "Id of the customer's parent company in the PSA.", "10400").optional(),
  metadata: described(jsonObject(16_384), "What an integration keeps with the site.", {
    costCenter: "4711",
  }).optional(),
};

/** A customer's site. Written by administrators. */
export const sites = tenantTable(siteFields, "CUD", {
  noun: "site",
  description: "A place, often a customer's, where device agents run.",
  audited: true,
  events: ["created", "updated", "deleted", "restored"],
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
  siteId: described(reference("sites", "cascade"), "The site that devices enrol at."),
  name: described(plainName(1, 80), "What the token is for, in words of who made it.", "Rollout spring 2026"),
  tokenHash: described(z.string().max(64), "SHA-256 of the token; the token itself is not stored.", exampleHash),
  tokenPrefix: described(z.string().max(16), "How the token begins, to tell it from others.", "enr_8dK2pT6w"),
  maxUses: described(integer(1, 100_000), "How many devices may enrol with it; absent for any number.", 25).optional(),
  useCount: described(integer(0, 1_000_000_000), "How many devices have enrolled with it."),
  expiresAt: madeWhenAbsent(
    described(timestampMs(), "When the token stops.", Date.UTC(2026, 1, 14, 9, 30)),
    "30 days ahead unless given.",
  ),
  revokedAt: described(timestampMs(), "When the token was revoked; absent while it was not.").optional(),
};

/** Lets devices enrol themselves into one site. Created and revoked by administrators; enrolment counts the uses. */
export const agentEnrollmentTokens = tenantTable(agentEnrollmentTokenFields, "CU", {
  noun: "agentEnrollmentToken",
  description: "A token with which devices enrol themselves at one site.",
  audited: true,
  secret: ["tokenHash"],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_siteId", ["organizationId", "siteId"])
  .index("by_tokenHash", ["tokenHash"])
  .index("by_expiresAt", ["expiresAt"]);

export const agentFields = {
  siteId: described(reference("sites", "restrict"), "The site that the device stands at."),
  guid: described(
    deviceGuid(),
    "The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`.",
    "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
  ),
  hostname: described(text(1, 255), "What the device calls itself in its network.", "rooftop-pi-07"),
  platform: described(z.enum(["windows", "macos", "linux", "other"]), "The device's operating system.", "linux"),
  version: described(version(), "Version of the agent's program.", "4.2.1"),
  ipAddress: described(ipAddress(), "The address that the device has in its own network.", "192.0.2.7").optional(),
  macAddress: described(
    z
      .string()
      .max(23)
      .regex(/^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5,7}$/),
    "The hardware address of the device's network interface.",
    "02:42:ac:11:00:02",
  ).optional(),
  extAddress: described(z.string().max(45), "The address the agent was last seen from.", "198.51.100.24").optional(),
  registeredAt: described(timestampMs(), "When the device enrolled for the first time."),
  lastCheckinAt: described(timestampMs(), "When the agent last checked in; absent until it does.").optional(),
  checkinIntervalSeconds: described(
    integer(60, 86_400),
    "Seconds to the next check-in, as the agent was last told; it is overdue after two of them.",
    300,
  ).optional(),
  connectionStatus: described(z.enum(["online", "offline"]), "`offline` once a check-in is overdue."),
  credentialStatus: described(
    z.enum(["active", "revoked"]),
    "Whether the agent's key is taken; only a rotation ends `revoked`.",
  ),
  keyHash: described(z.string().max(64), "SHA-256 of the agent's key; the key itself is not stored.", exampleHash),
  keyRotatedAt: described(
    timestampMs(),
    "When the agent last got a new key; absent while it has its first.",
  ).optional(),
  tags: described(tags(20), "Words to find it by, 20 at most.", ["maintenance"]).optional(),
  metadata: described(jsonObject(maximumFactBytes, "any"), "What the device last told of itself.", {
    osVersion: "Debian 13",
    memoryGigabytes: 8,
  }).optional(),
};

/** A device's agent. Written by enrolment and check-in; moved, revoked and deleted by administrators. */
export const agents = tenantTable(agentFields, "CUD", {
  noun: "agent",
  description: "A device that checks in from a site, with a key of its own, which acts for no person.",
  audited: true,
  events: [
    { type: "agent.enrolled", description: "A device enrolled for the first time.", on: ["created"] },
    {
      type: "agent.online",
      description: "An agent that was offline has checked in.",
      on: ["updated"],
      becomes: { connectionStatus: "online" },
    },
    {
      type: "agent.offline",
      description: "An agent has missed two check-ins.",
      on: ["updated"],
      becomes: { connectionStatus: "offline" },
    },
    "deleted",
    "restored",
  ],
  quotas: [{ name: "agentCount", limit: 10_000, says: "Device agents", exceptTrash: true }],
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
  siteId: described(reference("sites", "null"), "The site of the agent at the time of the call.").optional(),
  agentId: described(reference("agents", "cascade"), "The agent that called."),
  endpoint: described(z.string().max(200), "Path template of the call.", "/v1/agents/check-in"),
  method: described(z.string().max(10), "HTTP method of the call.", "POST"),
  statusCode: described(integer(100, 599), "HTTP status of the answer.", 200),
  externalId: described(z.string().max(120), "Id that the call had in another system.", "call-20417").optional(),
  psaSiteId: described(z.string().max(120), "Id of the site in the PSA.", "2217").optional(),
  rmmDeviceId: described(
    z.string().max(120),
    "Id of the device in the remote monitoring and management (RMM).",
    "88213",
  ).optional(),
  reqMetadata: described(z.any(), "What the request held, in short: names of facts and counts, no values.", {
    facts: ["osVersion", "memoryGigabytes"],
  }).optional(),
  resMetadata: described(z.any(), "What the answer held, in short.", { durationMs: 12 }).optional(),
  timeElapsedMs: described(z.number().min(0).max(86_400_000), "Milliseconds that the answer took.", 12).optional(),
  errorMessage: described(
    z.string().max(1000),
    "What went wrong on the device, in the words of its report.",
    "The disk is almost full.",
  ).optional(),
  createdAt: described(timestampMs(), "When the agent called."),
  expiresAt: described(
    timestampMs(),
    "When the row is removed: the organization's `apiLogRetentionDays` after the call.",
    Date.UTC(2026, 1, 14, 9, 30),
  ),
};

/** Calls made by agents. Written by enrolment and check-in, removed after `expiresAt` by a cron. */
export const agentApiLogs = tenantTable(agentApiLogFields, "", {
  noun: "agentApiLog",
  description: "A call that a device agent made, and how it went.",
})
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_organizationId_and_siteId_and_createdAt", ["organizationId", "siteId", "createdAt"])
  .index("by_organizationId_and_agentId_and_createdAt", ["organizationId", "agentId", "createdAt"])
  .index("by_expiresAt", ["expiresAt"]);
