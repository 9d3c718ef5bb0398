import { resource } from "../../core/resources/resource";
import { usageRecordFields } from "../tables";

export const usageRecords = resource({
  name: "billing/usageRecords",
  table: "usageRecords",
  path: "/usage-records",
  idParameter: "usageId",
  permissions: "usage",
  fields: usageRecordFields,
  serverOwned: ["source", "billedAt", "rollupId"],
  defaulted: ["recordedAt"],
  list: {
    filters: ["integrationId", "tierName"],
    ranges: { recordedAt: ["from", "to"] },
    sorts: ["recordedAt"],
    access: "permission",
  },
});
