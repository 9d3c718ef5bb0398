import { ProblemError } from "../../core/wire/errors";
import { resource } from "../../core/resources/resource";
import { billFields, billLineItemFields } from "../tables";
import type { Doc } from "../../_generated/dataModel";

export const bills = resource({
  name: "billing/bills",
  table: "bills",
  path: "/bills",
  fields: billFields,
  serverOwned: [
    "number",
    "sequence",
    "periodStart",
    "periodEnd",
    "startDate",
    "endDate",
    "timeZone",
    "status",
    "currency",
    "skipUnpriced",
    "unpricedRecords",
    "usageRecordCount",
    "subtotal",
    "adjustmentsTotal",
    "total",
    "adjustments",
    "computedAt",
    "finalizedAt",
    "paidAt",
    "cancelledAt",
    "paymentReference",
  ],
  list: {
    filters: ["status"],
    ranges: { periodStart: ["periodFrom", "periodTo"] },
    sorts: ["periodStart"],
    access: "permission",
  },
  states: {
    field: "status",
    transitions: { draft: ["finalized", "cancelled"], finalized: ["paid", "cancelled"] },
  },
});

export const billLineItems = resource({
  name: "billing/billLineItems",
  table: "billLineItems",
  path: "/bills/{billId}/line-items",
  idParameter: "lineItemId",
  permissions: "bill",
  fields: billLineItemFields,
  serverOwned: ["billId", "unitCost", "total", "isManual", "usage"],
  immutable: ["integrationId", "pricingTierId"],
  defaulted: ["integrationId", "description"],
  list: { filters: ["billId", "integrationId", "pricingTierId"], access: "permission" },
});

/** @throws {ProblemError} 409 unless the bill is a draft */
export function assertDraft({ status }: Doc<"bills">): void {
  if (status !== "draft") throw new ProblemError("bill_not_draft", `The bill is ${status}.`);
}
