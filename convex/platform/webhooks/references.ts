import { makeFunctionReference } from "convex/server";
import type { Id } from "../../_generated/dataModel";

// What is done for endpoints after a transaction, by its path: the modules there see these.

/** Sends what an endpoint is due; the named delivery at once. */
export const beginReference = makeFunctionReference<
  "mutation",
  { endpointId: Id<"webhookEndpoints">; deliveryId?: Id<"webhookDeliveries"> }
>("platform/webhookSending:begin");

/** Sends what each of several endpoints is due. */
export const beginAllReference = makeFunctionReference<"mutation", { endpointIds: readonly Id<"webhookEndpoints">[] }>(
  "platform/webhookSending:beginAll",
);

/** Gives up what waits for a disabled endpoint. */
export const abandonReference = makeFunctionReference<"mutation", { endpointId: Id<"webhookEndpoints"> }>(
  "platform/webhookSending:abandon",
);

/** Goes on with a replay. */
export const replayReference = makeFunctionReference<
  "mutation",
  { organizationId: Id<"organizations">; input: { endpointId: Id<"webhookEndpoints">; from: number; to: number } }
>("platform/webhookReplays:goOn");
