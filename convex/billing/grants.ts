import type { Grants } from "../core/access/roles";

/** Who may do what in `billing`: a permission a row, the built-in roles that hold it by reach, whether API keys may carry it. */
export const grants = {
  "pricingTier:read": { all: ["owner", "admin"], keys: true, description: "Read prices." },
  "pricingTier:create": { all: ["owner", "admin"], keys: true, description: "Create prices." },
  "pricingTier:update": { all: ["owner", "admin"], keys: true, description: "Change and end prices." },
  "pricingTier:delete": { all: ["owner", "admin"], keys: true, description: "Delete prices that no bill has used." },
  "usage:read": { all: ["owner", "admin"], keys: true, description: "Read usage and what it comes to." },
  "usage:create": { all: ["owner", "admin"], keys: true, description: "Record usage." },
  "usage:delete": { all: ["owner", "admin"], keys: true, description: "Delete usage that was not billed." },
  "bill:read": { all: ["owner", "admin"], keys: true, description: "Read bills and their lines." },
  "bill:generate": { all: ["owner", "admin"], keys: true, description: "Generate bills, and compute drafts again." },
  "bill:update": { all: ["owner", "admin"], keys: true, description: "Change notes and lines of drafts." },
  "bill:finalize": { all: ["owner", "admin"], keys: true, description: "Finalize bills." },
  "bill:pay": { all: ["owner", "admin"], keys: true, description: "Mark bills as paid." },
  "bill:cancel": { all: ["owner", "admin"], keys: true, description: "Cancel bills." },
  "bill:delete": { all: ["owner", "admin"], keys: true, description: "Delete drafts." },
  "billingAdjustment:read": { all: ["owner", "admin"], keys: true, description: "Read credits, debits and discounts." },
  "billingAdjustment:create": {
    all: ["owner", "admin"],
    keys: true,
    description: "Create credits, debits and discounts.",
  },
  "billingAdjustment:update": {
    all: ["owner", "admin"],
    keys: true,
    description: "Change credits, debits and discounts.",
  },
  "billingAdjustment:delete": {
    all: ["owner", "admin"],
    keys: true,
    description: "Delete credits, debits and discounts that no bill has used.",
  },
  "subscriptionTier:read": {
    all: ["owner", "admin", "moderator", "member", "viewer", "developer", "support", "client"],
    keys: true,
    description: "Read tiers that members can hold.",
  },
  "subscriptionTier:create": { all: ["owner", "admin"], keys: true, description: "Create tiers." },
  "subscriptionTier:update": { all: ["owner", "admin"], keys: true, description: "Change and archive tiers." },
  "subscriptionTier:delete": { all: ["owner", "admin"], keys: true, description: "Delete tiers that nobody holds." },
  "subscription:read": {
    all: ["owner", "admin", "moderator"],
    keys: true,
    description: "Read what members subscribe to.",
  },
  "subscription:manage": { all: ["owner", "admin"], keys: true, description: "Grant and revoke subscriptions." },
} as const satisfies Grants;
