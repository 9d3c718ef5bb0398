import { ProblemError } from "../core/wire/errors";
import { webhookDeliveries } from "./webhooks/deliveries";
import { beginReference } from "./webhooks/references";
import { dueAgain } from "./webhooks/replaying";

export const list = webhookDeliveries.list("list", {
  summary: "List webhook deliveries",
  description:
    "Newest first unless sorted otherwise: what was sent to which endpoint, how often, and what it answered. A delivery is kept for 30 days.",
});

export const get = webhookDeliveries.read("get", {
  summary: "Get a webhook delivery",
  description: "How often it was sent, what came of the last attempt, and when the next one is due.",
  handler: async ({ row }) => row,
});

export const redeliver = webhookDeliveries.change("redeliver", {
  summary: "Send a webhook delivery again",
  description:
    "At once, with the same body and `webhook-id`, and with all its retries; also one that has arrived before. A receiver tells by the id that it has had it.",
  permission: "manage",
  problems: ["invalid_state_transition"],
  departs: { operationId: "redeliverWebhook", status: 202, dryRun: false },
  handler: async ({ row, db, scheduler, now }) => {
    const endpoint = await db.get("webhookEndpoints", row.endpointId);
    if (endpoint?.status !== "active")
      throw new ProblemError("invalid_state_transition", "The endpoint is disabled; activate it first.");
    const due = await db.patch("webhookDeliveries", row, dueAgain(now));
    await scheduler.runAfter(0, beginReference, { endpointId: row.endpointId, deliveryId: row._id });
    const about = { tableName: "webhookDeliveries", recordId: row._id } as const;
    await db.appendAudit({ action: "webhookDelivery.redeliver", operation: "other", ...about });
    return due;
  },
});
