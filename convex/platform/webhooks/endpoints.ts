import { eventTypes } from "../../core/records/events";
import { invalidField } from "../../core/wire/errors";
import { resource } from "../../core/resources/resource";
import { webhookEndpointFields } from "../tables";

const wildcard = "*";

/** Webhook endpoints as every module of the domain writes them. */
export const webhookEndpoints = resource({
  name: "platform/webhookEndpoints",
  table: "webhookEndpoints",
  path: "/webhook-endpoints",
  fields: webhookEndpointFields,
  permissions: "webhook",
  credential: {
    prefix: "whsec_",
    field: "secret",
    isSealed: true,
    description: "The secret that deliveries are signed with (Standard Webhooks), shown this once.",
  },
  serverOwned: [
    "sealedSecret",
    "previousSecret",
    "previousSecretExpiresAt",
    "disabledReason",
    "failingSince",
    "nextTryAt",
    "failedTries",
    "warnings",
  ],
  list: { filters: ["status"], access: "permission" },
  problems: { create: ["limit_reached"] },
  hooks: {
    rules: (_ctx, { eventTypes: wanted }) => {
      const known = new Set<string>([wildcard, ...eventTypes()]);
      const unknown = wanted.findIndex((type) => !known.has(type));
      if (unknown >= 0) {
        const message = `There is no event ${wanted[unknown]}; there are ${[...known].join(", ")}.`;
        throw invalidField(`/eventTypes/${unknown}`, "unknown_event_type", message);
      }
    },
  },
});
