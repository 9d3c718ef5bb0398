import { dayMs } from "../../core/wire/durations";
import { isDue, timeOfKey } from "./stripeChanges";
import type { StripeChange } from "./stripeChanges";
import type { Doc } from "../../_generated/dataModel";

export type Subscription = Doc<"subscriptions">;
export type Purchase = Subscription["purchases"][number];

/** How long access lasts while a renewal is not paid. */
export const graceMs = 7 * dayMs;
/** Stripe sends an event for three days until it is taken: so much later a renewal may be told. */
export const deliveryMs = 3 * dayMs;
const maximumDueKeys = 50;
const maximumPurchases = 20;

/**
 * A purchase after an event, whichever others have come: of each field the latest event holds that tells it. The tier is what a
 * snapshot's price buys.
 */
export function purchaseAfter(known: Purchase | undefined, change: StripeChange, tier: string | undefined): Purchase {
  const before = known ?? { id: change.subscriptionId };
  const customer = change.customerId === undefined ? {} : { customerId: change.customerId };
  if (change.kind === "link") return { ...customer, ...before };
  if (change.kind === "paid")
    return { ...customer, ...before, paidUntil: Math.max(before.paidUntil ?? 0, change.paidUntil) };
  const due = dueAfter(before, change.key, isDue(change.state));
  if (before.key !== undefined && before.key >= change.key) return { ...before, ...due };
  const { key, state, createdAt, periodEnd, trialEndsAt, endsWithPeriod } = change;
  const { id, paidUntil, tier: tierBefore } = before;
  return withoutUndefined({
    id,
    paidUntil,
    ...due,
    customerId: change.customerId ?? before.customerId,
    key,
    state,
    createdAt,
    periodEnd,
    trialEndsAt,
    endsWithPeriod,
    tier: tier ?? tierBefore,
  });
}

/** The events that told it past due after the last one that did not. */
function dueAfter(before: Purchase, key: string, isDueNow: boolean): Pick<Purchase, "notDueKey" | "dueKeys"> {
  const { notDueKey, dueKeys = [] } = before;
  if (!isDueNow) {
    const last = notDueKey !== undefined && notDueKey > key ? notDueKey : key;
    return { notDueKey: last, dueKeys: dueKeys.filter((each) => each > last) };
  }
  const later = notDueKey !== undefined && notDueKey > key ? [] : [key];
  // The first of them counts.
  const keys = [...new Set([...dueKeys, ...later])].sort().slice(0, maximumDueKeys);
  return { ...(notDueKey === undefined ? {} : { notDueKey }), dueKeys: keys };
}

/** How a purchase stands, as the API says it. */
export function viewOf(purchase: Purchase) {
  const { state, key } = purchase;
  return {
    status: statusOf(state),
    currentPeriodEnd: purchase.periodEnd,
    cancelAtPeriodEnd: purchase.endsWithPeriod ?? false,
    trialEndsAt: purchase.trialEndsAt,
    pastDueSince: isDue(state) ? dueSince(purchase) : undefined,
    accessUntil: accessUntil(purchase),
    stripeCustomerId: purchase.customerId,
    stripeSubscriptionId: purchase.id,
    lastEventAt: key === undefined ? undefined : timeOfKey(key),
  };
}

function statusOf(state: string | undefined): Subscription["status"] {
  switch (state) {
    case "active":
    case "trialing":
      return state;
    case "past_due":
    case "unpaid":
      return "past_due";
    case "canceled":
    case "incomplete_expired":
      return "canceled";
    default:
      return "none";
  }
}

/** When access by a purchase ends, 0 where it gives none: nothing that was neither paid nor tried nor is in grace. */
function accessUntil(purchase: Purchase): number {
  const { state, periodEnd = 0, trialEndsAt = periodEnd, paidUntil = 0 } = purchase;
  switch (state) {
    case "active":
      return periodEnd + deliveryMs;
    case "trialing":
      return trialEndsAt + deliveryMs;
    case "past_due":
      return dueSince(purchase) + graceMs;
    case "canceled":
      // The period that it was in may be one that was never paid.
      return periodEnd === 0 ? paidUntil : Math.min(periodEnd, paidUntil);
    default:
      return 0;
  }
}

function dueSince({ dueKeys = [], key = "" }: Purchase): number {
  return timeOfKey(dueKeys[0] ?? key);
}

/** Whether Stripe still asks for money for it, or has been given some. */
export function isLive({ state }: Pick<Purchase, "state">): boolean {
  return state === "active" || state === "trialing" || isDue(state);
}

/** The purchase that counts: what is paid before what is due, due before ended, ended before never begun; of equals the latest bought. */
export function countingOf(purchases: readonly Purchase[]): Purchase | undefined {
  return inOrder(purchases)[0];
}

/** The purchases with another one in its place; the least of too many is forgotten. */
export function withPurchase(purchases: readonly Purchase[], next: Purchase): Purchase[] {
  return inOrder([...purchases.filter(({ id }) => id !== next.id), next]).slice(0, maximumPurchases);
}

function inOrder(purchases: readonly Purchase[]): Purchase[] {
  return [...purchases].sort(
    (one, other) =>
      standingOf(other) - standingOf(one) ||
      (other.createdAt ?? 0) - (one.createdAt ?? 0) ||
      (one.id < other.id ? -1 : 1),
  );
}

function standingOf(purchase: Purchase): number {
  const { state } = purchase;
  if (state === "active" || state === "trialing") return 3;
  if (isDue(state)) return 2;
  return accessUntil(purchase) > 0 ? 1 : 0;
}

/** Whether a subscription gives access to what its tier opens. */
export function hasAccess({ status, accessUntil: until }: Pick<Subscription, "status" | "accessUntil">, now: number) {
  return status !== "none" && (until === undefined || until > now);
}

/** When the member is to be told that access has ended: once of each end, and not where the change itself tells of it. */
export function endNoticeAt(
  {
    status,
    accessUntil: until,
  }: Pick<ReturnType<typeof viewOf>, "status"> & { readonly accessUntil: number | undefined },
  before: Subscription | null,
  now: number,
): number | undefined {
  if (status === "none" || until === undefined) return undefined;
  if (before && before.status !== "none" && before.accessUntil === until) return before.endNoticeAt;
  if (until > now) return until;
  return status === "past_due" && before?.status === "past_due" && hasAccess(before, now) ? now : undefined;
}

function withoutUndefined(
  purchase: { [Name in keyof Purchase]: Purchase[Name] | undefined } & { id: string },
): Purchase {
  const { id, ...rest } = purchase;
  const given: Omit<Purchase, "id"> = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined),
  );
  return { id, ...given };
}
