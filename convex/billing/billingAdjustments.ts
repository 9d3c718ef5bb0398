import { crud } from "../core/resources/crud";
import { resource } from "../core/resources/resource";
import { invalidField, ProblemError } from "../core/wire/errors";
import { billingAdjustmentFields } from "./tables";
import type { NewValues } from "../core/records/scope";
import type { Doc } from "../_generated/dataModel";

type Adjustment = Doc<"billingAdjustments">;

const billingAdjustments = resource({
  name: "billing/billingAdjustments",
  table: "billingAdjustments",
  path: "/billing-adjustments",
  fields: billingAdjustmentFields,
  serverOwned: ["appliedAmount", "billCount", "openAmount"],
  immutable: ["integrationId", "type", "amountType", "currency", "recurrence"],
  defaulted: ["currency"],
  list: {
    filters: ["integrationId"],
    ranges: { effectiveFrom: ["from", "to"] },
    sorts: ["effectiveFrom"],
    access: "permission",
  },
  hooks: {
    defaults: ({ tenant }) => ({
      currency: tenant.organization.settings.currency,
      appliedAmount: 0,
      billCount: 0,
      openAmount: 0,
    }),
    rules: (_ctx, next, previous) => {
      assertAmount(next);
      if (next.effectiveTo <= next.effectiveFrom)
        throw invalidField("/effectiveTo", "too_small", "effectiveTo must be after effectiveFrom; it is exclusive.");
      const isChanged = next.amount !== previous?.amount || next.effectiveFrom !== previous.effectiveFrom;
      if (previous && isChanged) assertUnused(previous);
    },
    beforeDelete: (_ctx, row) => {
      assertUnused(row);
      return undefined;
    },
  },
  problems: { update: ["adjustment_in_use"], delete: ["adjustment_in_use"] },
});

const { list, get, create, update, delete: remove } = crud(billingAdjustments);
export { list, get, create, update, remove as delete };

/** @throws {ProblemError} 400 for an amount that its kind does not have */
function assertAmount({ type, amountType, amount }: NewValues<"billingAdjustments">): void {
  if (amount <= 0) throw invalidField("/amount", "too_small", "The amount must be above 0.");
  if (amountType === "fixed") {
    if (!Number.isInteger(amount))
      throw invalidField("/amount", "invalid_type", "An amount of money has whole minor units.");
    return;
  }
  if (type !== "discount")
    throw invalidField(
      "/amountType",
      "invalid_value",
      "Only a discount is a percentage; a credit and a debit are money.",
    );
  if (amount > 100) throw invalidField("/amount", "too_big", "A percentage is 100 at most.");
}

/** @throws {ProblemError} 409 when a finalized bill has used it */
function assertUnused({ billCount, appliedAmount }: Adjustment): void {
  if (billCount === 0 && appliedAmount === 0) return;
  throw new ProblemError(
    "adjustment_in_use",
    "Finalized bills have used it; `effectiveTo` and `reason` can be changed.",
  );
}
