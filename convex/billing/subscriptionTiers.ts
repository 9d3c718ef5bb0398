import { crud } from "../core/resources/crud";
import { resource } from "../core/resources/resource";
import { ProblemError } from "../core/wire/errors";
import { subscriptionTierFields } from "./tables";

const subscriptionTiers = resource({
  name: "billing/subscriptionTiers",
  table: "subscriptionTiers",
  path: "/subscription-tiers",
  fields: subscriptionTierFields,
  immutable: ["key"],
  defaulted: ["order"],
  list: { filters: ["isArchived", "key"], sorts: ["order"] },
  hooks: {
    defaults: async ({ db }) => {
      const last = await db
        .index("subscriptionTiers", "by_organizationId_and_order", (q) => q)
        .order("desc")
        .first();
      return { order: Math.min((last?.order ?? 0) + 1, 1_000_000) };
    },
    beforeDelete: async ({ db }, { key }) => {
      const holder = await db
        .index("subscriptions", "by_organizationId_and_tier_and_status", (q) => q.eq("tier", key))
        .first();
      if (holder) throw new ProblemError("tier_in_use", `The subscription ${holder._id} is of it.`);
      return undefined;
    },
  },
  problems: { delete: ["tier_in_use"] },
});

const { list, get, create, update, delete: remove } = crud(subscriptionTiers);
export { list, get, create, update, remove as delete };
