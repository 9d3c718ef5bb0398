import { api } from "../../convex/_generated/api";
import { defaultOrganizationSettings } from "../../convex/tenancy/tables";
import type { createProductHost } from "./productHost.testing";
import type { Id } from "../../convex/_generated/dataModel";

const issuer = "https://identity.example";
const stamps = { createdAt: 1, updatedAt: 1 };

type Host = ReturnType<typeof createProductHost>;

/** An organization that bills, as its owner sees it. */
export interface Billing {
  readonly host: Host;
  readonly organizationId: Id<"organizations">;
  readonly integrations: readonly Id<"integrations">[];
  readonly sites: readonly Id<"sites">[];
  readonly dataSources: readonly Id<"dataSources">[];
  readonly owner: ReturnType<Host["withIdentity"]>;
}

let count = 0;

/** Two integrations that every organization of a host can bill. */
export async function newIntegrations(host: Host): Promise<readonly Id<"integrations">[]> {
  count += 1;
  return host.run(async ({ db }) => {
    const made: Id<"integrations">[] = [];
    for (const slug of [`rmm-${count}`, `backup-${count}`])
      made.push(
        await db.insert("integrations", {
          slug,
          name: slug,
          description: "Devices.",
          category: "rmm",
          supportedTypes: ["devices"],
          isActive: true,
          ...stamps,
        }),
      );
    return made;
  });
}

/** An organization in a host, with two sites and two data sources. */
export async function newBilling(
  host: Host,
  integrations: readonly Id<"integrations">[],
  settings: { readonly timezone?: string; readonly currency?: string } = {},
): Promise<Billing> {
  count += 1;
  const subject = `ann${count}`;
  const tokenIdentifier = `${issuer}|${subject}`;
  const slug = `acme-${count}`;
  const rows = await host.run(async ({ db }) => {
    const ownerId = await db.insert("users", {
      tokenIdentifier,
      emailVerified: false,
      name: "Ann",
      status: "active",
      isPlatformAdmin: false,
      ...stamps,
    });
    const organizationId = await db.insert("organizations", {
      name: "Acme",
      slug,
      status: "active",
      ownerId,
      settings: { ...defaultOrganizationSettings, ...settings },
      ...stamps,
    });
    const role = { isSystem: false, scope: "organization", rank: 100, ...stamps } as const;
    const owner = { organizationId, key: "owner", name: "Owner", rights: ["*"], ...role };
    const roleId = await db.insert("roles", owner);
    const membership = { organizationId, userId: ownerId, roleId, roleKey: "owner", status: "active" } as const;
    await db.insert("memberships", { ...membership, ...stamps });
    const sites: Id<"sites">[] = [];
    const dataSources: Id<"dataSources">[] = [];
    for (const name of ["north", "south"]) {
      const site = { organizationId, name, slug: name, status: "active", ...stamps } as const;
      sites.push(await db.insert("sites", site));
      const [integrationId] = integrations;
      if (!integrationId) throw new Error("There are integrations.");
      dataSources.push(
        await db.insert("dataSources", {
          organizationId,
          integrationId,
          name,
          isPrimary: name === "north",
          status: "active",
          config: {},
          metadata: {},
          consecutiveFailures: 0,
          ...stamps,
        }),
      );
    }
    return { organizationId, sites, dataSources };
  });
  return { host, integrations, owner: host.withIdentity({ issuer, subject, tokenIdentifier }), ...rows };
}

/** What an organization's owner does, over the functions. */
export function acts({ owner, organizationId, integrations }: Billing) {
  const [integrationId = ""] = integrations;
  const of = { organizationId };
  const { pricingTiers, usageRecords, bills, billingAdjustments, billLineItems } = api.billing;
  return {
    price: (values: { unitCost: number; effectiveFrom: number } & Record<string, unknown>) =>
      owner.mutation(pricingTiers.create, { ...of, integrationId, ...values }),
    use: (values: { units: number } & Record<string, unknown>) =>
      owner.mutation(usageRecords.record, { ...of, integrationId, ...values }),
    useAll: (items: readonly ({ units: number } & Record<string, unknown>)[]) =>
      owner.mutation(usageRecords.recordBatch, { ...of, items: items.map((item) => ({ integrationId, ...item })) }),
    unuse: (usageId: string) => owner.mutation(usageRecords.delete, { ...of, usageId }),
    summary: (startDate: string, endDate: string) =>
      owner.query(usageRecords.getSummary, { ...of, startDate, endDate }),
    adjust: (
      values: {
        type: "credit" | "debit" | "discount";
        amount: number;
        effectiveFrom: number;
        effectiveTo: number;
      } & Record<string, unknown>,
    ) => owner.mutation(billingAdjustments.create, { ...of, reason: "Because", ...values }),
    bill: (startDate: string, endDate: string, further: { skipUnpriced?: boolean } = {}) =>
      owner.mutation(bills.generate, { ...of, startDate, endDate, ...further }),
    regenerate: (billId: string) => owner.mutation(bills.regenerate, { ...of, billId }),
    finalize: (billId: string) => owner.mutation(bills.finalize, { ...of, billId }),
    cancel: (billId: string) => owner.mutation(bills.cancel, { ...of, billId }),
    pay: (billId: string, further: { paidAt?: number } = {}) =>
      owner.mutation(bills.pay, { ...of, billId, ...further }),
    removeDraft: (billId: string) => owner.mutation(bills.delete, { ...of, billId }),
    read: (billId: string) => owner.query(bills.get, { ...of, billId, include: "lineItems" }),
    page: (billId: string) => owner.query(bills.getPage, { ...of, billId }),
    line: (billId: string, pricingTierId: string, units: number) =>
      owner.mutation(billLineItems.create, { ...of, billId, pricingTierId, units }),
  };
}
