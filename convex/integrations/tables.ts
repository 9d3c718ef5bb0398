import * as z from "zod";
import {
  described,
  httpsUrl,
  integer,
  jsonObject,
  plainName,
  reference,
  sealed,
  text,
  timestampMs,
} from "../core/schema/fields";
import { globalTable, tenantTable } from "../core/schema/table";

/** Programs of this deployment that speak with providers; the jobs of other integrations are for workers. */
export const adapterNames = ["psa"] as const;
export type AdapterName = (typeof adapterNames)[number];

/** What a kind of entity is called: `devices`, `tickets`. */
export const entityTypePattern = /^[a-z][a-zA-Z0-9]{0,39}$/;

/** How often and how urgently one type is synced where its integration does not say. */
export const typeDefaults = { priority: 5, rateMinutes: 60 } as const;

const entityType = () => z.string().max(40).regex(entityTypePattern);

export const integrationFields = {
  slug: described(
    z
      .string()
      .max(40)
      .regex(/^[a-z0-9-]{2,40}$/),
    "Its name in URLs, unique in the deployment and taken wherever its id is.",
    "halo-psa",
    "sophos-central",
  ),
  name: described(plainName(1, 80), "What people call it.", "HaloPSA", "Sophos Central"),
  description: described(text(0, 1000), "What it connects, in a sentence or two.", "Companies, tickets and devices."),
  category: described(
    z.enum(["psa", "rmm", "security", "backup", "identity", "network", "other"]),
    "What kind of system it connects.",
  ),
  supportedTypes: described(z.array(entityType()).min(1).max(50), "The types of entities that it brings.", [
    "companies",
    "devices",
    "tickets",
  ]),
  typeConfig: described(
    z.record(
      entityType(),
      z.object({
        priority: described(integer(1, 10), "Which jobs come first: 1 before 10; 5 unless given.", 5).optional(),
        rateMinutes: described(
          integer(1, 43_200),
          "Minutes between two syncs of a data source; 60 unless given.",
          60,
        ).optional(),
        fullEveryHours: described(
          integer(1, 8760),
          "Hours after which a sync reads everything again instead of what has changed; each does unless given.",
          24,
        ).optional(),
      }),
    ),
    "How the types are synced.",
    { tickets: { priority: 3, rateMinutes: 15 } },
  ).optional(),
  adapter: described(
    z.enum(adapterNames),
    "The program of this deployment that syncs it; without one, workers claim its jobs.",
  ).optional(),
  isActive: described(z.boolean(), "False stops new data sources, tests and syncs of it.").default(true),
  iconUrl: described(httpsUrl(), "A picture of it.", "https://cdn.example.com/halo-psa.svg").optional(),
  color: described(
    z
      .string()
      .max(9)
      .regex(/^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/),
    "Its colour, in hexadecimal digits.",
    "#1d4ed8",
  ).optional(),
  productUrl: described(httpsUrl(), "The page of the product.", "https://www.example.com/halo-psa").optional(),
  configSchema: described(
    jsonObject(16_384, "any"),
    "JSON Schema of the `config` of its data sources; without one, any object will do.",
    { type: "object", required: ["baseUrl"], properties: { baseUrl: { type: "string", format: "uri" } } },
  ).optional(),
};

/** What can be connected. Written by platform administrators, read by everybody. */
export const integrations = globalTable(integrationFields, "CU", {
  noun: "integration",
  description: "A product that organizations can connect, and what it brings.",
  audited: true,
  unique: [{ fields: ["slug"], index: "by_slug", code: "slug_taken" }],
})
  .index("by_slug", ["slug"])
  .index("by_category", ["category"])
  .index("by_isActive", ["isActive"]);

