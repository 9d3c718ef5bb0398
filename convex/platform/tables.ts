import * as z from "zod";
import {
  described,
  exampleHash,
  exampleRowId,
  filePurposes,
  integer,
  outboundUrl,
  plainName,
  reference,
  rowId,
  sealed,
  text,
  timestampMs,
} from "../core/schema/fields";
import { optionalTenantTable, tenantTable } from "../core/schema/table";

export const idempotencyKeyFields = {
  principal: described(z.string().max(64), "Who called: kind and id of the caller.", `user:${exampleRowId}`),
  key: described(z.string().max(128), "The `Idempotency-Key` that the request carried.", "order-2026-0117"),
  operationId: described(z.string().max(80), "The operation that was asked for.", "createSchedule"),
  requestHash: described(z.string().max(64), "Hash of path, query and body, to tell another request.", exampleHash),
  statusCode: described(integer(100, 599), "Status of the first answer.", 201),
  response: described(z.string(), "Body of the first answer, without secrets.", "{}").optional(),
  createdIds: described(
    z.array(z.string().max(37)),
    "The rows that a long answer showed in `data`, which `response` is without.",
    [exampleRowId],
  ).optional(),
  expiresAt: described(timestampMs(), "When the answer is forgotten: 24 hours after it was given."),
};

/** The first answer of a POST with `Idempotency-Key`. Written with its effect, removed after 24 hours by a cron. */
export const idempotencyKeys = optionalTenantTable(idempotencyKeyFields, "", {
  noun: "idempotencyKey",
  description: "The first answer of a POST with `Idempotency-Key`.",
})
  .index("by_organizationId_and_principal_and_key", ["organizationId", "principal", "key"])
  .index("by_expiresAt", ["expiresAt"]);

/** What of an upload, or of a file, counts against an organization's storage. */
const storedBytes = {
  name: "fileBytes",
  limit: 10 * 1024 * 1024 * 1024,
  says: "Bytes of files, those in the trash and announced uploads among them",
  sum: "size",
} as const;

export const organizationUsageFields = {
  quota: described(z.string().max(40), "The quota, by its name in the organization's `quotas`.", "fileBytes"),
  used: described(integer(0, Number.MAX_SAFE_INTEGER), "How much of it is in use.", 48_213),
  startedAt: described(timestampMs(), "When the day began that it counts; absent where it counts no day.").optional(),
};

/** How much an organization has of what it has only so much of. Written by the engine with every row that counts. */
export const organizationUsages = tenantTable(organizationUsageFields, "", {
  noun: "organizationUsage",
  description: "How much of a quota an organization uses.",
}).index("by_organizationId_and_quota", ["organizationId", "quota"]);

export const webhookEventFields = {
  provider: described(z.enum(["stripe", "clerk", "resend"]), "Who sent it."),
  eventId: described(z.string().max(255), "The provider's id of the message.", "msg_2pZ8vQ7"),
  type: described(z.string().max(100), "What it tells of.", "user.updated"),
  payload: described(z.string(), "Its data, JSON as it was sent: names in it are not ours to choose.", "{}"),
  subject: described(
    z.string().max(600),
    "The row at the provider that it tells of; of two messages the later one says how that is.",
    "user:user_2abc",
  ).optional(),
  occurredAt: described(timestampMs(), "When it happened at the provider."),
  status: described(
    z.enum(["pending", "processed", "ignored", "failed"]),
    "`ignored` is what changes nothing here, or was overtaken; `failed` what could not be applied.",
  ),
  attempts: described(integer(0, 1_000_000), "How often it was tried.", 1),
  error: described(
    z.string().max(1000),
    "Why it failed, or was ignored.",
    "The user is not known here yet.",
  ).optional(),
  waitsFor: described(
    z.string().max(600),
    "What must happen before it can be applied; it is tried again then.",
    "user:user_2abc",
  ).optional(),
  createdAt: described(timestampMs(), "When it was received."),
  processedAt: described(timestampMs(), "When it was last tried.").optional(),
  expiresAt: described(timestampMs(), "When it is forgotten: 30 days after it was received."),
};

/** Messages of identity, payment and mail providers. Written once for each of their ids by the gateway, removed after 30 days by a cron. */
export const webhookEvents = optionalTenantTable(webhookEventFields, "", {
  noun: "webhookEvent",
  description: "A message that a provider sent to a webhook of this deployment.",
  secret: ["payload"],
})
  .index("by_provider_and_eventId", ["provider", "eventId"])
  .index("by_provider_and_subject_and_occurredAt", ["provider", "subject", "occurredAt"])
  .index("by_waitsFor", ["waitsFor"])
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_status_and_createdAt", ["status", "createdAt"])
  .index("by_expiresAt", ["expiresAt"]);

