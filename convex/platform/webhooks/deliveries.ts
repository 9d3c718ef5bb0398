import { resource } from "../../core/resources/resource";
import { webhookDeliveryFields } from "../tables";

/** The delivery log, which nobody writes by hand. */
export const webhookDeliveries = resource({
  name: "platform/webhookDeliveries",
  table: "webhookDeliveries",
  path: "/webhook-deliveries",
  fields: webhookDeliveryFields,
  permissions: "webhook",
  list: {
    filters: ["endpointId", "status"],
    ranges: { createdAt: ["from", "to"] },
    sorts: ["createdAt"],
    created: false,
    access: "permission",
  },
});