export const dataSourceFields = {
  integrationId: described(
    reference("integrations", "restrict"),
    "What it connects: the id of an integration, or its slug.",
  ),
  siteId: described(
    reference("sites", "null"),
    "The site that it belongs to; absent where it is the whole organization's.",
  ).optional(),
  name: described(plainName(1, 120), "What people call it.", "HaloPSA of Rotterdam"),
  externalId: described(
    text(1, 200),
    "Its id in the connected system; unique among the organization's data sources of the integration.",
    "tenant-10442",
    "tenant-10443",
  ).optional(),
  isPrimary: described(
    z.boolean(),
    "Whether it is the one that stands for the integration; one of the organization's is.",
  ),
  status: described(
    z.enum(["active", "inactive", "error"]),
    "`active` once a test or a sync has succeeded; `error` after one has failed for good, until the next that succeeds.",
  ),
  config: described(
    jsonObject(32_768),
    "How it is reached, as the integration's `configSchema` says; no secrets. URLs in it are `https`, on public hosts.",
    { baseUrl: "https://psa.example.com" },
  ).default({}),
  encryptedCredentials: described(sealed(), "What it signs in with.").optional(),
  credentialKeyVersion: described(
    integer(1, 255),
    "The version of the deployment's key that its credentials are encrypted with; absent while it has none.",
    1,
  ).optional(),
  credentialExpirationAt: described(
    timestampMs(),
    "When its credentials end; administrators are told 14, 3 and 1 days before.",
    Date.UTC(2026, 6, 1),
  ).optional(),
  credentialWarnings: described(integer(0, 3), "How often they were told.", 0).optional(),
  maxCallsPerHour: described(
    integer(10, 1_000_000),
    "Calls an hour that the provider allows; syncs take half of them at most, since others share them.",
    10_000,
  ).optional(),
  callBudget: described(
    z.object({
      startedAt: described(timestampMs(), "When the hour began."),
      calls: described(integer(0, 1_000_000), "Calls made in it.", 12),
    }),
    "Calls of the present hour.",
  ).optional(),
  metadata: described(jsonObject(16_384), "What syncs keep with it, by type: when it was last read, and up to where.", {
    "sync.tickets": { lastSyncAt: Date.UTC(2026, 0, 15, 9, 30), cursor: "2026-01-15T09:30:00Z" },
  }).default({}),
  lastSyncAt: described(timestampMs(), "When a sync last succeeded; absent before the first.").optional(),
  lastSyncError: described(
    text(1, 1000),
    "Why the last test or sync failed for good; absent after one that did not.",
    "The provider answered 401.",
  ).optional(),
  consecutiveFailures: described(integer(0, 1_000_000_000), "Tests and syncs in a row that failed for good.", 0),
  nextSyncAt: described(
    timestampMs(),
    "When its next type is due to be synced by itself; absent while it is not synced.",
  ).optional(),
};

/** A connected product. Written by administrators, by tests and by syncs. */
export const dataSources = tenantTable(dataSourceFields, "CUD", {
  noun: "dataSource",
  description: "An integration as an organization has connected it: for all of it, or for one site.",
  audited: true,
  secret: ["credentialWarnings", "callBudget"],
  events: [
    { type: "dataSource.synced", description: "A sync has succeeded; `data` is the data source." },
    {
      type: "dataSource.error",
      description: "A test or a sync has failed for good.",
      on: ["updated"],
      was: { status: ["active", "inactive"] },
      becomes: { status: "error" },
    },
  ],
  unique: [
    {
      fields: ["organizationId", "integrationId", "externalId"],
      index: "by_organizationId_and_deletedAt_and_integrationId_and_externalId",
      code: "external_id_taken",
    },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_integrationId", ["organizationId", "deletedAt", "integrationId"])
  .index("by_organizationId_and_deletedAt_and_integrationId_and_isPrimary", [
    "organizationId",
    "deletedAt",
    "integrationId",
    "isPrimary",
  ])
  .index("by_organizationId_and_deletedAt_and_integrationId_and_externalId", [
    "organizationId",
    "deletedAt",
    "integrationId",
    "externalId",
  ])
  .index("by_organizationId_and_deletedAt_and_siteId", ["organizationId", "deletedAt", "siteId"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"])
  .index("by_organizationId_and_deletedAt_and_externalId", ["organizationId", "deletedAt", "externalId"])
  .index("by_organizationId_and_siteId", ["organizationId", "siteId"])
  .index("by_integrationId", ["integrationId"])
  .index("by_credentialExpirationAt", ["credentialExpirationAt"])
  .index("by_status_and_nextSyncAt", ["status", "nextSyncAt"]);

export const dataSourceSiteFields = {
  dataSourceId: described(reference("dataSources", "cascade"), "The data source."),
  siteId: described(reference("sites", "cascade"), "A site that it brings entities of."),
};

/** Which sites a data source brings entities of. Written by administrators. */
export const dataSourceSites = tenantTable(dataSourceSiteFields, "C", {
  noun: "dataSourceSite",
  description: "A site that a data source brings entities of.",
  audited: true,
  unique: [
    {
      fields: ["organizationId", "dataSourceId", "siteId"],
      index: "by_organizationId_and_dataSourceId_and_siteId",
      code: "already_linked",
    },
  ],
})
  .index("by_organizationId_and_dataSourceId_and_siteId", ["organizationId", "dataSourceId", "siteId"])
  .index("by_organizationId_and_siteId", ["organizationId", "siteId"]);
