import * as z from "zod";
import { asValues } from "../core/resources/casts";
import { crud } from "../core/resources/crud";
import { resource } from "../core/resources/resource";
import { described } from "../core/schema/fields";
import { invalidField, ProblemError } from "../core/wire/errors";
import { pricingTierFields } from "./tables";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { TenantReader } from "../core/records/reader";
import type { Doc } from "../_generated/dataModel";

type PricingTier = Doc<"integrationPricingTiers">;
type Tier = Pick<PricingTier, "integrationId" | "name" | "effectiveFrom"> & {
  readonly effectiveUntil?: number | undefined;
};

const pricingTiers = resource({
  name: "billing/pricingTiers",
  table: "integrationPricingTiers",
  path: "/pricing-tiers",
  fields: pricingTierFields,
  immutable: ["integrationId", "name", "unitCost", "currency"],
  defaulted: ["currency"],
  list: {
    filters: ["integrationId", "name"],
    ranges: { effectiveFrom: ["from", "to"] },
    sorts: ["effectiveFrom"],
    access: "permission",
  },
  hooks: {
    defaults: ({ tenant }) => ({ currency: tenant.organization.settings.currency }),
    rules: async ({ db }, next, previous) => {
      assertSpan(next);
      await assertAlone(db, next, previous);
      if (previous && next.effectiveFrom !== previous.effectiveFrom) await assertUnused(db, previous);
      if (previous && next.aggregation !== previous.aggregation) await assertUnused(db, previous);
    },
    beforeDelete: async ({ db }, row) => {
      await assertUnused(db, row);
      return undefined;
    },
  },
  problems: {
    create: ["tier_overlap"],
    update: ["tier_overlap", "tier_in_use"],
    delete: ["tier_in_use"],
  },
});

const { list, get, update, delete: remove } = crud(pricingTiers);
export { list, get, update, remove as delete };

export const create = pricingTiers.at("/").change("create", {
  summary: "Create a price",
  description:
    "Prices of one integration and tier do not overlap in time. `closePrevious` ends the one that has no end yet where this one begins.",
  input: () => ({
    ...pricingTiers.createFields,
    closePrevious: described(z.boolean(), "True to end the price before, which has no end yet.").optional(),
  }),
  problems: pricingTiers.problemsOf("create"),
  handler: async (ctx, { closePrevious, ...values }) => {
    if (closePrevious === true) await endOpenPrice(ctx, values);
    return pricingTiers.insert(ctx, asValues<"integrationPricingTiers">(values));
  },
});

/** Ends the price that holds where a new one begins, unless it has an end. */
async function endOpenPrice(ctx: TenantMutationContext, { integrationId, name, effectiveFrom }: Tier): Promise<void> {
  const open = await lastBefore(ctx.db, { integrationId, name }, effectiveFrom);
  if (open?.effectiveUntil === undefined && open)
    await pricingTiers.patch(ctx, open, { effectiveUntil: effectiveFrom });
}

function assertSpan({ effectiveFrom, effectiveUntil }: Tier): void {
  if (effectiveUntil !== undefined && effectiveUntil <= effectiveFrom)
    throw invalidField("/effectiveUntil", "too_small", "effectiveUntil must be after effectiveFrom; it is exclusive.");
}

/** @throws {ProblemError} 409 when another price of the tier holds at a time of this one */
async function assertAlone(db: TenantReader, next: Tier, previous: PricingTier | undefined): Promise<void> {
  // Those that there are do not overlap: of those that begin before this one ends, the last two tell, one of which may be itself.
  const others = await beginningBefore(db, next, next.effectiveUntil ?? Number.MAX_SAFE_INTEGER).take(2);
  const other = others.find(({ _id }) => _id !== previous?._id);
  if (!other || (other.effectiveUntil ?? Infinity) <= next.effectiveFrom) return;
  throw new ProblemError(
    "tier_overlap",
    `The price ${other._id} holds from ${new Date(other.effectiveFrom).toISOString()} ${other.effectiveUntil === undefined ? "on" : `to ${new Date(other.effectiveUntil).toISOString()}`}.`,
  );
}

function lastBefore(db: TenantReader, tier: Pick<Tier, "integrationId" | "name">, time: number) {
  return beginningBefore(db, tier, time).first();
}

function beginningBefore(
  db: TenantReader,
  { integrationId, name }: Pick<Tier, "integrationId" | "name">,
  time: number,
) {
  return db
    .index("integrationPricingTiers", "by_organizationId_and_integrationId_and_name_and_effectiveFrom", (q) =>
      q.eq("integrationId", integrationId).eq("name", name).lt("effectiveFrom", time),
    )
    .order("desc");
}

/** @throws {ProblemError} 409 when a line of a bill uses the price */
async function assertUnused(db: TenantReader, { _id }: PricingTier): Promise<void> {
  const line = await db
    .index("billLineItems", "by_organizationId_and_pricingTierId", (q) => q.eq("pricingTierId", _id))
    .first();
  if (line) throw new ProblemError("tier_in_use", `The bill ${line.billId} uses it.`);
}
