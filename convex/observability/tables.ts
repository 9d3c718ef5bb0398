import * as z from "zod";
import {
  described,
  exampleHash,
  exampleRowId,
  integer,
  jsonObject,
  reference,
  text,
  timestampMs,
} from "../core/schema/fields";
import { globalTable, optionalTenantTable, tenantTable } from "../core/schema/table";

/** What a health check can be of; `custom` is whatever an integrator watches. */
export const healthResourceTypes = [
  "agent",
  "dataSource",
  "dock",
  "server",
  "webService",
  "domain",
  "database",
  "site",
  "integration",
  "custom",
] as const;
export type HealthResourceType = (typeof healthResourceTypes)[number];

export const healthStatuses = ["healthy", "degraded", "down"] as const;

export const healthCheckFields = {
  resourceType: described(z.enum(healthResourceTypes), "What kind of resource it is of; `custom` is your own."),
  resourceId: described(text(1, 200), "Id of the resource; of a custom one, any name for it.", exampleRowId),
  status: described(
    z.enum(healthStatuses),
    "`degraded` from the first failure in a row, `down` from the organization's `healthDownThreshold` on.",
  ),
  failureCount: described(integer(0, 1_000_000_000), "Failures in a row.", 0),
  successCount: described(
    integer(1, 20),
    "Successes in a row of what is down, where the organization's `healthRecoveryThreshold` asks for several; else absent.",
    1,
  ).optional(),
  lastCheckAt: described(timestampMs(), "When it was last recorded; what an agent says of itself only on change."),
  lastSuccessAt: described(timestampMs(), "When a success was last recorded.").optional(),
  lastFailureAt: described(timestampMs(), "When a failure was last recorded.").optional(),
  errorMessage: described(
    text(1, 1000),
    "What the last failure was; absent after a success.",
    "Connection refused.",
  ).optional(),
  latencyMs: described(z.number().min(0).max(86_400_000), "Milliseconds that the last check took.", 42).optional(),
  metadata: described(jsonObject(8192), "What the reporter keeps with the check.", {
    probe: "fra-1",
  }).optional(),
};

