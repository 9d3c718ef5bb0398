import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `billing` refuse with, beyond what any operation may answer. */
export const problems = {
  tier_overlap: [
    409,
    "Two prices would hold at one time",
    "End the price that `detail` names first (`closePrevious: true` does), or choose another time.",
  ],
  tier_in_use: [
    409,
    "The price or tier is in use",
    "End a price with `effectiveUntil`, and create its successor; what bills have used stays. Archive a tier that members have.",
  ],
  stripe_price_taken: [
    409,
    "Another tier has the price",
    "Choose another price, or take it from the tier that has it.",
  ],
  already_subscribed: [409, "The member has a subscription", "Send the request again; a member has one."],
  stripe_managed: [
    409,
    "Stripe manages the subscription",
    "Cancel or change it at Stripe; it can be granted once access by Stripe has ended.",
  ],
  usage_conflict: [
    409,
    "The reference names other usage",
    "Send what was sent under this `externalRef`, delete that record first, or use another reference.",
  ],
  period_finalized: [
    409,
    "The usage was billed",
    "Record what is to be added anew, or create an adjustment; cancel the bill where it was wrong.",
  ],
  period_overlap: [
    409,
    "Another bill covers a part of the period",
    "Choose a period beside that of the bill that `detail` names, or cancel or delete that one.",
  ],
  period_not_over: [409, "The period is not over", "Finalize the bill once its last day has passed."],
  bill_not_draft: [
    409,
    "The bill is no draft",
    "What is finalized stays as it is: cancel it and generate another one.",
  ],
  bill_number_taken: [409, "Another bill has the number", "Send the request again."],
  credit_in_use: [
    409,
    "Later bills have used credit that this one left over",
    "Cancel the later bills first, which `detail` names the adjustment of.",
  ],
  line_from_usage: [
    409,
    "The line comes from usage",
    "Change the usage and compute the draft again, add a line of your own, or create an adjustment.",
  ],
  adjustment_in_use: [
    409,
    "Finalized bills have used the adjustment",
    "End it with `effectiveTo`, and create another one.",
  ],
  no_pricing_tier: [
    422,
    "Usage has no price",
    "Create a price for the time that `detail` names, or send `skipUnpriced: true` to leave such usage out.",
  ],
  currency_mismatch: [422, "The currencies differ", "Use prices and amounts in the currency of the bill."],
  bill_too_large: [422, "The bill is too large", "Choose a shorter period, or smaller amounts, as `detail` says."],
} as const satisfies ProblemRows;
