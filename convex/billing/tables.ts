import * as z from "zod";
import {
  currency,
  described,
  integer,
  jsonObject,
  madeWhenAbsent,
  plainName,
  reference,
  rowId,
  text,
  timestampMs,
  timeZone,
} from "../core/schema/fields";
import { tenantTable } from "../core/schema/table";

/** Beyond this a number stops being exact to the minor unit. */
const largestAmount = Number.MAX_SAFE_INTEGER;

/** Amount of money in minor units of a currency, such as cents; negative where it reduces. */
const signedAmount = () => integer(-largestAmount, largestAmount);
const amount = () => integer(0, largestAmount);

/** A number with as many decimals at most as its shortest decimal form shows. */
function decimal(maximum: number, decimals: number) {
  return z
    .number()
    .min(0)
    .max(maximum)
    .refine((value) => decimalsOf(value) <= decimals, `At most ${decimals} decimals are kept.`);
}

function decimalsOf(value: number): number {
  const [, fraction = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

/** Units that are billed: pieces, seats, hours. */
export const units = () => decimal(1_000_000_000, 6);

/** A day as people write it, in the organization's time zone. */
export const localDate = () =>
  z
    .string()
    .regex(/^(19[7-9]\d|2\d{3})-\d{2}-\d{2}$/)
    .refine(isDate, "There is no such day.");

function isDate(value: string): boolean {
  const timestamp = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(timestamp) && new Date(timestamp).toISOString().startsWith(value);
}

const tierName = () => plainName(1, 80);

export const pricingTierFields = {
  integrationId: described(reference("integrations", "restrict"), "The integration whose units it prices."),
  name: described(
    tierName(),
    "The tier that usage names; prices of one name follow each other in time.",
    "endpoint",
    "mailbox",
  ).default("default"),
  description: described(text(0, 500), "What one unit is, for readers of bills.", "A managed device.").default(""),
  unitCost: described(
    decimal(1_000_000_000, 4),
    "Price of one unit in minor units of the currency, with four decimals at most: 250.5 is 2.505 dollars.",
    250,
  ),
  currency: madeWhenAbsent(
    described(currency(), "ISO 4217 code in lower case.", "usd"),
    "The organization's currency unless given.",
  ),
  aggregation: described(
    z.enum(["sum", "max", "last"]),
    "How the usage of a period becomes units: all of it added, or for each site and data source the greatest or the latest, and those added.",
    "sum",
  ).default("sum"),
  effectiveFrom: described(timestampMs(), "When the price begins.", Date.UTC(2026, 0, 1)),
  effectiveUntil: described(
    timestampMs(),
    "When the price ends; exclusive. Without one it holds on.",
    Date.UTC(2027, 0, 1),
  ).optional(),
};

/** Prices of units over time. Written by administrators. */
export const integrationPricingTiers = tenantTable(pricingTierFields, "CU", {
  noun: "pricingTier",
  description: "What a unit of an integration costs from one time to another.",
  audited: true,
})
  .index("by_organizationId", ["organizationId"])
  .index("by_integrationId", ["integrationId"])
  .index("by_organizationId_and_integrationId_and_name_and_effectiveFrom", [
    "organizationId",
    "integrationId",
    "name",
    "effectiveFrom",
  ])
  .index("by_organizationId_and_effectiveFrom_and_effectiveUntil", [
    "organizationId",
    "effectiveFrom",
    "effectiveUntil",
  ]);

export const usageRecordFields = {
  integrationId: described(reference("integrations", "restrict"), "The integration whose units were used."),
  tierName: described(tierName(), "The tier that prices them.", "endpoint").default("default"),
  units: described(units(), "How many units, with six decimals at most.", 12),
  recordedAt: madeWhenAbsent(
    described(timestampMs(), "When they were used.", Date.UTC(2026, 0, 15, 9, 30)),
    "Now unless given.",
  ),
  siteId: described(reference("sites", "null"), "The site that used them.").optional(),
  dataSourceId: described(reference("dataSources", "null"), "The data source that they were counted in.").optional(),
  source: described(z.enum(["api", "sync", "agent", "manual"]), "How the record came.", "api"),
  externalRef: described(
    text(1, 120),
    "The caller's own name for the record, unique in the organization: sent again with the same content, it is not counted twice.",
    "meter-7:2026-01-15T09",
    "meter-8:2026-01-15T09",
  ).optional(),
  metadata: described(jsonObject(4096), "What the caller keeps with it.", { meter: "7" }).optional(),
  billedAt: described(
    timestampMs(),
    "The time that decides which bill counts it: `recordedAt`, or where that was billed already, the first time after it that was not.",
    Date.UTC(2026, 0, 15, 9, 30),
  ),
  rollupId: described(rowId("usageRollups"), "The day's sums that it is part of."),
};

/** What was used. Written by integrations, sync and administrators. */
export const usageRecords = tenantTable(usageRecordFields, "C", {
  noun: "usageRecord",
  description: "Units of an integration that were used, the input of bills.",
  secret: ["rollupId"],
  unique: [
    {
      fields: ["organizationId", "externalRef"],
      index: "by_organizationId_and_externalRef",
      code: "usage_conflict",
    },
  ],
})
  .index("by_organizationId_and_recordedAt", ["organizationId", "recordedAt"])
  .index("by_integrationId", ["integrationId"])
  .index("by_organizationId_and_integrationId_and_tierName_and_recordedAt", [
    "organizationId",
    "integrationId",
    "tierName",
    "recordedAt",
  ])
  .index("by_organizationId_and_externalRef", ["organizationId", "externalRef"])
  .index("by_organizationId_and_rollupId_and_recordedAt_and_units", [
    "organizationId",
    "rollupId",
    "recordedAt",
    "units",
  ])
  .index("by_organizationId_and_rollupId_and_units_and_recordedAt", [
    "organizationId",
    "rollupId",
    "units",
    "recordedAt",
  ])
  .index("by_organizationId_and_siteId", ["organizationId", "siteId"])
  .index("by_organizationId_and_dataSourceId", ["organizationId", "dataSourceId"]);

const digits = () => z.string().max(40).regex(/^\d+$/);

export const usageRollupFields = {
  grain: described(z.enum(["day", "month"]), "Whether it sums up a local day or a local month."),
  key: described(text(1, 500), "Names what it sums up, unique in the organization.", "day:1767225600000:endpoint"),
  monthId: described(rowId("usageRollups"), "The month that a day is part of.").optional(),
  integrationId: described(reference("integrations", "restrict"), "As of the records."),
  tierName: described(tierName(), "As of the records.", "endpoint"),
  siteId: described(rowId("sites"), "As of the records when they came; it stays when the site goes.").optional(),
  dataSourceId: described(rowId("dataSources"), "As of the records when they came; it stays when it goes.").optional(),
  start: described(timestampMs(), "`billedAt` of its records is from this time on."),
  end: described(timestampMs(), "`billedAt` of its records is before this time."),
  recordedStart: described(timestampMs(), "`recordedAt` of its records is from this time on."),
  recordedEnd: described(timestampMs(), "`recordedAt` of its records is before this time."),
  records: described(integer(0, largestAmount), "How many records it sums up.", 24),
  sumMicroUnits: described(digits(), "Sum of their units, in millionths.", "288000000"),
  max: described(z.number().min(0), "The greatest units of one record.", 12),
  maxAt: described(timestampMs(), "The latest `recordedAt` of a record with the greatest units."),
  last: described(z.number().min(0), "The units of the record with the latest `recordedAt`.", 12),
  lastAt: described(timestampMs(), "The latest `recordedAt`."),
};

/** Sums of usage by site and data source, kept with every write of it, so that a bill reads few rows. */
export const usageRollups = tenantTable(usageRollupFields, "", {
  noun: "usageRollup",
  description: "What the usage records of a day or a month come to, of one tier, site and data source.",
})
  .index("by_organizationId_and_grain_and_start", ["organizationId", "grain", "start"])
  .index("by_organizationId_and_monthId_and_start", ["organizationId", "monthId", "start"])
  .index("by_organizationId_and_integrationId", ["organizationId", "integrationId"])
  .index("by_organizationId_and_key", ["organizationId", "key"]);

const appliedAdjustment = () =>
  z.object({
    adjustmentId: described(reference("billingAdjustments", "keep"), "The adjustment."),
    type: described(z.enum(["credit", "debit", "discount"]), "What it is.", "credit"),
    amountType: described(z.enum(["fixed", "percent"]), "What its amount means.", "fixed"),
    amount: described(z.number().min(0), "Its amount then.", 2500),
    reason: described(text(1, 300), "Its reason then.", "Outage of 3 January"),
    applied: described(
      signedAmount(),
      "What it changed this bill by, in minor units; negative where it reduced it.",
      -2500,
    ),
    isGranted: described(z.boolean(), "Whether this bill grants it; false for what an earlier bill left over of it."),
  });

/** Adjustments that one bill shows at most. */
export const maximumAdjustments = 100;

export const billFields = {
  number: described(
    text(1, 40),
    "Given when it is finalized, without gaps, never given again.",
    "B-2026-00042",
  ).optional(),
  sequence: described(integer(1, 1_000_000_000), "The number as such, to sort by.", 42).optional(),
  periodStart: described(timestampMs(), "When the period begins.", Date.UTC(2026, 0, 1)),
  periodEnd: described(timestampMs(), "When the period ends; exclusive.", Date.UTC(2026, 1, 1)),
  startDate: described(localDate(), "First day of the period.", "2026-01-01"),
  endDate: described(localDate(), "The day after the period.", "2026-02-01"),
  timeZone: described(timeZone(), "IANA name of the time zone that the days are of.", "Europe/Zurich"),
  status: described(
    z.enum(["draft", "finalized", "paid", "cancelled"]),
    "A draft can be computed again; what is finalized stays as it is, and is paid or cancelled.",
    "draft",
  ),
  currency: described(currency(), "ISO 4217 code in lower case.", "usd"),
  skipUnpriced: described(z.boolean(), "Whether usage without a price is left out rather than refused.", false),
  unpricedRecords: described(
    integer(0, largestAmount),
    "How many usage records were left out since nothing priced them.",
    0,
  ),
  usageRecordCount: described(integer(0, largestAmount), "How many usage records it bills.", 720),
  subtotal: described(amount(), "Sum of the lines, in minor units.", 10_000),
  adjustmentsTotal: described(signedAmount(), "Sum of what the adjustments changed, in minor units.", -2500),
  total: described(amount(), "What is to be paid: `subtotal` and `adjustmentsTotal` together, in minor units.", 7500),
  adjustments: described(z.array(appliedAdjustment()).max(maximumAdjustments), "What changed it, and by how much."),
  notes: described(text(0, 2000), "What its readers should know.", "Thank you.").optional(),
  computedAt: described(timestampMs(), "When lines and totals were last computed from usage and prices."),
  finalizedAt: described(timestampMs(), "When it was finalized; absent while it is a draft.").optional(),
  paidAt: described(timestampMs(), "When it was paid; absent until it is.").optional(),
  cancelledAt: described(timestampMs(), "When it was cancelled; absent unless it is.").optional(),
  paymentReference: described(text(1, 200), "What the payment is known by.", "ACH 2026-02-14 0042").optional(),
};

/** What an organization charges for a period. Written by administrators. */
export const bills = tenantTable(billFields, "CU", {
  noun: "bill",
  description: "What the usage of a period costs: lines, adjustments and a total in minor units.",
  audited: true,
  events: [
    {
      type: "bill.finalized",
      description: "A bill was finalized: it has its number and stays as it is.",
      on: ["updated"],
      was: { status: ["draft"] },
      becomes: { status: "finalized" },
    },
    {
      type: "bill.paid",
      description: "A bill was paid.",
      on: ["updated"],
      becomes: { status: "paid" },
    },
    {
      type: "bill.cancelled",
      description: "A bill was cancelled.",
      on: ["updated"],
      becomes: { status: "cancelled" },
    },
  ],
  unique: [{ fields: ["organizationId", "number"], index: "by_organizationId_and_number", code: "bill_number_taken" }],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_periodStart_and_periodEnd", ["organizationId", "periodStart", "periodEnd"])
  .index("by_organizationId_and_status_and_periodStart", ["organizationId", "status", "periodStart"])
  .index("by_organizationId_and_number", ["organizationId", "number"])
  .index("by_organizationId_and_sequence", ["organizationId", "sequence"]);

export const billLineItemFields = {
  billId: described(reference("bills", "cascade"), "The bill that it stands on."),
  integrationId: described(reference("integrations", "restrict"), "The integration whose units it bills."),
  pricingTierId: described(reference("integrationPricingTiers", "restrict"), "The price that it bills them at."),
  description: madeWhenAbsent(
    described(text(1, 300), "What it bills, for readers.", "endpoint, 2026-01-01 to 2026-01-31"),
    "Tier and period unless given.",
  ),
  units: described(decimal(9_007_199_254, 6), "How many units, with six decimals at most.", 40),
  unitCost: described(z.number().min(0), "Price of one unit when the line was made, in minor units.", 250),
  total: described(amount(), "Units times price, rounded half up once, in minor units.", 10_000),
  isManual: described(z.boolean(), "Whether somebody added it, rather than usage.", false),
  usage: described(
    z.object({
      startDate: described(
        localDate(),
        "The first day of the period on which its price holds; without one it counts usage that was recorded too late for its own bill, at a price that had ended by then.",
        "2026-01-01",
      ).optional(),
      endDate: described(localDate(), "The day after the last one, exclusive.", "2026-02-01").optional(),
      recordCount: described(integer(0, largestAmount), "How many usage records it counts.", 720),
      parts: described(
        z.array(
          z.object({
            siteId: described(rowId("sites"), "The site.").optional(),
            dataSourceId: described(rowId("dataSources"), "The data source.").optional(),
            units: described(z.number().min(0), "Its units.", 40),
          }),
        ),
        "Units by site and data source, the first hundred.",
      ),
      partCount: described(integer(0, largestAmount), "How many sites and data sources there are.", 1),
    }),
    "What a line from usage counts.",
  ).optional(),
};

/** Lines of bills. Written with their bill, and added to drafts by administrators. */
export const billLineItems = tenantTable(billLineItemFields, "CU", {
  noun: "billLineItem",
  description: "A line of a bill: units of an integration at a price.",
  audited: true,
})
  .index("by_organizationId_and_billId", ["organizationId", "billId"])
  .index("by_organizationId_and_integrationId", ["organizationId", "integrationId"])
  .index("by_organizationId_and_pricingTierId", ["organizationId", "pricingTierId"]);

export const billingAdjustmentFields = {
  integrationId: described(
    reference("integrations", "restrict"),
    "The integration whose lines it adjusts; without one it adjusts whole bills.",
  ).optional(),
  type: described(z.enum(["credit", "debit", "discount"]), "A debit adds to a bill, the others reduce it.", "credit"),
  amountType: described(
    z.enum(["fixed", "percent"]),
    "Whether the amount is money, or of a discount a part of the lines.",
    "fixed",
  ).default("fixed"),
  amount: described(
    decimal(largestAmount, 4),
    "Whole minor units, or a percentage up to 100 with four decimals at most.",
    2500,
  ),
  currency: madeWhenAbsent(
    described(currency(), "ISO 4217 code in lower case, of an amount of money.", "usd"),
    "The organization's currency unless given.",
  ),
  recurrence: described(
    z.enum(["once", "eachPeriod"]),
    "Whether it is given once, or to each bill whose period meets its time.",
    "once",
  ).default("once"),
  reason: described(text(1, 300), "Why, for readers of bills.", "Outage of 3 January"),
  effectiveFrom: described(timestampMs(), "When its time begins.", Date.UTC(2026, 0, 1)),
  effectiveTo: described(timestampMs(), "When its time ends; exclusive.", Date.UTC(2026, 3, 1)),
  appliedAmount: described(amount(), "What bills that are finalized have used of it, in minor units.", 2500),
  billCount: described(integer(0, largestAmount), "How many finalized bills have granted it.", 1),
  openAmount: described(
    amount(),
    "What finalized bills left over of it, in minor units: later bills are reduced by it, whenever they are.",
    0,
  ),
};

/** Credits, debits and discounts. Written by administrators. */
export const billingAdjustments = tenantTable(billingAdjustmentFields, "CU", {
  noun: "billingAdjustment",
  description: "What bills are reduced or raised by, beside their lines.",
  audited: true,
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_integrationId", ["organizationId", "integrationId"])
  .index("by_organizationId_and_effectiveFrom_and_effectiveTo", ["organizationId", "effectiveFrom", "effectiveTo"])
  .index("by_organizationId_and_effectiveTo", ["organizationId", "effectiveTo"])
  .index("by_organizationId_and_openAmount", ["organizationId", "openAmount"]);

const tierKey = () => z.string().regex(/^[a-z][a-z0-9_-]{1,39}$/);
const stripeId = () => text(1, 255);

export const subscriptionTierFields = {
  key: described(tierKey(), "What access is asked for by; unique in the organization, and never changed.", "pro"),
  name: described(plainName(1, 60), "What people call it.", "Pro"),
  description: described(text(0, 1000), "What it is, for members.", "Everything in the community.").optional(),
  benefits: described(z.array(text(1, 120)).max(20), "What it comes with.", ["All courses"]).default([]),
  amount: described(amount(), "What it costs, in minor units, for display; Stripe charges.", 1900).optional(),
  currency: described(currency(), "ISO 4217 code in lower case, for display.", "usd").optional(),
  interval: described(z.enum(["month", "year", "once"]), "How often it is charged, for display.", "month").optional(),
  trialDays: described(integer(0, 90), "How long it can be tried, for display.", 14).optional(),
  stripePriceId: described(
    stripeId(),
    "The price at Stripe whose buyers have the tier; unique in the organization.",
    "price_1RkQ2kK4n",
    "price_1RkQ9sT7p",
  ).optional(),
  isArchived: described(z.boolean(), "Whether nobody gets it any more; who has it keeps it.", false).default(false),
  order: madeWhenAbsent(
    described(integer(0, 1_000_000), "Its place among the tiers.", 1),
    "After the last one unless given.",
  ),
};

/** Tiers that members can hold. Written by administrators. */
export const subscriptionTiers = tenantTable(subscriptionTierFields, "CU", {
  noun: "subscriptionTier",
  description: "What members can subscribe to, and the price at Stripe that buys it.",
  audited: true,
  unique: [
    { fields: ["organizationId", "key"], index: "by_organizationId_and_key", code: "key_taken" },
    {
      fields: ["organizationId", "stripePriceId"],
      index: "by_organizationId_and_stripePriceId",
      code: "stripe_price_taken",
    },
  ],
})
  .index("by_organizationId_and_isArchived_and_order", ["organizationId", "isArchived", "order"])
  .index("by_organizationId_and_order", ["organizationId", "order"])
  .index("by_organizationId_and_key", ["organizationId", "key"])
  .index("by_organizationId_and_stripePriceId", ["organizationId", "stripePriceId"]);

const eventKey = () => text(1, 300);
const exampleEventKey = "0001768471800000:12:evt_1RkQ2mK4n";

const purchase = () =>
  z.object({
    id: described(stripeId(), "Stripe's id of the subscription.", "sub_1RkQ2kK4n"),
    customerId: described(stripeId(), "Stripe's id of who pays.", "cus_SfR2").optional(),
    state: described(z.string().max(40), "Its status at Stripe; absent until an event has told.", "active").optional(),
    key: described(
      eventKey(),
      "Where the event that told it stands in the order of events.",
      exampleEventKey,
    ).optional(),
    createdAt: described(timestampMs(), "When it was bought.").optional(),
    tier: described(tierKey(), "The tier that it buys.", "pro").optional(),
    periodEnd: described(timestampMs(), "When its period ends.").optional(),
    trialEndsAt: described(timestampMs(), "When its trial ends.").optional(),
    endsWithPeriod: described(z.boolean(), "Whether it ends then.", false).optional(),
    paidUntil: described(timestampMs(), "The end of what its invoices were paid for.").optional(),
    notDueKey: described(eventKey(), "The last event that did not tell it past due.", exampleEventKey).optional(),
    dueKeys: described(z.array(eventKey()).max(50), "Events after that one which did.", [exampleEventKey]).optional(),
  });

export const subscriptionFields = {
  userId: described(reference("users", "cascade"), "The member."),
  tier: described(tierKey(), "Key of the tier.", "pro"),
  status: described(
    z.enum(["active", "trialing", "past_due", "canceled", "none"]),
    "How it stands; `none` where nothing was paid yet.",
    "active",
  ),
  source: described(
    z.enum(["stripe", "manual"]),
    "Whether Stripe tells how it stands, or somebody granted it.",
    "stripe",
  ),
  currentPeriodEnd: described(
    timestampMs(),
    "When the period ends, or what was granted; absent where it has no end.",
    Date.UTC(2026, 1, 14),
  ).optional(),
  cancelAtPeriodEnd: described(z.boolean(), "Whether it ends with the period.", false),
  trialEndsAt: described(timestampMs(), "When the trial ends.", Date.UTC(2026, 0, 28)).optional(),
  pastDueSince: described(
    timestampMs(),
    "When a renewal was first told unpaid; access lasts seven days from then. Absent unless it is past due.",
    Date.UTC(2026, 1, 14),
  ).optional(),
  accessUntil: described(
    timestampMs(),
    "When access ends, 0 where there is none; absent where no end is known.",
    Date.UTC(2026, 1, 17),
  ).optional(),
  stripeCustomerId: described(stripeId(), "Who pays, at Stripe.", "cus_SfR2").optional(),
  stripeSubscriptionId: described(stripeId(), "The subscription at Stripe that counts.", "sub_1RkQ2kK4n").optional(),
  lastEventAt: described(
    timestampMs(),
    "When Stripe's latest event of it happened; earlier ones change nothing that it told.",
    Date.UTC(2026, 0, 14),
  ).optional(),
  endNoticeAt: described(
    timestampMs(),
    "When the member is to be told that access has ended; absent once that is told.",
  ).optional(),
  purchases: described(
    z.array(purchase()).max(20),
    "What Stripe has told of each subscription that the member bought, the latest of which counts that is paid.",
    [],
  ),
};

/** What members subscribe to. Written by events of Stripe's, and by administrators who grant it. */
export const subscriptions = tenantTable(subscriptionFields, "CU", {
  noun: "subscription",
  description: "The tier that a member has, how it is paid, and until when it gives access.",
  audited: true,
  secret: ["purchases", "endNoticeAt"],
  untold: ["stripeCustomerId", "stripeSubscriptionId"],
  unique: [{ fields: ["organizationId", "userId"], index: "by_organizationId_and_userId", code: "already_subscribed" }],
  events: [
    {
      type: "subscription.updated",
      description: "What a member subscribes to, how it is paid, or until when it gives access has changed.",
      on: ["created", "updated"],
    },
  ],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_userId", ["organizationId", "userId"])
  .index("by_organizationId_and_status", ["organizationId", "status"])
  .index("by_organizationId_and_tier_and_status", ["organizationId", "tier", "status"])
  .index("by_organizationId_and_stripeCustomerId", ["organizationId", "stripeCustomerId"])
  .index("by_endNoticeAt", ["endNoticeAt"])
  .index("by_stripeSubscriptionId", ["stripeSubscriptionId"])
  .index("by_stripeCustomerId", ["stripeCustomerId"]);