export const webhookEndpointFields = {
  url: described(
    outboundUrl(),
    "Where deliveries are sent: `https` on a public host, port 443 or one from 1024 up; unique in the organization.",
    "https://hooks.example.com/portico",
  ),
  description: described(text(0, 200), "What the endpoint is for.", "Copies schedules into the calendar.").optional(),
  eventTypes: described(
    z.array(text(1, 80)).min(1).max(100),
    "The events that it is told of; `*` stands for all, those to come among them.",
    ["schedule.created", "schedule.updated"],
  ),
  sealedSecret: described(sealed(), "What deliveries are signed with."),
  previousSecret: described(sealed(), "What they are signed with besides, for a while after a rotation.").optional(),
  previousSecretExpiresAt: described(
    timestampMs(),
    "Until when they are signed with the secret before the last one as well; absent before the first rotation.",
  ).optional(),
  status: described(
    z.enum(["active", "disabled"]),
    "Nothing is sent to a disabled one, nor kept for it; one that has failed for five days is disabled.",
  ).default("active"),
  disabledReason: described(
    z.enum(["gone", "failing"]),
    "Why it was disabled, where nobody did it: it answered 410 Gone, or failed for five days.",
  ).optional(),
  failingSince: described(
    timestampMs(),
    "When the first delivery failed after the last that did not; absent while it works.",
  ).optional(),
  nextTryAt: described(
    timestampMs(),
    "Until then what is due to it waits, because it failed, was slow, or asked for it.",
  ).optional(),
  failedTries: described(integer(0, 1_000_000), "Tries in a row that failed.", 0).optional(),
  warnings: described(integer(0, 2), "How often administrators were told that it fails.", 0).optional(),
};

