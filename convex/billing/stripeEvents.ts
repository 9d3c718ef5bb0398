import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { membershipOf } from "../core/access/standing";
import { definedOf } from "../core/records/documents";
import { systemWriter } from "../core/records/systemWriter";
import { countingOf, endNoticeAt, isLive, purchaseAfter, viewOf, withPurchase } from "./subscriptions/purchases";
import { stripeChange } from "./subscriptions/stripeChanges";
import { tellMember, tellOfTrialEnd } from "./subscriptions/telling";
import type { Purchase, Subscription } from "./subscriptions/purchases";
import type { StripeChange } from "./subscriptions/stripeChanges";
import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** Events of one subscription that may have waited for its member to be known. */
const maximumWaiting = 50;

type Outcome =
  | {
      readonly status: "processed";
      readonly organizationId: Id<"organizations">;
      /** What others may have waited for. */
      readonly settled?: string;
    }
  | { readonly status: "ignored"; readonly reason: string; readonly organizationId?: Id<"organizations"> }
  | {
      readonly status: "failed";
      readonly reason: string;
      readonly organizationId?: Id<"organizations">;
      readonly waitsFor?: string;
    };

interface Work {
  readonly scheduler: MutationCtx["scheduler"];
  readonly writer: UnscopedWriter;
  readonly now: number;
}

/** Applies an event of Stripe's, and those that have waited for what it links. */
export const process = internalMutation({
  args: { eventId: v.id("webhookEvents") },
  returns: v.null(),
  handler: async (ctx, { eventId }) => {
    const now = Date.now();
    const writer = systemWriter(ctx, { now, noun: "webhookEvent", action: "webhookEvent.process", isAudited: true });
    const queue = [eventId];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const event = await writer.get("webhookEvents", next);
      if (event?.status !== "pending" && event?.status !== "failed") continue;
      const outcome = await outcomeOf({ writer, now, scheduler: ctx.scheduler }, event);
      await writer.patch("webhookEvents", event, {
        status: outcome.status,
        attempts: event.attempts + 1,
        processedAt: now,
        error: outcome.status === "processed" ? undefined : outcome.reason.slice(0, 1000),
        waitsFor: outcome.status === "failed" ? outcome.waitsFor : undefined,
        ...(outcome.organizationId === undefined ? {} : { organizationId: outcome.organizationId }),
      });
      const settled = outcome.status === "processed" ? outcome.settled : undefined;
      if (settled === undefined) continue;
      const waiting = writer.query("webhookEvents").withIndex("by_waitsFor", (q) => q.eq("waitsFor", settled));
      queue.push(...(await waiting.take(maximumWaiting)).map(({ _id }) => _id));
    }
    return null;
  },
});

async function outcomeOf(work: Work, event: Doc<"webhookEvents">): Promise<Outcome> {
  const payload: { readonly account?: unknown; readonly apiVersion?: unknown; readonly object?: unknown } = Object(
    JSON.parse(event.payload),
  );
  // Whoever owns a connected account writes its metadata, which may name any organization.
  if (typeof payload.account === "string")
    return { status: "ignored", reason: `No organization here is paid by the connected account ${payload.account}.` };
  let change: StripeChange | undefined;
  try {
    change = stripeChange({ ...event, object: payload.object });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return {
      status: "failed",
      reason: `The data is not as Stripe documents it, in version ${String(payload.apiVersion)}: ${text}`,
    };
  }
  if (!change) return { status: "ignored", reason: "Events of this type change nothing here." };
  return applied(work, change);
}

