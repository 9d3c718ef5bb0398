import * as z from "zod";
import { integer, timestampMs } from "../core/schema/fields";
import { optionalTenantTable } from "../core/schema/table";

export const idempotencyKeyFields = {
  principal: z.string().max(64),
  key: z.string().max(128),
  operationId: z.string().max(80),
  requestHash: z.string().max(64),
  statusCode: integer(100, 599),
  response: z.string().optional(),
  expiresAt: timestampMs(),
};

/** The first answer of a POST with `Idempotency-Key`. Written with its effect, removed after 24 hours by a cron. */
export const idempotencyKeys = optionalTenantTable(idempotencyKeyFields, "", { noun: "idempotencyKey" })
  .index("by_organizationId_and_principal_and_key", ["organizationId", "principal", "key"])
  .index("by_expiresAt", ["expiresAt"]);
