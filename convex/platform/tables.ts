import * as z from "zod";
import { described, exampleHash, exampleRowId, integer, timestampMs } from "../core/schema/fields";
import { optionalTenantTable } from "../core/schema/table";

export const idempotencyKeyFields = {
  principal: described(z.string().max(64), "Who called: kind and id of the caller.", `user:${exampleRowId}`),
  key: described(z.string().max(128), "The `Idempotency-Key` that the request carried.", "order-2026-0117"),
  operationId: described(z.string().max(80), "The operation that was asked for.", "createSchedule"),
  requestHash: described(z.string().max(64), "Hash of path, query and body, to tell another request.", exampleHash),
  statusCode: described(integer(100, 599), "Status of the first answer.", 201),
  response: described(z.string(), "Body of the first answer, without secrets.", "{}").optional(),
  expiresAt: described(timestampMs(), "When the answer is forgotten: 24 hours after it was given."),
};

/** The first answer of a POST with `Idempotency-Key`. Written with its effect, removed after 24 hours by a cron. */
export const idempotencyKeys = optionalTenantTable(idempotencyKeyFields, "", {
  noun: "idempotencyKey",
  description: "The first answer of a POST with `Idempotency-Key`.",
})
  .index("by_organizationId_and_principal_and_key", ["organizationId", "principal", "key"])
  .index("by_expiresAt", ["expiresAt"]);

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
})
  .index("by_provider_and_eventId", ["provider", "eventId"])
  .index("by_provider_and_subject_and_occurredAt", ["provider", "subject", "occurredAt"])
  .index("by_waitsFor", ["waitsFor"])
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_status_and_createdAt", ["status", "createdAt"])
  .index("by_expiresAt", ["expiresAt"]);
