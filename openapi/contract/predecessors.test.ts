import { describe, expect, it } from "vitest";
import { tableMetadata } from "../../convex/core/schema/tableMetadata";
import { declarationOf } from "../../convex/core/schema/table";
import schema from "../../convex/schema";
import type { TableMetadata } from "../../convex/core/schema/table";

// What the backends that this one follows declare, beside what is here: tables, named indexes, uniqueness rules and the
// fields that every row has. What differs is named with its reason.

interface Predecessor {
  /** What the fields of the table are called here, or why there is none. */
  readonly fields: Readonly<Record<string, string | { readonly gone: string }>>;
  /** For each named index, by its fields, the fields of the index here that answers what it answers, and why they differ. */
  readonly indexes: Readonly<
    Record<string, { readonly of: readonly string[]; readonly here: readonly string[]; readonly why?: string }>
  >;
  /** Fields that no two rows share, and how that is held here. */
  readonly unique?: readonly (readonly string[])[];
}

const tenantFirst = "every index of an organization's rows begins with it, so that no read can leave it";
const tenantIs = "a tenant is an organization here: `organizationId`";
const trash = "rows in the trash stand apart in the index, so that no list filters them out afterwards";

const predecessors: Readonly<Record<string, Predecessor>> = {
  organizations: {
    fields: { name: "name", slug: "slug", createdAt: "createdAt", updatedAt: "updatedAt" },
    indexes: { by_slug: { of: ["slug"], here: ["slug"] } },
    unique: [["slug"]],
  },
  users: {
    fields: {
      email: "email",
      name: "name",
      organizationId: { gone: "a person is in several organizations: memberships hold it" },
      role: { gone: "a person's role is one of each membership" },
      createdAt: "createdAt",
      updatedAt: "updatedAt",
    },
    indexes: { by_email: { of: ["email"], here: ["email"] } },
    unique: [["email"]],
  },
  memberships: {
    fields: { userId: "userId", organizationId: "organizationId", role: "roleKey" },
    indexes: {
      by_organization: { of: ["organizationId"], here: ["organizationId"] },
      by_user: { of: ["userId"], here: ["userId"] },
    },
    unique: [["organizationId", "userId"]],
  },
  schedules: {
    fields: {
      title: "title",
      description: "description",
      organizationId: "organizationId",
      userId: "userId",
      startDate: "startDate",
      endDate: "endDate",
      status: "status",
      createdAt: "createdAt",
      updatedAt: "updatedAt",
    },
    indexes: {
      by_organization: { of: ["organizationId"], here: ["organizationId", "deletedAt"], why: trash },
      by_user: { of: ["userId"], here: ["organizationId", "deletedAt", "userId", "startDate"], why: tenantFirst },
      by_status: { of: ["status"], here: ["organizationId", "deletedAt", "status", "startDate"], why: tenantFirst },
      by_org_and_status: {
        of: ["organizationId", "status"],
        here: ["organizationId", "deletedAt", "status", "startDate"],
        why: trash,
      },
    },
  },
  items: {
    fields: {
      name: "name",
      status: "status",
      organizationId: "organizationId",
      createdBy: "createdBy",
    },
    indexes: {
      by_organization: { of: ["organizationId"], here: ["organizationId", "deletedAt"], why: trash },
      by_organization_status: {
        of: ["organizationId", "status"],
        here: ["organizationId", "deletedAt", "status"],
        why: trash,
      },
    },
  },
  todos: {
    fields: { organizationId: "organizationId", createdBy: "createdBy" },
    indexes: { by_organization: { of: ["organizationId"], here: ["organizationId"] } },
  },
  userProfiles: {
    fields: { userId: "userId", displayName: "displayName", bio: "bio" },
    indexes: { by_user: { of: ["userId"], here: ["userId"] } },
    unique: [["userId"]],
  },
  integrationPricingTiers: {
    fields: {
      tenantId: { gone: tenantIs },
      integrationId: "integrationId",
      name: "name",
      description: "description",
      unitCost: "unitCost",
      effectiveFrom: "effectiveFrom",
      effectiveUntil: "effectiveUntil",
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId"] },
      by_integration: {
        of: ["integrationId"],
        here: ["organizationId", "integrationId", "name", "effectiveFrom"],
        why: tenantFirst,
      },
      by_effective: {
        of: ["effectiveFrom", "effectiveUntil"],
        here: ["organizationId", "effectiveFrom", "effectiveUntil"],
        why: tenantFirst,
      },
    },
  },
  bills: {
    fields: {
      tenantId: { gone: tenantIs },
      periodStart: "periodStart",
      periodEnd: "periodEnd",
      status: "status",
      total: "total",
      finalizedAt: "finalizedAt",
      paidAt: "paidAt",
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId"] },
      by_period: {
        of: ["periodStart", "periodEnd"],
        here: ["organizationId", "periodStart", "periodEnd"],
        why: tenantFirst,
      },
      by_status: { of: ["status"], here: ["organizationId", "status", "periodStart"], why: tenantFirst },
    },
    unique: [["organizationId", "number"]],
  },
  billLineItems: {
    fields: {
      tenantId: { gone: tenantIs },
      billId: "billId",
      integrationId: "integrationId",
      pricingTierId: "pricingTierId",
      description: "description",
      units: "units",
      unitCost: "unitCost",
      total: "total",
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId", "billId"], why: "its lines are asked for by bill" },
      by_bill: { of: ["billId"], here: ["organizationId", "billId"], why: tenantFirst },
      by_integration: { of: ["integrationId"], here: ["organizationId", "integrationId"], why: tenantFirst },
    },
  },
  billingAdjustments: {
    fields: {
      tenantId: { gone: tenantIs },
      integrationId: "integrationId",
      type: "type",
      amount: "amount",
      reason: "reason",
      effectiveFrom: "effectiveFrom",
      effectiveTo: "effectiveTo",
      createdBy: "createdBy",
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId"] },
      by_integration: { of: ["integrationId"], here: ["organizationId", "integrationId"], why: tenantFirst },
      by_effective: {
        of: ["effectiveFrom", "effectiveTo"],
        here: ["organizationId", "effectiveFrom", "effectiveTo"],
        why: tenantFirst,
      },
    },
  },
  // Called memberships there, which are people in organizations here.
  subscriptions: {
    fields: {
      userId: "userId",
      tier: "tier",
      stripeCustomerId: "stripeCustomerId",
      stripeSubscriptionId: "stripeSubscriptionId",
      status: "status",
      currentPeriodEnd: "currentPeriodEnd",
    },
    indexes: {
      by_userId: { of: ["userId"], here: ["organizationId", "userId"], why: tenantFirst },
      by_stripeCustomerId: {
        of: ["stripeCustomerId"],
        here: ["organizationId", "stripeCustomerId"],
        why: tenantFirst,
      },
    },
    unique: [["organizationId", "userId"]],
  },
  auditLogs: {
    fields: {
      action: "action",
      entityType: "tableName",
      entityId: "recordId",
      userId: "userId",
      timestamp: "createdAt",
      changes: "changes",
    },
    indexes: {},
  },
};

