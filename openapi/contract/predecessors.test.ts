import { describe, expect, it } from "vitest";
import { tableMetadata } from "../../convex/core/schema/tableMetadata";
import { declarationOf } from "../../convex/core/schema/table";
import schema from "../../convex/schema";
import { dockPredecessors } from "./dockPredecessors.testing";
import { byTime, tenantFirst, tenantIs, trash } from "./predecessors.testing";
import type { Predecessor } from "./predecessors.testing";
import type { TableMetadata } from "../../convex/core/schema/table";

// What the backends that this one follows declare, beside what is here: tables, named indexes, uniqueness rules and the
// fields that every row has. What differs is named with its reason.

/** What the integrations and jobs of an MSP's backend on Convex were, whose tables had names in snake_case. */
const mspPredecessors: Readonly<Record<string, Predecessor>> = {
  integrations: {
    fields: {
      _id: "slug",
      name: "name",
      description: "description",
      category: "category",
      supportedTypes: "supportedTypes",
      isActive: "isActive",
    },
    indexes: {
      by_category: { of: ["category"], here: ["category"] },
      by_is_active: { of: ["isActive"], here: ["isActive"] },
    },
    unique: [["slug"]],
  },
  dataSources: {
    fields: {
      tenantId: "organizationId",
      integrationId: "integrationId",
      siteId: "siteId",
      status: "status",
      config: "config",
      credentialExpirationAt: "credentialExpirationAt",
      syncInProgress: { gone: "each type has a job and a run of its own, which say so" },
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId", "deletedAt"], why: trash },
      by_integration: {
        of: ["integrationId"],
        here: ["organizationId", "deletedAt", "integrationId"],
        why: tenantFirst,
      },
      by_site: { of: ["siteId"], here: ["organizationId", "deletedAt", "siteId"], why: tenantFirst },
      by_status: { of: ["status"], here: ["organizationId", "deletedAt", "status"], why: tenantFirst },
      by_external_id: { of: ["externalId"], here: ["organizationId", "deletedAt", "externalId"], why: tenantFirst },
    },
    unique: [["organizationId", "integrationId", "externalId"]],
  },
  dataSourceSites: {
    fields: { tenantId: "organizationId", dataSourceId: "dataSourceId", siteId: "siteId" },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId"] },
      by_data_source: { of: ["dataSourceId"], here: ["organizationId", "dataSourceId"], why: tenantFirst },
      by_site: { of: ["siteId"], here: ["organizationId", "siteId"], why: tenantFirst },
    },
    unique: [["organizationId", "dataSourceId", "siteId"]],
  },
  entities: {
    fields: {
      tenantId: "organizationId",
      integrationId: "integrationId",
      dataSourceId: "dataSourceId",
      siteId: "siteId",
      entityType: "entityType",
      externalId: "externalId",
      dataHash: "dataHash",
      normalizedData: "normalizedData",
      rawData: { gone: "raw data is text beside the row, which lists and upserts do not read" },
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId", "deletedAt"], why: trash },
      by_integration: {
        of: ["integrationId"],
        here: ["organizationId", "deletedAt", "integrationId", "entityType"],
        why: tenantFirst,
      },
      by_data_source: {
        of: ["dataSourceId"],
        here: ["organizationId", "deletedAt", "dataSourceId", "entityType", "lastSeenAt"],
        why: tenantFirst,
      },
      by_site: { of: ["siteId"], here: ["organizationId", "deletedAt", "siteId", "entityType"], why: tenantFirst },
      by_type: { of: ["entityType"], here: ["organizationId", "deletedAt", "entityType"], why: tenantFirst },
      by_external_id: { of: ["externalId"], here: ["organizationId", "deletedAt", "externalId"], why: tenantFirst },
      by_type_and_external_id: {
        of: ["entityType", "externalId"],
        here: ["organizationId", "dataSourceId", "entityType", "externalId"],
        why: "an external id is unique within its data source and type",
      },
    },
    unique: [["organizationId", "dataSourceId", "entityType", "externalId"]],
  },
  globalEntities: {
    fields: {
      integrationId: "integrationId",
      entityType: "entityType",
      externalId: "externalId",
      dataHash: "dataHash",
      normalizedData: "normalizedData",
      rawData: { gone: "raw data is text beside the row" },
    },
    indexes: {
      by_integration: { of: ["integrationId"], here: ["integrationId"] },
      by_type: { of: ["entityType"], here: ["entityType"] },
      by_external_id: {
        of: ["externalId"],
        here: ["integrationId", "entityType", "externalId"],
        why: "an external id is unique within its integration and type",
      },
    },
    unique: [["integrationId", "entityType", "externalId"]],
  },
  entityRelationships: {
    fields: {
      tenantId: "organizationId",
      parentEntityId: "parentEntityId",
      childEntityId: "childEntityId",
      relationshipType: "relationshipType",
      metadata: "metadata",
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId"] },
      by_parent: {
        of: ["parentEntityId"],
        here: ["organizationId", "parentEntityId", "relationshipType", "childEntityId"],
        why: tenantFirst,
      },
      by_child: {
        of: ["childEntityId"],
        here: ["organizationId", "childEntityId", "relationshipType"],
        why: tenantFirst,
      },
      by_type: { of: ["relationshipType"], here: ["organizationId", "relationshipType"], why: tenantFirst },
    },
    unique: [["organizationId", "parentEntityId", "relationshipType", "childEntityId"]],
  },
  scheduledJobs: {
    fields: {
      tenantId: "organizationId",
      integrationId: "integrationId",
      dataSourceId: "dataSourceId",
      action: "action",
      payload: "payload",
      status: "status",
      scheduledAt: "scheduledAt",
      attempts: "attempts",
      nextRetryAt: "nextRetryAt",
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId"] },
      by_status: {
        of: ["status"],
        here: ["organizationId", "status", "priority", "scheduledAt"],
        why: tenantFirst,
      },
      by_scheduled_at: { of: ["scheduledAt"], here: ["organizationId", "scheduledAt"], why: tenantFirst },
      by_integration: { of: ["integrationId"], here: ["organizationId", "integrationId", "status"], why: tenantFirst },
      by_next_retry: {
        of: ["nextRetryAt"],
        here: ["status", "nextRetryAt"],
        why: "what is due is looked for by state",
      },
    },
  },
  eventLogs: {
    fields: {
      tenantId: "organizationId",
      entityId: "entityId",
      eventType: "eventType",
      status: "status",
      payload: "payload",
      processedAt: "processedAt",
      retryCount: "retryCount",
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId", "createdAt"], why: byTime },
      by_entity: { of: ["entityId"], here: ["organizationId", "entityId", "createdAt"], why: tenantFirst },
      by_status: { of: ["status"], here: ["organizationId", "status", "createdAt"], why: tenantFirst },
      by_type: { of: ["eventType"], here: ["organizationId", "eventType", "createdAt"], why: tenantFirst },
    },
  },
  syncHistory: {
    fields: {
      tenantId: "organizationId",
      sourceType: "sourceType",
      sourceId: "sourceId",
      trigger: "trigger",
      status: "status",
      startedAt: "startedAt",
      counts: "counts",
    },
    indexes: {
      by_tenant: { of: ["organizationId"], here: ["organizationId", "startedAt"], why: byTime },
      by_source: {
        of: ["sourceType", "sourceId"],
        here: ["organizationId", "sourceType", "sourceId", "startedAt"],
        why: tenantFirst,
      },
      by_status: { of: ["status"], here: ["organizationId", "status", "startedAt"], why: tenantFirst },
    },
    unique: [["organizationId", "openKey"]],
  },
};

