import { notify } from "../../messaging/notify";
import type { Subscription } from "./purchases";

const notifications = {
  active: "subscription_active",
  trialing: "subscription_active",
  past_due: "subscription_past_due",
  canceled: "subscription_canceled",
} as const;

type Telling = Parameters<typeof notify>[0];

/** Tells a member of a subscription that stands otherwise than before. */
export async function tellMember(ctx: Telling, after: Subscription, before: Subscription | null): Promise<void> {
  if (after.status === "none") return;
  const type = notifications[after.status];
  const isTold = before !== null && before.status !== "none" && notifications[before.status] === type;
  if (isTold && before.tier === after.tier) return;
  await notify(ctx, { userId: after.userId, type, data: { subscriptionId: after._id, tier: after.tier } });
}

/** Tells a member that the trial ends in a few days. */
export async function tellOfTrialEnd(ctx: Telling, { _id, userId, tier }: Subscription): Promise<void> {
  await notify(ctx, { userId, type: "trial_ending", data: { subscriptionId: _id, tier } });
}
