import * as z from "zod";
import { crud } from "../core/resources/crud";
import { described, integer, timestampMs } from "../core/schema/fields";
import { changesOf } from "../core/resources/casts";
import { sealedOf } from "../core/operations/convexFunctions";
import { invalidField, ProblemError } from "../core/wire/errors";
import { dayMs } from "../core/wire/durations";
import { webhookDeliveries } from "./webhooks/deliveries";
import { webhookEndpoints } from "./webhooks/endpoints";
import { beginReference, abandonReference, replayReference } from "./webhooks/references";
import { replayBatch } from "./webhooks/replaying";
import { workingHealth } from "./webhooks/rules";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

/** How long a secret goes on beside the one that has taken its place. */
const overlapMs = dayMs;

const { list, get, delete: remove } = crud(webhookEndpoints);
export { list, get, remove as delete };

export const create = webhookEndpoints.at("/").issue("create", {
  summary: "Create a webhook endpoint",
  description:
    "The answer carries the `secret`, once: deliveries are signed with it as Standard Webhooks has it, so that published libraries verify them. An organization has 20 endpoints at most, unless the platform gives it more.",
  permission: "create",
  input: () => webhookEndpoints.createFields,
  problems: ["limit_reached", "encryption_not_configured"],
  departs: { status: 201 },
  handler: (ctx, values) => webhookEndpoints.insert(ctx, { ...values, sealedSecret: sealedOf(ctx) }),
});

export const update = webhookEndpoints.change("update", {
  summary: "Update a webhook endpoint",
  description:
    "Fields left out stay as they are; null clears an optional field. Disabling it gives up what waits for it. Another URL, and activating it, forgets that it failed.",
  input: () => webhookEndpoints.updateFields,
  handler: async (ctx, input) => {
    const { row, scheduler } = ctx;
    const patch = changesOf<"webhookEndpoints">(input, webhookEndpoints.idParameter);
    const isMoved = patch.url !== undefined && patch.url !== row.url;
    const isActivated = patch.status === "active" && row.status === "disabled";
    const isDisabled = patch.status === "disabled" && row.status === "active";
    const health = isMoved || isActivated || isDisabled ? workingHealth : {};
    const updated = await webhookEndpoints.patch(ctx, row, { ...health, ...patch });
    if (isDisabled) await scheduler.runAfter(0, abandonReference, { endpointId: row._id });
    else if (isMoved || isActivated) await scheduler.runAfter(0, beginReference, { endpointId: row._id });
    return updated;
  },
});

export const rotate = webhookEndpoints.issue("rotate", {
  summary: "Rotate the secret of a webhook endpoint",
  description:
    "The answer carries the new `secret`, once. Deliveries are signed with both for 24 hours, until `previousSecretExpiresAt`, so that a receiver can change over without losing any. Within that time it is refused unless `force` is true.",
  permission: "manage",
  input: () => ({
    force: described(
      z.boolean(),
      "True to rotate though the last rotation is less than 24 hours ago: the secret before it stops at once.",
      false,
    ).default(false),
  }),
  problems: ["rotation_pending", "encryption_not_configured"],
  departs: { operationId: "rotateWebhookSecret" },
  handler: async (ctx, { force }) => {
    const { row, now } = ctx;
    const { previousSecretExpiresAt = 0 } = row;
    if (previousSecretExpiresAt > now && !force)
      throw new ProblemError("rotation_pending", "The secret before the last one is still in use.");
    return webhookEndpoints.patch(ctx, row, {
      sealedSecret: sealedOf(ctx),
      previousSecret: row.sealedSecret,
      previousSecretExpiresAt: now + overlapMs,
    });
  },
});

export const test = webhookEndpoints.change("test", {
  summary: "Test a webhook endpoint",
  description:
    "Sends it a `ping`, whatever events it wants, also when it is disabled; the answer is the delivery, whose row tells what comes of it.",
  permission: "manage",
  output: () => webhookDeliveries.document,
  departs: { status: 202, dryRun: false },
  handler: async (ctx) => {
    const delivery = await ctx.db.publishTo(ctx.row, "webhookEndpoints", "ping", ctx.row);
    await noteUse(ctx, "webhookEndpoint.test");
    await ctx.scheduler.runAfter(0, beginReference, { endpointId: ctx.row._id, deliveryId: delivery._id });
    return delivery;
  },
});

export const replay = webhookEndpoints.change("replay", {
  summary: "Send the failed deliveries of a webhook endpoint again",
  description:
    "Those of events between `from` and `to`: after the endpoint was away for too long, or was disabled. More than 200 follow after the answer.",
  permission: "manage",
  input: () => ({
    from: described(timestampMs(), "Inclusive: events from this time on.", Date.UTC(2026, 0, 15, 9, 30)),
    to: described(timestampMs(), "Exclusive: events before this time.", Date.UTC(2026, 0, 15, 10, 30)),
  }),
  output: () =>
    z.object({
      replayed: described(integer(0, 1000), "Deliveries that are due again by now.", 12),
      isComplete: described(z.boolean(), "False where more of them follow.", true),
    }),
  problems: ["invalid_state_transition"],
  departs: { operationId: "replayWebhookDeliveries", status: 202, dryRun: false, readOnly: undefined },
  handler: async (ctx, { from, to }) => {
    const { row, db, scheduler, now } = ctx;
    if (to <= from) throw invalidField("/to", "too_small", "to must be after from.");
    if (row.status === "disabled")
      throw new ProblemError("invalid_state_transition", "The endpoint is disabled; activate it first.");
    const { replayed, cursor } = await replayBatch(db, row._id, { from, to, now });
    if (cursor !== undefined) {
      const input = { endpointId: row._id, from: cursor, to };
      await scheduler.runAfter(0, replayReference, { organizationId: row.organizationId, input });
    }
    await scheduler.runAfter(0, beginReference, { endpointId: row._id });
    await noteUse(ctx, "webhookEndpoint.replay", { from, to });
    return { replayed, isComplete: cursor === undefined };
  },
});

/** What no write of the endpoint tells: that somebody had something sent to it. */
async function noteUse(
  { db, row }: TenantMutationContext & { readonly row: Doc<"webhookEndpoints"> },
  action: string,
  metadata?: object,
): Promise<void> {
  const about = { tableName: "webhookEndpoints", recordId: row._id } as const;
  await db.appendAudit({ action, operation: "other", ...about, ...(metadata ? { metadata } : {}) });
}
