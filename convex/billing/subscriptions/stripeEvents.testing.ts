import type Stripe from "stripe";

/** Versions of Stripe's API between which shapes have moved: before basil, basil, and one after it. */
export const apiVersions = ["2024-12-18.acacia", "2025-03-31.basil", "2026-03-25.dahlia"] as const;
type ApiVersion = (typeof apiVersions)[number];

/** A subscription at a time, as a test says it. */
export interface Told {
  readonly status: Stripe.Subscription.Status;
  readonly periodEnd: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly created?: number;
  readonly priceId?: string;
  readonly cancelAt?: number;
  readonly trialEnd?: number;
}

/** `data.object` of `customer.subscription.*`, as Stripe documents it for a version; times are in seconds. */
export function subscriptionObject(version: ApiVersion, told: Told): object {
  const { status, periodEnd, metadata, id = "sub_1", created = 1000, priceId = "price_1", cancelAt, trialEnd } = told;
  const isOld = version === "2024-12-18.acacia";
  const object = "subscription" satisfies Stripe.Subscription["object"];
  const item = { id: "si_1", object: "subscription_item", price: { id: priceId, object: "price" }, quantity: 1 };
  const period = { current_period_start: created, current_period_end: periodEnd };
  const ends = { cancel_at: cancelAt ?? null, cancel_at_period_end: isOld && cancelAt !== undefined };
  return {
    id,
    object,
    created,
    status,
    customer: "cus_1",
    metadata,
    trial_end: trialEnd ?? null,
    ...ends,
    ...(isOld ? period : {}),
    items: { object: "list", data: [isOld ? item : { ...item, ...period }], has_more: false },
  };
}

/** `data.object` of `invoice.*`. */
export function invoiceObject(
  version: ApiVersion,
  { id = "sub_1", periodEnd, metadata }: Pick<Told, "id" | "periodEnd" | "metadata">,
): object {
  const isOld = version === "2024-12-18.acacia";
  const object = "invoice" satisfies Stripe.Invoice["object"];
  const lines = { object: "list", data: [{ id: "il_1", period: { start: 1000, end: periodEnd } }] };
  const details = { metadata, ...(isOld ? {} : { subscription: id }) };
  return {
    id: "in_1",
    object,
    customer: "cus_1",
    customer_email: "dana.okoye@example.com",
    lines,
    ...(isOld
      ? { subscription: id, subscription_details: details }
      : { parent: { type: "subscription_details", subscription_details: details } }),
  };
}