const metadataOf = (table: string): TableMetadata => {
  const found = Object.entries(tableMetadata).find(([name]) => name === table)?.[1];
  if (!found) throw new Error(`There is no table ${table}.`);
  return found;
};

describe.each(Object.entries(predecessors))("%s", (table, { fields, indexes, unique = [] }) => {
  it("keeps every field, or says why not", () => {
    const definition = Object.entries(schema.tables).find(([name]) => name === table)?.[1];
    const { base, tenant } = metadataOf(table);
    const own = [
      ...Object.keys(declarationOf(definition ?? {})?.fields ?? {}),
      ...(tenant === "none" ? [] : ["organizationId"]),
      ...(base === "" ? [] : ["createdAt", "createdBy"]),
      ...(base === "CU" || base === "CUD" ? ["updatedAt"] : []),
    ];
    const kept = Object.values(fields).flatMap((field) => (typeof field === "string" ? [field] : []));
    expect(kept.filter((field) => !own.includes(field))).toEqual([]);
    const gone = Object.entries(fields).filter(([, field]) => typeof field !== "string");
    expect(gone.filter(([name]) => own.includes(name))).toEqual([]);
  });

  it("answers what each named index answered, by an index that differs for a reason alone", () => {
    const ours = Object.values(metadataOf(table).indexes).map((own) => own.join());
    for (const [name, { of, here, why }] of Object.entries(indexes)) {
      expect(ours, name).toContain(here.join());
      expect([name, of.every((field) => here.includes(field))]).toEqual([name, true]);
      expect([name, why === undefined]).toEqual([name, of.join() === here.join()]);
    }
  });

  it("keeps what was unique, under a code of its own", () => {
    const rules = metadataOf(table).unique.map((rule) => rule.fields.join());
    expect(unique.map((rule) => rule.join()).filter((rule) => !rules.includes(rule))).toEqual([]);
  });
});