/** Where an organization has its events sent. Written by administrators; disabled by time. */
export const webhookEndpoints = tenantTable(webhookEndpointFields, "CU", {
  noun: "webhookEndpoint",
  description: "A URL that is told of events in the organization.",
  audited: true,
  secret: ["failedTries", "warnings"],
  quotas: [{ name: "webhookEndpointCount", limit: 20, says: "Webhook endpoints" }],
  unique: [{ fields: ["organizationId", "url"], index: "by_organizationId_and_url", code: "url_taken" }],
  events: [{ type: "ping", description: "Somebody tests the endpoint, which `data` is." }],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_status", ["organizationId", "status"])
  .index("by_organizationId_and_url", ["organizationId", "url"])
  .index("by_status_and_nextTryAt", ["status", "nextTryAt"]);

export const webhookDeliveryFields = {
  endpointId: described(reference("webhookEndpoints", "cascade"), "Where it is sent."),
  eventId: described(
    z.string().max(64),
    "The event, under one id for all endpoints and attempts: the header `webhook-id`.",
    "evt_0d9f6f0e8c1f4f5b9a552f1f7a1f4d3c",
  ),
  eventType: described(z.string().max(80), "What happened.", "schedule.created"),
  outboxEventId: described(
    reference("outboxEvents", "keep"),
    "The event with its body; absent where this endpoint alone is told of it.",
  ).optional(),
  payload: described(z.string(), "The body, where no event has it.", "{}").optional(),
  status: described(
    z.enum(["pending", "delivered", "failed"]),
    "`delivered` once the endpoint has answered 2xx; `failed` when nothing tries it any more.",
  ),
  attempts: described(integer(0, 1000), "How often it was sent.", 1),
  nextRetryAt: described(
    timestampMs(),
    "When it is sent next at the earliest; absent once nothing tries it any more.",
  ).optional(),
  lastAttemptAt: described(timestampMs(), "When it was last sent.").optional(),
  responseStatus: described(
    integer(100, 599),
    "HTTP status of the last answer; absent where none came.",
    200,
  ).optional(),
  durationMs: described(integer(0, 3_600_000), "Milliseconds that the last attempt took.", 84).optional(),
  error: described(z.string().max(300), "Why the last attempt failed.", "The endpoint answered 500.").optional(),
  senderId: described(
    rowId("_scheduled_functions"),
    "The scheduled function that sends it at present; absent while none does.",
  ).optional(),
  createdAt: described(timestampMs(), "When the event happened."),
  expiresAt: described(timestampMs(), "When it is forgotten: 30 days after the event."),
};

/** One event for one endpoint. Made of the event after its change, then sent, removed after 30 days by a cron. */
export const webhookDeliveries = tenantTable(webhookDeliveryFields, "", {
  noun: "webhookDelivery",
  description: "One event on its way to one endpoint: how often it was sent, and what came of it.",
  secret: ["payload", "outboxEventId", "senderId"],
})
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_organizationId_and_status_and_createdAt", ["organizationId", "status", "createdAt"])
  .index("by_organizationId_and_endpointId_and_createdAt", ["organizationId", "endpointId", "createdAt"])
  .index("by_organizationId_and_endpointId_and_status_and_createdAt", [
    "organizationId",
    "endpointId",
    "status",
    "createdAt",
  ])
  .index("by_status_and_endpointId_and_nextRetryAt", ["status", "endpointId", "nextRetryAt"])
  .index("by_endpointId_and_senderId", ["endpointId", "senderId"])
  .index("by_organizationId_and_eventId_and_endpointId", ["organizationId", "eventId", "endpointId"])
  .index("by_expiresAt", ["expiresAt"]);

export const outboxEventFields = {
  eventId: described(
    z.string().max(64),
    "The event, as its deliveries name it.",
    "evt_0d9f6f0e8c1f4f5b9a552f1f7a1f4d3c",
  ),
  eventType: described(z.string().max(80), "What happened.", "schedule.created"),
  payload: described(z.string(), "The body of its deliveries.", "{}"),
  endpointIds: described(
    z.array(reference("webhookEndpoints", "keep")),
    "The endpoints that wanted it when it happened.",
  ),
  status: described(z.enum(["pending", "fannedOut"]), "`fannedOut` once each of them has its delivery."),
  fanOutId: described(
    rowId("_scheduled_functions"),
    "On the earliest that is pending: the scheduled function that goes on with it and those behind it.",
  ).optional(),
  createdAt: described(timestampMs(), "When it happened."),
  expiresAt: described(timestampMs(), "When it is forgotten: with its deliveries."),
};

/** One event, whoever is told of it. Written with the change that it tells of, and kept as long as its deliveries, which it is sent from. */
export const outboxEvents = tenantTable(outboxEventFields, "", {
  noun: "outboxEvent",
  description: "What webhooks are told of one change.",
  secret: ["payload", "fanOutId"],
})
  .index("by_organizationId_and_status_and_createdAt", ["organizationId", "status", "createdAt"])
  .index("by_status_and_organizationId", ["status", "organizationId"])
  .index("by_expiresAt", ["expiresAt"]);

/** What a file may take, whatever it is for. */
export const maximumFileBytes = 50 * 1024 * 1024;

export const fileFields = {
  storageId: described(
    rowId("_storage"),
    "What fields that hold files take, such as an organization's `logoStorageId`.",
    exampleRowId,
  ),
  name: described(plainName(1, 255), "What the file is called: the last part of the path that it had.", "logo.png"),
  contentType: described(
    z.string().max(100),
    "What its bytes were found to be, whatever the sender called them; `application/octet-stream` where that is nothing known.",
    "image/png",
  ),
  size: described(integer(0, maximumFileBytes), "Its size in bytes.", 48_213),
  sha256: described(z.string().max(64), "SHA-256 of its bytes, in hex.", exampleHash),
  width: described(integer(1, 1_000_000_000), "Width of a picture in pixels.", 512).optional(),
  height: described(integer(1, 1_000_000_000), "Height of a picture in pixels.", 512).optional(),
  purpose: described(z.enum(filePurposes), "What it is for; fields take files of their own purpose only."),
  refCount: described(integer(0, 1_000_000_000), "How many rows hold it; it can be deleted while none does.", 1),
  unusedSince: described(
    timestampMs(),
    "Since when no row holds it; it is deleted 24 hours later. Absent while one does, and of files of purpose `other`.",
  ).optional(),
  purgeAfter: described(
    timestampMs(),
    "When a file in the trash is deleted for good: the organization's `trashRetentionDays` after it went there.",
  ).optional(),
};

/** What an organization has stored. Written with the bytes that it names; goes when nothing uses it, or when somebody says so. */
export const files = tenantTable(fileFields, "CUD", {
  noun: "file",
  description: "A file of the organization: what is known of it. `GET /v1/files/{fileId}/content` has its bytes.",
  audited: true,
  quotas: [{ name: "fileCount", limit: 100_000, says: "Files, those in the trash among them" }, storedBytes],
  unique: [{ fields: ["storageId"], index: "by_storageId", code: "already_registered", includesTrash: true }],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_purpose", ["organizationId", "deletedAt", "purpose"])
  .index("by_organizationId_and_deletedAt_and_createdBy", ["organizationId", "deletedAt", "createdBy"])
  .index("by_storageId", ["storageId"])
  .index("by_unusedSince", ["unusedSince"])
  .index("by_purgeAfter", ["purgeAfter"]);

export const fileUploadFields = {
  principal: described(z.string().max(64), "Who asked for it: kind and id of the caller.", `user:${exampleRowId}`),
  size: described(integer(0, maximumFileBytes), "How large the file is to be, in bytes.", 48_213),
  expiresAt: described(timestampMs(), "When it is forgotten, and the bytes with it."),
};

/** Uploads that were announced and not registered yet. Written with the URL, deleted with the registration or by a cron. */
export const fileUploads = tenantTable(fileUploadFields, "", {
  noun: "fileUpload",
  description: "Bytes that somebody has announced, and alone may register.",
  quotas: [storedBytes],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_expiresAt", ["expiresAt"]);

export const revokedTokenFields = {
  subject: described(z.string().max(64), "Whose token it was: kind and id of the client.", `apiKey:${exampleRowId}`),
  tokenId: described(z.string().max(36), "The token's `jti`.", "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c"),
  expiresAt: described(timestampMs(), "When the token would have ended by itself, and the row with it."),
};

/** Access tokens that their clients have ended early. Read with every token of the token endpoint, removed by a cron. */
export const revokedTokens = tenantTable(revokedTokenFields, "", {
  noun: "revokedToken",
  description: "An access token that its client has ended before its time.",
})
  .index("by_organizationId", ["organizationId"])
  .index("by_subject_and_tokenId", ["subject", "tokenId"])
  .index("by_expiresAt", ["expiresAt"]);
