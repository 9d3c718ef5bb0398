import { reachOf } from "../../core/access/rights";
import { withPublicId } from "../../core/records/documents";
import { resource } from "../../core/resources/resource";
import { subscriptionFields } from "../tables";

/** Subscriptions as every module of the domain reads and writes them. */
export const subscriptions = resource({
  name: "billing/subscriptions",
  table: "subscriptions",
  path: "/subscriptions",
  fields: subscriptionFields,
  list: { filters: ["status", "tier", "userId"], access: "permission" },
  // Who pays at Stripe is for those who may manage it.
  show: ({ tenant }, row) =>
    withPublicId(
      reachOf(tenant.rights, "subscription:manage")
        ? row
        : { ...row, stripeCustomerId: undefined, stripeSubscriptionId: undefined },
    ),
});
