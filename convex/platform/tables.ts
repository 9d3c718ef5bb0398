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
