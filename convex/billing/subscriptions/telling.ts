import { queueEmail } from "../../messaging/mail";
import { notify } from "../../messaging/notify";
import { hasAccess } from "./purchases";
import type { Subscription } from "./purchases";
import type { Doc } from "../../_generated/dataModel";

const notifications = {
  active: "subscription_active",
  trialing: "subscription_active",
  past_due: "subscription_past_due",
  canceled: "subscription_canceled",
} as const;
const templates = {
  subscription_active: "subscriptionActive",
  subscription_past_due: "paymentFailed",
  subscription_canceled: "subscriptionCanceled",
  trial_ending: "trialEnding",
} as const;

type Telling = Parameters<typeof notify>[0] &
  Parameters<typeof queueEmail>[0] & { readonly organization: Doc<"organizations"> };

/** Tells a member of a subscription that stands otherwise than before, here and by e-mail. */
export async function tellMember(ctx: Telling, after: Subscription, before: Subscription | null): Promise<void> {
  if (after.status === "none") return;
  const type = notifications[after.status];
  const isTold = before !== null && before.status !== "none" && notifications[before.status] === type;
  if (isTold && before.tier === after.tier) return;
  await tell(ctx, type, after, hasAccess(after, ctx.now) ? after.accessUntil : undefined);
}

/** Tells a member that the trial ends in a few days. */
export async function tellOfTrialEnd(ctx: Telling, subscription: Subscription): Promise<void> {
  await tell(ctx, "trial_ending", subscription, subscription.trialEndsAt);
}

/** Tells a member that access has ended. */
export async function tellOfEnd(ctx: Telling, subscription: Subscription): Promise<void> {
  await tell(ctx, "subscription_canceled", subscription, undefined);
}

async function tell(
  ctx: Telling,
  type: keyof typeof templates,
  { _id, userId, tier }: Subscription,
  until: number | undefined,
): Promise<void> {
  const { db, unscoped, organization } = ctx;
  await notify(ctx, { userId, type, data: { subscriptionId: _id, tier } });
  const user = await unscoped.get("users", userId);
  if (!user?.email) return;
  const row = await db.index("subscriptionTiers", "by_organizationId_and_key", (q) => q.eq("key", tier)).first();
  await queueEmail(ctx, {
    template: templates[type],
    to: user.email,
    userId,
    organization,
    data: { organizationName: organization.name, tierName: row?.name ?? tier, until },
  });
}
