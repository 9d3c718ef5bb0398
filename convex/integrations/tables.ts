import * as z from "zod";
import {
  described,
  exampleHash,
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
const entityTypePattern = /^[a-z][a-zA-Z0-9]{0,39}$/;

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
    {
      type: "object",
      required: ["baseUrl"],
      properties: { baseUrl: { type: "string", format: "uri", maxLength: 2048 } },
    },
  ).optional(),
};

/** What can be connected. Written by platform administrators, read by everybody. */
export const integrations = globalTable(integrationFields, "CU", {
  noun: "integration",
  description: "A product that organizations can connect, and what it brings.",
  audited: true,
  unique: [{ fields: ["slug"], index: "by_slug", code: "slug_taken", nameIn: [], exampleName: "halo-psa" }],
})
  .index("by_slug", ["slug"])
  .index("by_category", ["category"])
  .index("by_isActive", ["isActive"]);

export const dataSourceFields = {
  integrationId: described(reference("integrations", "restrict"), "The integration that it connects."),
  siteId: described(
    reference("sites", "null"),
    "The site that it belongs to; one without is the whole organization's.",
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
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_dataSourceId", ["organizationId", "dataSourceId"])
  .index("by_organizationId_and_dataSourceId_and_siteId", ["organizationId", "dataSourceId", "siteId"])
  .index("by_organizationId_and_siteId", ["organizationId", "siteId"]);

/** Items of one bulk upsert. */
export const maximumBatchItems = 200;
/** UTF-8 bytes of the raw and the normalized data of one entity. */
export const maximumRawBytes = 262_144;
export const maximumNormalizedBytes = 65_536;

const entityText = () => z.string().max(maximumRawBytes);

/** What both kinds of entities have in common. */
const observedFields = {
  entityType: described(entityType(), "What kind of thing it is, one of the integration's types.", "devices"),
  externalId: described(
    text(1, 200),
    "Its id in the connected system; unique there among those of its type, in the trash as well.",
    "device-4711",
  ),
  dataHash: described(
    z.string().regex(/^[0-9a-f]{64}$/),
    "SHA-256 of what is known of it, made by the server: raw data, normalized data and site as canonical JSON (RFC 8785).",
    exampleHash,
  ),
  rawBytes: described(integer(0, maximumRawBytes), "Bytes of the raw data, which `include=raw` shows.", 1894),
  normalizedData: described(
    jsonObject(maximumNormalizedBytes),
    "What integrations of a kind have in common, under the same names; `name` and `status` by convention.",
    { name: "PC-RECEPTION", status: "online", operatingSystem: "Windows 11 Pro" },
    { name: "SRV-FILES", status: "offline", operatingSystem: "Debian 13" },
  ),
};

export const entityFields = {
  integrationId: described(reference("integrations", "restrict"), "The integration of its data source."),
  dataSourceId: described(reference("dataSources", "cascade"), "The data source that brought it."),
  siteId: described(reference("sites", "null"), "The site that it belongs to.").optional(),
  ...observedFields,
  lastSeenAt: described(
    timestampMs(),
    "When a data source last brought it, changed or not: true to the day, since what has not changed is written once a day at most.",
  ),
};

/** What integrations brought. Written by bulk upserts, prunes and people; the event log tells of each change. */
export const entities = tenantTable(entityFields, "CUD", {
  noun: "entity",
  description: "A thing of a connected system, such as a device, a ticket or a company, as it was last brought.",
  events: ["created", "updated", "deleted", "restored"],
  unique: [
    {
      fields: ["organizationId", "dataSourceId", "entityType", "externalId"],
      index: "by_organizationId_and_dataSourceId_and_entityType_and_externalId",
      code: "external_id_taken",
      includesTrash: true,
    },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_integrationId_and_entityType", [
    "organizationId",
    "deletedAt",
    "integrationId",
    "entityType",
  ])
  .index("by_dataSource_and_type_and_lastSeen", [
    "organizationId",
    "deletedAt",
    "dataSourceId",
    "entityType",
    "lastSeenAt",
  ])
  .index("by_organizationId_and_deletedAt_and_siteId_and_entityType", [
    "organizationId",
    "deletedAt",
    "siteId",
    "entityType",
  ])
  .index("by_organizationId_and_deletedAt_and_entityType", ["organizationId", "deletedAt", "entityType"])
  .index("by_organizationId_and_deletedAt_and_externalId", ["organizationId", "deletedAt", "externalId"])
  .index("by_organizationId_and_dataSourceId_and_entityType_and_externalId", [
    "organizationId",
    "dataSourceId",
    "entityType",
    "externalId",
  ])
  .index("by_organizationId_and_siteId", ["organizationId", "siteId"]);

export const entityPayloadFields = {
  entityId: described(reference("entities", "cascade"), "The entity."),
  rawData: described(entityText(), "JSON text, as it was sent.", '{"id":4711,"name":"PC-RECEPTION"}'),
};

/** The raw data of entities, beside them: lists and upserts of hundreds would read more of it than a transaction may. */
export const entityPayloads = tenantTable(entityPayloadFields, "", {
  noun: "entityPayload",
  description: "What a connected system itself says of an entity.",
}).index("by_organizationId_and_entityId", ["organizationId", "entityId"]);

export const entityCountFields = {
  dataSourceId: described(reference("dataSources", "cascade"), "The data source."),
  entityType: described(entityType(), "The type.", "devices"),
  live: described(integer(0, 1_000_000_000), "Entities of both that are not in the trash.", 4711),
};

/** How many entities there are, changed with the entities themselves: what share of them a prune would take. */
export const entityCounts = tenantTable(entityCountFields, "", {
  noun: "entityCount",
  description: "How many entities of a type a data source has brought.",
}).index("by_organizationId_and_dataSourceId_and_entityType", ["organizationId", "dataSourceId", "entityType"]);

export const globalEntityFields = {
  integrationId: described(reference("integrations", "restrict"), "The integration that it belongs to."),
  ...observedFields,
};

/** What belongs to an integration whoever connects it. Written by platform administrators, read by everybody. */
export const globalEntities = globalTable(globalEntityFields, "CU", {
  noun: "globalEntity",
  description:
    "A thing that belongs to an integration and to no organization, such as an article of a vendor's catalogue.",
  audited: true,
  unique: [
    {
      fields: ["integrationId", "entityType", "externalId"],
      index: "by_integrationId_and_entityType_and_externalId",
      code: "external_id_taken",
    },
  ],
})
  .index("by_integrationId", ["integrationId"])
  .index("by_entityType", ["entityType"])
  .index("by_integrationId_and_entityType_and_externalId", ["integrationId", "entityType", "externalId"]);

export const globalEntityPayloadFields = {
  globalEntityId: described(reference("globalEntities", "cascade"), "The global entity."),
  rawData: entityPayloadFields.rawData,
};

/** The raw data of global entities. */
export const globalEntityPayloads = globalTable(globalEntityPayloadFields, "", {
  noun: "globalEntityPayload",
  description: "What a vendor itself says of a global entity.",
}).index("by_globalEntityId", ["globalEntityId"]);

export const entityRelationshipFields = {
  parentEntityId: described(reference("entities", "cascade"), "The entity that it begins at."),
  childEntityId: described(reference("entities", "cascade"), "The entity that it ends at; another one."),
  relationshipType: described(
    text(1, 60),
    "What the child is to the parent: `parent`, `member_of`, `assigned_to`, `related` or a name of one's own.",
    "assigned_to",
  ),
  metadata: described(jsonObject(8192), "What else is known of it.", { since: "2026-01-15" }).optional(),
};

/** How entities belong together: directed, of any type, in cycles where the connected systems say so. */
export const entityRelationships = tenantTable(entityRelationshipFields, "CU", {
  noun: "entityRelationship",
  description: "What one entity is to another.",
  unique: [
    {
      fields: ["organizationId", "parentEntityId", "relationshipType", "childEntityId"],
      index: "by_parent_and_type_and_child",
      code: "already_linked",
    },
  ],
})
  .index("by_parent_and_type_and_child", ["organizationId", "parentEntityId", "relationshipType", "childEntityId"])
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_parentEntityId", ["organizationId", "parentEntityId"])
  .index("by_organizationId_and_parentEntityId_and_relationshipType", [
    "organizationId",
    "parentEntityId",
    "relationshipType",
  ])
  .index("by_organizationId_and_childEntityId", ["organizationId", "childEntityId"])
  .index("by_organizationId_and_childEntityId_and_relationshipType", [
    "organizationId",
    "childEntityId",
    "relationshipType",
  ])
  .index("by_organizationId_and_relationshipType", ["organizationId", "relationshipType"]);