/** The current health of one resource. Written by who watches it, and by the agents' enrolments, check-ins and silences. */
export const healthChecks = tenantTable(healthCheckFields, "CU", {
  noun: "healthCheck",
  description: "The current health of one resource, as it was last recorded.",
  unique: [
    {
      fields: ["organizationId", "resourceType", "resourceId"],
      index: "by_organizationId_and_resourceType_and_resourceId",
      code: "health_check_taken",
    },
  ],
  events: [
    {
      type: "health.down",
      description: "A resource has failed as often in a row as the organization's settings say.",
      on: ["created", "updated"],
      was: { status: ["healthy", "degraded"] },
      becomes: { status: "down" },
    },
    {
      type: "health.recovered",
      description: "A resource that was down is healthy again.",
      on: ["updated"],
      was: { status: ["down"] },
      becomes: { status: "healthy" },
    },
  ],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_status_and_lastCheckAt", ["organizationId", "status", "lastCheckAt"])
  .index("by_organizationId_and_resourceType_and_resourceId", ["organizationId", "resourceType", "resourceId"]);

export const auditLogFields = {
  actorType: described(z.enum(["user", "apiKey", "agent", "system", "webhook"]), "What kind of caller acted."),
  userId: described(
    reference("users", "keep"),
    "The person who acted, or for whom the API key did; absent for agents and the system.",
  ).optional(),
  impersonatedBy: described(
    z.string().max(255),
    "Who acted in the person's name: the subject of the token's `act` claim (RFC 8693), at the identity provider; absent where the person did.",
    "user_2support",
  ).optional(),
  apiKeyId: described(reference("apiKeys", "keep"), "The API key that acted; absent where none did.").optional(),
  agentId: described(reference("agents", "keep"), "The device agent that acted; absent where none did.").optional(),
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
  purgedOrganizationId: described(
    z.string().max(64),
    "The organization that the row belonged to until it was purged; the row stays until it expires.",
    exampleRowId,
  ).optional(),
};

/**
 * What was done, by whom. Written by the engine in the transaction of the change; removed after `expiresAt` by a cron. What it
 * names may be gone: a trail that followed every deletion would prove nothing.
 */
export const auditLogs = optionalTenantTable(auditLogFields, "", {
  noun: "auditLog",
  outlivesTenant: "purgedOrganizationId",
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

/** What a log row keeps of a body, and of a URL. */
export const maximumLoggedBodyCharacters = 8192;
export const maximumLoggedUrlCharacters = 2048;

export const apiLogFields = {
  direction: described(
    z.enum(["inbound", "outbound"]),
    "`inbound` for requests to this API, `outbound` for those that it sent for the organization.",
  ),
  url: described(
    z.string().max(maximumLoggedUrlCharacters),
    "Path and query; secret values read `[redacted]`. Of an outbound request the origin.",
    "/v1/items?status=active",
  ),
  method: described(z.string().max(10), "HTTP method.", "PATCH"),
  operationId: described(z.string().max(80), "The operation that was called.", "updateItem").optional(),
  statusCode: described(integer(100, 599), "HTTP status of the answer.", 409).optional(),
  durationMs: described(z.number().min(0).max(86_400_000), "Milliseconds until the answer was there.", 12).optional(),
  body: described(
    z.string().max(maximumLoggedBodyCharacters),
    "The beginning of the request's body as JSON text; secrets and fields that the operation does not declare read `[redacted]`.",
    '{"name":"Inverter"}',
  ).optional(),
  responseBody: described(
    z.string().max(maximumLoggedBodyCharacters),
    "The beginning of the answer's body as JSON text; secrets read `[redacted]`.",
    '{"code":"name_taken"}',
  ).optional(),
  headers: described(z.any(), "Headers of the request, as far as they are of use to read here.", {
    "content-type": "application/json",
  }).optional(),
  responseHeaders: described(z.any(), "Headers of the answer, as far as they are of use to read here.", {
    "content-type": "application/problem+json",
  }).optional(),
  errorCode: described(z.string().max(80), "Code of the problem that it was refused with.", "name_taken").optional(),
  actorType: described(z.enum(["user", "apiKey", "agent", "system", "anonymous"]), "What kind of caller it was."),
  actorId: described(z.string().max(64), "Id of the user, API key or agent that called.", exampleRowId).optional(),
  requestId: described(
    z.string().max(128),
    "The `X-Request-Id` of the answer; of a webhook's delivery, the `webhook-id` that it was sent with; of a request to a provider, the job, the dock or the data source that sent it.",
    "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
  ),
  createdAt: described(timestampMs(), "When the request was answered."),
  expiresAt: described(
    timestampMs(),
    "When the row is removed: the organization's `apiLogRetentionDays` after the request.",
    Date.UTC(2026, 1, 14, 9, 30),
  ),
};

/** Requests to the REST API, and those that it sent: what was refused or failed, and samples of what succeeded. Removed after `expiresAt` by a cron. */
export const apiLogs = tenantTable(apiLogFields, "", {
  noun: "apiLog",
  description:
    "A request to the REST API, or one that it sent for the organization: one that was refused or failed, or a sample of those that succeeded.",
})
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_organizationId_and_statusCode_and_createdAt", ["organizationId", "statusCode", "createdAt"])
  .index("by_organizationId_and_operationId_and_createdAt", ["organizationId", "operationId", "createdAt"])
  .index("by_organizationId_and_requestId_and_createdAt", ["organizationId", "requestId", "createdAt"])
  .index("by_expiresAt", ["expiresAt"]);

const chain = described(
  z.string().max(64),
  "The organization whose trail it is, by its id, or `deployment` for rows of none.",
  exampleRowId,
);
const sequence = (says: string) => described(integer(0, Number.MAX_SAFE_INTEGER), says, 4711);
const digest = (says: string) => described(z.string().length(64), says, exampleHash);

export const auditChainFields = {
  chain,
  sequence: sequence("How many rows were sealed: the number of the newest."),
  digest: digest("Digest of the newest seal."),
  removedSequence: sequence("Number of the last row whose seal was removed with it; 0 before any was."),
  removedDigest: digest("Digest of the seal that ended with that row: the anchor that the first kept seal follows."),
  sealedAt: described(timestampMs(), "When rows were last sealed."),
};

/** The two ends of an organization's hash chain. Outlives the organization, as the trail does. */
export const auditChains = globalTable(auditChainFields, "", {
  noun: "auditChain",
  description: "Where the hash chain over an organization's audit trail begins and ends.",
}).index("by_chain", ["chain"]);

export const auditSealFields = {
  chain,
  firstSequence: sequence("Number of its first row."),
  sequence: sequence("Number of its last row."),
  previousDigest: digest("Digest of the seal before it."),
  digest: digest("SHA-256 over chain, numbers, the digest before and its rows."),
  rows: described(
    z.array(
      z.object({
        id: described(z.string().max(64), "Id of the audit row.", exampleRowId),
        expiresAt: described(timestampMs(), "When the row may go."),
        digest: digest("SHA-256 of the row in its canonical form."),
      }),
    ),
    "The rows that it seals, in the order of their creation.",
  ),
  expiresAt: described(timestampMs(), "When the last of its rows may go, and the seal with it."),
  sealedAt: described(timestampMs(), "When it was written."),
};

/** Seals of audit rows: a block of digests each, which names the block before it. Written behind the trail, never with it. */
export const auditSeals = globalTable(auditSealFields, "", {
  noun: "auditSeal",
  description: "A block of the hash chain over an organization's audit trail.",
}).index("by_chain_and_sequence", ["chain", "sequence"]);

/** How far the trail is sealed, over all organizations: one row. */
export const auditSealers = globalTable(
  { sealedUntil: described(z.number(), "`_creationTime` of the newest row that is sealed.", 1_768_469_400_000.25) },
  "",
  { noun: "auditSealer", description: "How far the audit trail is sealed." },
);