const predecessors: Readonly<Record<string, Predecessor>> = {
  ...mspPredecessors,
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

const all = [
  ...Object.entries(predecessors).map(([table, predecessor]) => ({ title: table, table, ...predecessor })),
  ...Object.entries(dockPredecessors).map(([table, predecessor]) => ({
    title: `${table}, where there were docks`,
    table,
    ...predecessor,
  })),
];

describe.each(all)("$title", ({ table, fields, indexes, unique = [], upserted }) => {
  it("keeps every field, or says why not", () => {
    const definition = Object.entries(schema.tables).find(([name]) => name === table)?.[1];
    const { base, tenant } = metadataOf(table);
    const own = [
      ...Object.keys(declarationOf(definition ?? {})?.fields ?? {}),
      ...(tenant === "none" ? [] : ["organizationId"]),
      ...(base === "" ? [] : ["createdAt", "createdBy"]),
      ...(base === "CU" || base === "CUD" ? ["updatedAt"] : []),
      ...(base === "CUD" ? ["deletedAt"] : []),
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

  it("keeps what was unique, under a code of its own or by whom alone it is written", () => {
    const indexed = Object.values(metadataOf(table).indexes).map((own) => own.join());
    expect(indexed).toEqual(expect.arrayContaining(upserted ? [upserted.join()] : []));
    const rules = metadataOf(table).unique.map((rule) => rule.fields.join());
    expect(unique.map((rule) => rule.join()).filter((rule) => !rules.includes(rule))).toEqual([]);
  });
});

it("has no table of a provider's own", () => {
  const providers = /aws|cloudflare|digitalocean|gridpane|hetzner|netlify|vercel|vultr/i;
  expect(Object.keys(schema.tables).filter((table) => providers.test(table))).toEqual([]);
});