async function applied({ writer, now, scheduler }: Work, change: StripeChange): Promise<Outcome> {
  const waitsFor = `stripe:${change.subscriptionId}`;
  const place = await placeOf(writer, change);
  if (place === undefined)
    return { status: "failed", reason: "It names no member, in metadata or by a checkout.", waitsFor };
  if (typeof place === "string") return { status: "failed", reason: place };
  const { organization, userId, row } = place;
  const organizationId = organization._id;
  const db = writer.within(organization);
  const known = row?.purchases.find(({ id }) => id === change.subscriptionId);
  const isLate = change.kind === "snapshot" && (known?.key ?? "") >= change.key;
  const bought = change.kind === "snapshot" && !isLate ? await tierBought(db, change.priceIds) : undefined;
  if (change.kind === "snapshot" && !isLate && isLive(change) && bought === undefined)
    return { status: "failed", reason: "No tier has the price that was bought (`stripePriceId`).", organizationId };
  const purchase = purchaseAfter(known, change, bought);
  const after = await written(db, { userId, row }, purchase, now);
  const ctx = { db, unscoped: writer, now, scheduler, organization };
  await tellMember(ctx, after, row);
  if (change.kind === "link") return { status: "processed", organizationId, settled: waitsFor };
  if (isLate) return { status: "ignored", reason: "A later event tells how it is now.", organizationId };
  if (change.kind === "snapshot" && after.source === "stripe" && after.stripeSubscriptionId !== purchase.id)
    return { status: "ignored", reason: "Another subscription of the member counts.", organizationId };
  if (change.kind === "snapshot" && change.isTrialEnding) await tellOfTrialEnd(ctx, after);
  return { status: "processed", organizationId };
}

interface Place {
  readonly organization: Doc<"organizations">;
  readonly userId: Id<"users">;
  readonly row: Subscription | null;
}

/** Whose subscription it is; a text says why nobody's, nothing that nobody is named. */
async function placeOf(writer: UnscopedWriter, change: StripeChange): Promise<Place | string | undefined> {
  if (change.member === undefined) {
    const row = await linkedTo(writer, change);
    const organization = row && (await writer.get("organizations", row.organizationId));
    return organization ? { organization, userId: row.userId, row } : undefined;
  }
  const organization = await writer.get("organizations", change.member.organizationId);
  if (!organization) return "There is no such organization.";
  const user = await writer.get("users", change.member.userId);
  const membership = user && (await membershipOf(writer, organization._id, user._id));
  if (!user || !membership) return "It names nobody who is a member of the organization.";
  const row = await writer
    .within(organization)
    .index("subscriptions", "by_organizationId_and_userId", (q) => q.eq("userId", user._id))
    .first();
  return { organization, userId: user._id, row };
}

/** The subscription that a checkout has linked. */
async function linkedTo(
  writer: UnscopedWriter,
  { subscriptionId, customerId }: StripeChange,
): Promise<Subscription | null> {
  const bySubscription = await writer
    .query("subscriptions")
    .withIndex("by_stripeSubscriptionId", (q) => q.eq("stripeSubscriptionId", subscriptionId))
    .first();
  if (bySubscription || customerId === undefined) return bySubscription;
  const ofCustomer = await writer
    .query("subscriptions")
    .withIndex("by_stripeCustomerId", (q) => q.eq("stripeCustomerId", customerId))
    .take(2);
  // One customer of several organizations' members names none of them.
  return ofCustomer.length === 1 ? (ofCustomer[0] ?? null) : null;
}

async function tierBought(db: TenantWriter, priceIds: readonly string[]): Promise<string | undefined> {
  for (const priceId of priceIds.slice(0, 20)) {
    const tier = await db
      .index("subscriptionTiers", "by_organizationId_and_stripePriceId", (q) => q.eq("stripePriceId", priceId))
      .first();
    if (tier) return tier.key;
  }
  return undefined;
}

/** Writes what is known of a member's purchases, and what counts of it; what somebody granted gives way to what is paid alone. */
async function written(
  db: TenantWriter,
  { userId, row }: Pick<Place, "userId" | "row">,
  purchase: Purchase,
  now: number,
): Promise<Subscription> {
  const purchases = withPurchase(row?.purchases ?? [], purchase);
  const counting = countingOf(purchases) ?? purchase;
  const isGranted = row?.source === "manual" && row.status === "active" && !isLive(counting);
  const { status, cancelAtPeriodEnd, ...shown } = viewOf(counting);
  const dates = { ...shown, endNoticeAt: endNoticeAt({ status, ...shown }, row, now) };
  const tier = counting.tier ?? row?.tier ?? "free";
  const standing = { status, cancelAtPeriodEnd, tier, source: "stripe", purchases } as const;
  if (row) return db.patch("subscriptions", row, isGranted ? { purchases } : { ...standing, ...dates });
  return db.insert("subscriptions", { userId, ...standing, ...definedOf(dates) });
}
