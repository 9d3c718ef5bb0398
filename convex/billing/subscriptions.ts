import * as z from "zod";
import { mutationOperation, queryOperation } from "../core/operations/define";
import { requireActingMember } from "../core/operations/actingMember";
import { crud } from "../core/resources/crud";
import { described, timestampMs } from "../core/schema/fields";
import { invalidField, ProblemError } from "../core/wire/errors";
import { endNoticeAt, hasAccess } from "./subscriptions/purchases";
import { subscriptions } from "./subscriptions/resource";
import { tellMember } from "./subscriptions/telling";
import { subscriptionFields } from "./tables";
import type { TenantReader } from "../core/records/reader";
import type { Doc, Id } from "../_generated/dataModel";

const { list, get } = crud(subscriptions);
export { list, get };

export const getMine = queryOperation({
  name: "billing/subscriptions:getMine",
  operationId: "getMySubscription",
  noun: "subscription",
  method: "GET",
  path: "/me/subscription",
  summary: "Get one's own subscription",
  description: "The tier that the caller has, how it stands, and whether it gives access now; `none` without one.",
  access: "organization",
  permission: "me:read",
  output: () =>
    z.object({
      status: subscriptionFields.status,
      tier: subscriptionFields.tier.optional(),
      hasAccess: described(z.boolean(), "Whether it gives access to what the tier opens.", true),
      accessUntil: subscriptionFields.accessUntil,
      currentPeriodEnd: subscriptionFields.currentPeriodEnd,
      cancelAtPeriodEnd: subscriptionFields.cancelAtPeriodEnd,
      trialEndsAt: subscriptionFields.trialEndsAt,
    }),
  handler: async (ctx) => {
    const row = await subscriptionOf(ctx.db, requireActingMember(ctx));
    if (!row) return { status: "none" as const, hasAccess: false, cancelAtPeriodEnd: false };
    const { status, tier, accessUntil, currentPeriodEnd, cancelAtPeriodEnd, trialEndsAt } = row;
    return {
      status,
      tier,
      hasAccess: hasAccess(row, ctx.now),
      cancelAtPeriodEnd,
      accessUntil,
      currentPeriodEnd,
      trialEndsAt,
    };
  },
});

export const grant = mutationOperation({
  name: "billing/subscriptions:grant",
  operationId: "grantSubscription",
  noun: "subscription",
  method: "PUT",
  path: "/subscriptions/grant",
  summary: "Grant a subscription",
  description:
    "Gives a member a tier without payment, until a time or until it is revoked; once more, it changes tier and time. What Stripe manages is changed at Stripe.",
  access: "permission",
  permission: "subscription:manage",
  body: () => ({
    userId: subscriptionFields.userId,
    tier: subscriptionFields.tier,
    until: described(timestampMs(), "When it ends; without end unless given.", Date.UTC(2027, 0, 1)).optional(),
  }),
  output: () => subscriptions.document,
  problems: ["stripe_managed"],
  handler: async (ctx, { userId, tier, until }) => {
    const { db, now } = ctx;
    if (until !== undefined && until <= now) throw invalidField("/until", "too_small", "It has passed.");
    await assertOffered(db, tier);
    const row = await subscriptionOf(db, userId);
    if (row) assertNotStripes(row, now);
    const granted = {
      ...({ tier, status: "active", source: "manual", cancelAtPeriodEnd: until !== undefined } as const),
      currentPeriodEnd: until,
      accessUntil: until,
      trialEndsAt: undefined,
      pastDueSince: undefined,
      endNoticeAt: endNoticeAt({ status: "active", accessUntil: until }, row, now),
    };
    const after = row
      ? await subscriptions.patch(ctx, row, granted)
      : await subscriptions.insert(ctx, { userId, ...granted, purchases: [] });
    await tellMember({ ...ctx, organization: ctx.tenant.organization }, after, row);
    return subscriptions.show(ctx, after);
  },
});

export const revoke = subscriptions.change("revoke", {
  summary: "Revoke a subscription",
  description: "Ends at once what was granted. What Stripe manages is cancelled at Stripe.",
  permission: "manage",
  problems: ["stripe_managed"],
  handler: async (ctx) => {
    const { row, now } = ctx;
    if (row.source === "stripe") throw new ProblemError("stripe_managed", "Stripe told of it; nobody granted it.");
    if (row.status === "canceled") return row;
    const revoked = await subscriptions.patch(ctx, row, {
      status: "canceled",
      currentPeriodEnd: now,
      accessUntil: now,
      endNoticeAt: undefined,
      cancelAtPeriodEnd: false,
    });
    await tellMember({ ...ctx, organization: ctx.tenant.organization }, revoked, row);
    return revoked;
  },
});

function subscriptionOf(db: TenantReader, userId: Id<"users">): Promise<Doc<"subscriptions"> | null> {
  return db.index("subscriptions", "by_organizationId_and_userId", (q) => q.eq("userId", userId)).first();
}

/** @throws {ProblemError} 400 for a tier that there is not, or that nobody gets any more */
async function assertOffered(db: TenantReader, key: string): Promise<void> {
  const tier = await db.index("subscriptionTiers", "by_organizationId_and_key", (q) => q.eq("key", key)).first();
  if (!tier || tier.isArchived)
    throw invalidField("/tier", "invalid_value", tier ? "The tier is archived." : "There is no such tier.");
}

/** @throws {ProblemError} 409 while Stripe asks for money, or has been given some for the time being */
function assertNotStripes(row: Doc<"subscriptions">, now: number): void {
  const isOver = row.status === "none" || (row.status === "canceled" && !hasAccess(row, now));
  if (row.source === "stripe" && !isOver)
    throw new ProblemError("stripe_managed", `The member has ${row.tier} by Stripe, which says it is ${row.status}.`);
}
