import { v } from "convex/values";
import { tenantJob } from "../core/operations/scheduledWork";
import { beginReference, replayReference } from "./webhooks/references";
import { replayBatch } from "./webhooks/replaying";

/** Goes on with a replay that was larger than one batch. */
export const goOn = tenantJob({
  noun: "webhookDelivery",
  action: "webhookDelivery.redeliver",
  args: { endpointId: v.id("webhookEndpoints"), from: v.number(), to: v.number() },
  handler: async ({ db, scheduler, now }, { endpointId, from, to }) => {
    const { cursor } = await replayBatch(db, endpointId, { from, to, now });
    if (cursor !== undefined) {
      const input = { endpointId, from: cursor, to };
      await scheduler.runAfter(0, replayReference, { organizationId: db.organizationId, input });
    }
    await scheduler.runAfter(0, beginReference, { endpointId });
  },
});
