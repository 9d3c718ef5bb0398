/** Who buys, as the metadata of a subscription or a checkout says it. */
interface Member {
  readonly organizationId: string;
  readonly userId: string;
}

/** What every event tells of a subscription at Stripe. */
interface Named {
  readonly subscriptionId: string;
  readonly customerId?: string;
  readonly member?: Member;
}

/** All of a subscription at a time. */
interface Snapshot extends Named {
  readonly kind: "snapshot";
  /** Where the event stands in the order of events: later ones are greater. */
  readonly key: string;
  readonly state: string;
  readonly createdAt: number;
  readonly priceIds: readonly string[];
  readonly periodEnd?: number;
  readonly trialEndsAt?: number;
  readonly endsWithPeriod: boolean;
  /** Whether it tells besides that the trial ends in three days. */
  readonly isTrialEnding: boolean;
}

/** What an event of Stripe's says of a subscription. */
export type StripeChange =
  | Snapshot
  | (Named & { readonly kind: "paid"; readonly paidUntil: number })
  | (Named & { readonly kind: "link" });

/** An event as the gateway has kept it. */
export interface StripeEvent {
  readonly eventId: string;
  readonly type: string;
  readonly occurredAt: number;
  readonly object: unknown;
}

const dueStates = new Set(["past_due", "unpaid"]);

/** In the order of a life: of two events of one second and kind, the one further on is the later one. */
const states = ["incomplete", "trialing", "active", "past_due", "unpaid", "paused", "incomplete_expired", "canceled"];

/** Whether Stripe has asked for money in vain. */
export function isDue(state: string | undefined): boolean {
  return state !== undefined && dueStates.has(state);
}

/** What an event says; undefined for one that means nothing here. Throws for what is not as Stripe documents it. */
export function stripeChange(event: StripeEvent): StripeChange | undefined {
  if (event.type.startsWith("customer.subscription.")) return snapshotOf(event);
  switch (event.type) {
    case "invoice.paid":
    case "invoice.payment_succeeded":
      return paymentOf(event.object);
    case "checkout.session.completed":
      return linkOf(event.object);
    default:
      return undefined;
  }
}

function snapshotOf({ eventId, type, occurredAt, object }: StripeEvent): Snapshot {
  const isDeleted = type === "customer.subscription.deleted";
  const state = isDeleted ? "canceled" : textOf(object, "status");
  if (!states.includes(state)) throw new TypeError(`status ${state} is not known here`);
  const items = listIn(object, "items");
  const periodEnd = periodEndOf(object, items);
  if (periodEnd === undefined && (state === "active" || state === "trialing"))
    throw new TypeError("current_period_end is neither in the subscription nor in its items");
  const trialEndsAt = timeIn(object, "trial_end");
  return {
    kind: "snapshot",
    subscriptionId: textOf(object, "id"),
    ...customerOf(object),
    ...memberNamed(memberOf(object, "metadata")),
    key: keyOf({ eventId, type, occurredAt }, state),
    state,
    createdAt: timeIn(object, "created") ?? occurredAt,
    priceIds: items.flatMap((item) => optionalText(memberOf(item, "price"), "id") ?? []),
    ...(periodEnd === undefined ? {} : { periodEnd }),
    ...(trialEndsAt === undefined ? {} : { trialEndsAt }),
    // Versions since 2025 name the day instead.
    endsWithPeriod: memberOf(object, "cancel_at_period_end") === true || timeIn(object, "cancel_at") !== undefined,
    isTrialEnding: type === "customer.subscription.trial_will_end",
  };
}

/** Seconds are all that Stripe tells of when: what ties is ordered by what it tells, and at last by something. */
function keyOf({ eventId, type, occurredAt }: Omit<StripeEvent, "object">, state: string): string {
  const rank = type === "customer.subscription.created" ? 0 : type === "customer.subscription.deleted" ? 2 : 1;
  return `${String(occurredAt).padStart(16, "0")}:${rank}${states.indexOf(state)}:${eventId}`;
}

/** When the event of a key happened. */
export function timeOfKey(key: string): number {
  return Number(key.slice(0, 16));
}

/** Before 2025-03-31 (basil) the subscription has its period, since then each of its items. Of several the first to end counts. */
function periodEndOf(object: unknown, items: readonly unknown[]): number | undefined {
  const ends = items.flatMap((item) => timeIn(item, "current_period_end") ?? []);
  return timeIn(object, "current_period_end") ?? (ends.length > 0 ? Math.min(...ends) : undefined);
}

function paymentOf(object: unknown): StripeChange | undefined {
  // Before 2025-03-31 (basil) in the invoice itself, since then below its parent.
  const details = memberOf(memberOf(object, "parent"), "subscription_details");
  const subscriptionId = optionalText(object, "subscription") ?? optionalText(details, "subscription");
  if (subscriptionId === undefined) return undefined;
  const metadata = memberOf(details ?? memberOf(object, "subscription_details"), "metadata");
  const ends = listIn(object, "lines").flatMap((line) => timeIn(memberOf(line, "period"), "end") ?? []);
  if (ends.length === 0) throw new TypeError("lines have no period");
  return {
    kind: "paid",
    subscriptionId,
    ...customerOf(object),
    ...memberNamed(metadata),
    paidUntil: Math.max(...ends),
  };
}

function linkOf(object: unknown): StripeChange | undefined {
  const subscriptionId = optionalText(object, "subscription");
  if (subscriptionId === undefined) return undefined;
  const metadata = memberOf(object, "metadata");
  const organizationId = optionalText(metadata, "organizationId");
  const userId = optionalText(metadata, "userId") ?? optionalText(object, "client_reference_id");
  if (organizationId === undefined || userId === undefined) return undefined;
  return { kind: "link", subscriptionId, ...customerOf(object), member: { organizationId, userId } };
}

function customerOf(object: unknown): { readonly customerId?: string } {
  const customerId = optionalText(object, "customer");
  return customerId === undefined ? {} : { customerId };
}

function memberNamed(metadata: unknown): { readonly member?: Member } {
  const [organizationId, userId] = [optionalText(metadata, "organizationId"), optionalText(metadata, "userId")];
  return organizationId === undefined || userId === undefined ? {} : { member: { organizationId, userId } };
}

function listIn(object: unknown, name: string): readonly unknown[] {
  const data = memberOf(memberOf(object, name), "data");
  return Array.isArray(data) ? data : [];
}

/** Stripe's seconds as milliseconds. */
function timeIn(object: unknown, name: string): number | undefined {
  const seconds = memberOf(object, name);
  return Number.isSafeInteger(seconds) && Number(seconds) >= 0 && Number(seconds) < 8_640_000_000_000
    ? Number(seconds) * 1000
    : undefined;
}

function textOf(object: unknown, name: string): string {
  const value = optionalText(object, name);
  if (value === undefined) throw new TypeError(`${name} is no text`);
  return value;
}

function optionalText(object: unknown, name: string): string | undefined {
  const value = memberOf(object, name);
  return typeof value === "string" && value !== "" && value.length <= 255 ? value : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
