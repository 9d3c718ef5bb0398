import * as z from "zod";
import {
  described,
  exampleHash,
  exampleRowId,
  integer,
  jsonObject,
  madeWhenAbsent,
  outboundUrl,
  plainName,
  reference,
  sealed,
  slug,
  tags,
  text,
  timestampMs,
} from "../core/schema/fields";
import { tenantTable } from "../core/schema/table";
import type { EventRule } from "../core/schema/table";

/** What a request may say of how a dock is synced. */
export const syncSettings = {
  enabled: described(z.boolean(), "Whether it is synced by itself."),
  intervalSeconds: described(
    integer(60, 86_400),
    "Seconds between two syncs; not fewer than the provider's `minimumIntervalSeconds`.",
    300,
  ),
};

export const dockFields = {
  name: described(
    plainName(1, 80),
    "What people call it; unique in the organization.",
    "DigitalOcean of Acme",
    "DigitalOcean of Acme Europe",
  ),
  provider: described(text(1, 40), "The provider, as `GET /v1/providers` names it.", "mock"),
  encryptedApiKey: described(sealed(), "The key of the provider.").optional(),
  keyHint: described(text(4, 4), "How the key ends; absent while it has none.", "9f3c").optional(),
  keyFingerprint: described(
    z.string().max(64),
    "A keyed hash of provider and key, by which docks of the same key share what the provider allows.",
    exampleHash,
  ).optional(),
  providerAccountId: described(
    text(1, 200),
    "The provider's account that the key is of, as the first sync has found it.",
    "acct-10442",
  ).optional(),
  baseUrl: described(
    outboundUrl(),
    "Where it is asked, of providers that have no address of their own. Whoever reads the dock reads it: secrets belong in the key.",
    "https://infrastructure.example.com/api",
  ).optional(),
  lastSyncStatus: described(
    z.enum(["pending", "syncing", "success", "error"]),
    "How its last sync went, or that it is to come.",
  ),
  lastSyncAt: described(timestampMs(), "When a sync last ended; absent before the first.").optional(),
  lastSyncError: described(
    text(1, 1000),
    "Why the last sync failed; absent where it did not.",
    "The provider answered 401.",
  ).optional(),
  syncInProgress: described(z.boolean(), "Whether a sync runs."),
  syncStartedAt: described(timestampMs(), "When that began.").optional(),
  syncConfig: described(z.object(syncSettings), "How it is synced."),
  rateLimitRemaining: described(integer(0, 1_000_000_000), "Requests that the provider still allows.", 4990).optional(),
  rateLimitResetAt: described(timestampMs(), "When it allows all of them again.").optional(),
  rateLimitLimit: described(integer(0, 1_000_000_000), "How many it allows.", 5000).optional(),
  consecutiveFailures: described(integer(0, 1_000_000), "Syncs that failed since the last that did not.", 0).optional(),
  nextSyncAt: described(
    timestampMs(),
    "When it is looked at again whether to sync it by itself; absent before the first time.",
  ).optional(),
};

const resourceNews = {
  created: "are new, or back from the trash",
  updated: "are not as they were with their provider",
  deleted: "went into the trash",
} as const;

/** What webhooks are told of resources, in batches: a row each would be thousands of deliveries of a first sync. */
const resourceEvents = (["created", "updated", "deleted"] as const).map((happened): EventRule => ({
  type: `resource.${happened}`,
  description: `Resources ${resourceNews[happened]}; \`data\` is their dock, with them in \`resources\`.`,
  adds: {
    field: "resources",
    texts: {
      resourceTable: ["The table that it is in.", "servers"],
      resourceId: ["Its id there.", exampleRowId],
      name: ["What it is called.", "web-1"],
      status: ["How it is; `deleted` where it is in the trash.", "running"],
    },
  },
}));

/** A connection to a provider. Written by administrators and by syncs. */
export const docks = tenantTable(dockFields, "CUD", {
  noun: "dock",
  description: "A connection to a provider of infrastructure, with one encrypted key.",
  audited: true,
  secret: ["keyFingerprint"],
  events: [
    {
      type: "dock.synced",
      description: "A sync has ended well, or in part, as `lastSyncError` says then; `data` is the dock.",
    },
    { type: "dock.error", description: "A sync has failed; `data` is the dock, and says why in `lastSyncError`." },
    ...resourceEvents,
  ],
  unique: [
    { fields: ["organizationId", "name"], index: "by_organizationId_and_deletedAt_and_name", code: "name_taken" },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"])
  .index("by_organizationId_and_deletedAt_and_provider", ["organizationId", "deletedAt", "provider"])
  .index("by_organizationId_and_deletedAt_and_lastSyncStatus", ["organizationId", "deletedAt", "lastSyncStatus"])
  .index("by_organizationId_and_keyFingerprint", ["organizationId", "keyFingerprint"])
  .index("by_syncInProgress_and_syncStartedAt", ["syncInProgress", "syncStartedAt"])
  .index("by_syncInProgress_and_nextSyncAt", ["syncInProgress", "nextSyncAt"]);

/** The tables that syncs of docks fill, whoever the provider is. */
export const resourceTables = ["servers", "webServices", "domains", "databases"] as const;
export type ResourceTable = (typeof resourceTables)[number];

/** Who reaches a dock beside those whose role reaches all of them. */
export const dockPermissionFields = {
  dockId: described(reference("docks", "cascade"), "The dock."),
  teamId: described(reference("teams", "cascade"), "The team that it is granted to.").optional(),
  clientId: described(reference("clients", "cascade"), "The client that it is granted to.").optional(),
  resourceTables: described(
    z.array(z.enum(resourceTables)).min(1).max(4),
    "What of it is granted; everything unless given.",
    ["servers"],
  ).optional(),
  level: madeWhenAbsent(
    described(
      z.enum(["read", "operate"]),
      "`read` shows the dock and what it brings; with `operate` those change it whose role lets them.",
    ),
    "`read` unless given.",
  ),
};
/**
 * By what grants reach a dock, and whatever names it in a field: rows that say so are assigned to those to whom the dock is granted. Only
 * a grant to operate reaches them to be changed.
 */
export const grantOfDock = {
  table: "dockPermissions",
  granted: "dockId",
  toChange: { field: "level", value: "operate" },
} as const;
/** Grants of docks. Written by administrators. */
export const dockPermissions = tenantTable(dockPermissionFields, "C", {
  noun: "dockPermission",
  description: "A dock that a team or a client may reach.",
  audited: true,
  unique: [
    {
      fields: ["organizationId", "teamId", "dockId"],
      index: "by_organizationId_and_teamId_and_dockId",
      code: "already_granted",
    },
    {
      fields: ["organizationId", "clientId", "dockId"],
      index: "by_organizationId_and_clientId_and_dockId",
      code: "already_granted",
    },
  ],
})
  .index("by_organizationId_and_dockId", ["organizationId", "dockId"])
  .index("by_organizationId_and_teamId_and_dockId", ["organizationId", "teamId", "dockId"])
  .index("by_organizationId_and_clientId_and_dockId", ["organizationId", "clientId", "dockId"]);

/** What people add to a resource, whoever its provider is. */
const ownFields = {
  tags: described(tags(30), "Words to find it by, 30 at most.", ["production"]),
  metadata: described(jsonObject(8192), "What an integration keeps with it.", { costCenter: "4711" }).optional(),
};

/** What resources of every kind have in common, behind what each is called. */
const commonFields = {
  dockId: described(reference("docks", "cascade"), "The dock that brought it."),
  provider: described(text(1, 40), "The dock's provider.", "mock"),
  providerResourceId: described(text(1, 200), "Its id with the provider.", "droplet-4711"),
  status: described(text(1, 20), "How it is, in the words that all providers share.", "running"),
  lastSeenAt: described(
    timestampMs(),
    "When a sync last found it new, changed or back. What is unchanged is not written: it was seen at `lastSyncAt` of its dock.",
  ),
  missingSince: described(
    timestampMs(),
    "When the complete sync began that missed it first; absent where the last one saw it.",
  ).optional(),
  ignoredAt: described(timestampMs(), "When a person deleted it: no sync takes it out of the trash.").optional(),
  dataHash: described(
    z.string().max(64),
    "The hash of what a sync has found of it, by which changes are told.",
    exampleHash,
  ).optional(),
};
const name = described(text(1, 253), "Its name with the provider.", "web-1");

/** The fields of a resource that syncs alone write, whatever its kind. */
export const observedNames = [
  "dockId",
  "provider",
  "providerResourceId",
  "status",
  "lastSeenAt",
  "missingSince",
  "ignoredAt",
  "dataHash",
] as const;

export const serverFields = {
  name,
  ...commonFields,
  primaryIpAddress: described(text(1, 45), "The address by which it is reached.", "203.0.113.7").optional(),
  region: described(text(1, 80), "Where it stands, as the provider calls it.", "fra1").optional(),
  ...ownFields,
};
export const webServiceFields = {
  name,
  ...commonFields,
  productionUrl: described(text(1, 2048), "Where it is open to the public.", "https://shop.example.com").optional(),
  environment: described(
    z.enum(["production", "staging", "development", "preview"]),
    "What it is for, where the provider tells.",
  ).optional(),
  gitRepo: described(text(1, 300), "The repository that it is built from.", "acme/shop").optional(),
  ...ownFields,
};
export const domainFields = {
  domainName: described(text(1, 253), "The domain in lower case, without a dot at its end.", "example.com"),
  ...commonFields,
  expiresAt: described(timestampMs(), "When its registration ends, where the provider tells.").optional(),
  expiryNotices: described(
    z.object({
      expiresAt: described(timestampMs(), "The end that they were of: another one is told of anew."),
      count: described(integer(1, 3), "How many of them: 30, 7 and 1 days before.", 1),
    }),
    "What administrators were told of the end of its registration.",
  ).optional(),
  ...ownFields,
};
export const databaseFields = {
  name,
  ...commonFields,
  engine: described(text(1, 80), "What kind of database it is.", "postgresql").optional(),
  version: described(text(1, 80), "The version of that.", "17.2").optional(),
  ...ownFields,
};

/** Written by syncs; tags, metadata and the trash by people. */
export const servers = tenantTable(serverFields, "CUD", {
  noun: "server",
  description: "A server of any provider.",
  audited: true,
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_dockId", ["organizationId", "deletedAt", "dockId"])
  .index("by_organizationId_and_deletedAt_and_provider", ["organizationId", "deletedAt", "provider"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"])
  .index("by_organizationId_and_dockId_and_providerResourceId", ["organizationId", "dockId", "providerResourceId"])
  .index("by_organizationId_and_dockId", ["organizationId", "dockId"]);

/** Written as servers are. */
export const webServices = tenantTable(webServiceFields, "CUD", {
  noun: "webService",
  description: "A web service of any provider.",
  audited: true,
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_dockId", ["organizationId", "deletedAt", "dockId"])
  .index("by_organizationId_and_deletedAt_and_provider", ["organizationId", "deletedAt", "provider"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"])
  .index("by_organizationId_and_dockId_and_providerResourceId", ["organizationId", "dockId", "providerResourceId"])
  .index("by_organizationId_and_dockId", ["organizationId", "dockId"]);

/** Written as servers are. */
export const domains = tenantTable(domainFields, "CUD", {
  noun: "domain",
  description: "A domain of any provider.",
  audited: true,
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_dockId", ["organizationId", "deletedAt", "dockId"])
  .index("by_organizationId_and_deletedAt_and_provider", ["organizationId", "deletedAt", "provider"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"])
  .index("by_organizationId_and_dockId_and_providerResourceId", ["organizationId", "dockId", "providerResourceId"])
  .index("by_organizationId_and_dockId", ["organizationId", "dockId"])
  .index("by_organizationId_and_deletedAt_and_expiresAt", ["organizationId", "deletedAt", "expiresAt"])
  .index("by_expiresAt", ["expiresAt"]);

/** Written as servers are. */
export const databases = tenantTable(databaseFields, "CUD", {
  noun: "database",
  description: "A database of any provider.",
  audited: true,
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_dockId", ["organizationId", "deletedAt", "dockId"])
  .index("by_organizationId_and_deletedAt_and_provider", ["organizationId", "deletedAt", "provider"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"])
  .index("by_organizationId_and_dockId_and_providerResourceId", ["organizationId", "dockId", "providerResourceId"])
  .index("by_organizationId_and_dockId", ["organizationId", "dockId"]);

/** UTF-8 bytes of what one resource's provider says of it. */
export const maximumPayloadBytes = 256 * 1024;

export const resourcePayloadFields = {
  dockId: described(reference("docks", "cascade"), "The dock that brought it."),
  resourceTable: described(z.enum(resourceTables), "The table of the resource."),
  resourceId: described(text(1, 64), "Its id there.", exampleRowId),
  fullApiData: described(
    z.string().max(maximumPayloadBytes),
    "What the provider itself says of it, as JSON text: the fields that its adapter names.",
    '{"id":4711,"name":"web-1","size_slug":"s-2vcpu-4gb"}',
  ),
};
/** What providers say of resources, beside their rows, which lists read without it. */
export const resourcePayloads = tenantTable(resourcePayloadFields, "", {
  noun: "resourcePayload",
  description: "What a provider itself says of a resource.",
})
  .index("by_organizationId_and_resourceTable_and_resourceId", ["organizationId", "resourceTable", "resourceId"])
  .index("by_organizationId_and_dockId", ["organizationId", "dockId"]);

export const projectFields = {
  name: described(
    plainName(1, 120),
    "What people call it; unique in the organization.",
    "Shop of Acme",
    "Shop of Acme Europe",
  ),
  slug: described(slug(), "Its name in URLs, which follows `name`; unique in the organization.", "shop-of-acme"),
  teamId: described(reference("teams", "restrict"), "The team that works on it, whose members are assigned to it."),
  clientId: described(reference("clients", "null"), "The client that it is for, whose people see it.").optional(),
  status: madeWhenAbsent(
    described(z.enum(["active", "archived"]), "Whether it is worked on, or kept for the record."),
    "`active` unless given.",
  ),
  linearId: described(text(1, 120), "Its id in Linear.", "SHOP-42").optional(),
  githubRepo: described(
    z
      .string()
      .max(140)
      .regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/),
    "Its repository on GitHub, as `owner/name`.",
    "acme/shop",
  ).optional(),
  description: described(text(0, 2000), "What it is about.", "The shop and all that it runs on.").optional(),
  tags: madeWhenAbsent(described(tags(30), "Words to find it by, 30 at most.", ["shop"]), "None unless given."),
};

/** Work for a client, and the resources that belong to it. Written by members. */
export const projects = tenantTable(projectFields, "CUD", {
  noun: "project",
  description: "Work of a team, for a client where there is one, with the resources that belong to it.",
  audited: true,
  unique: [
    { fields: ["organizationId", "name"], index: "by_organizationId_and_deletedAt_and_name", code: "name_taken" },
    { fields: ["organizationId", "slug"], index: "by_organizationId_and_deletedAt_and_slug", code: "slug_taken" },
  ],
  events: ["updated"],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_teamId", ["organizationId", "deletedAt", "teamId"])
  .index("by_organizationId_and_deletedAt_and_clientId", ["organizationId", "deletedAt", "clientId"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"])
  .index("by_organizationId_and_deletedAt_and_slug", ["organizationId", "deletedAt", "slug"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"])
  .index("by_organizationId_and_teamId", ["organizationId", "teamId"])
  .index("by_organizationId_and_clientId", ["organizationId", "clientId"]);

export const projectResourceFields = {
  projectId: described(reference("projects", "cascade"), "The project."),
  resourceTable: described(z.enum(resourceTables), "The table of the resource."),
  resourceId: described(text(1, 64), "Its id there.", exampleRowId),
  denormalizedName: described(text(1, 253), "What it is called, as of its last change.", "web-1"),
  denormalizedStatus: described(
    text(1, 20),
    "How it is, as of its last change; `deleted` where it is in the trash or gone.",
    "running",
  ),
};

/** Resources of projects. Written by members; names and statuses by whoever writes the resource. */
export const projectResources = tenantTable(projectResourceFields, "CU", {
  noun: "projectResource",
  description: "A resource that belongs to a project, with its name and how it is.",
  audited: true,
  unique: [
    {
      fields: ["organizationId", "projectId", "resourceTable", "resourceId"],
      index: "by_organizationId_and_projectId_and_resourceTable_and_resourceId",
      code: "already_linked",
    },
  ],
})
  .index("by_organizationId_and_projectId_and_resourceTable", ["organizationId", "projectId", "resourceTable"])
  .index("by_organizationId_and_resourceTable_and_resourceId", ["organizationId", "resourceTable", "resourceId"])
  .index("by_organizationId_and_projectId_and_resourceTable_and_resourceId", [
    "organizationId",
    "projectId",
    "resourceTable",
    "resourceId",
  ]);

/** The kinds of services that operations are run on, by which their configuration and operations follow. */
export const operationTypes = ["backup_s3", "networking_cloudflare"] as const;
export type OperationTypeName = (typeof operationTypes)[number];

export const operationServiceFields = {
  name: described(
    plainName(1, 80),
    "What people call it; unique in the organization.",
    "Backups in Frankfurt",
    "Backups in Dublin",
  ),
  type: described(z.enum(operationTypes), "What it is: storage for backups (S3), or a zone of Cloudflare."),
  encryptedConfig: described(sealed(), "How it is reached, with the secrets for that.").optional(),
  configHint: described(
    z.record(text(1, 40), text(0, 300)),
    "What of its configuration is no secret, by the names that it has there.",
    { bucket: "acme-backups", region: "eu-central-1" },
  ),
  status: described(
    z.enum(["active", "disabled", "error"]),
    "Whether it runs operations: `disabled` by people, `error` after a run that has failed for good until one succeeds, and out of the trash until it is given a configuration.",
  ),
  lastRunAt: described(timestampMs(), "When a run last ended, cancelled or not; absent before the first.").optional(),
  lastRunError: described(
    text(1, 1000),
    "Why the last run that nobody cancelled failed, or that it has no configuration; absent otherwise.",
    "The storage knows no such bucket.",
  ).optional(),
};

/** Where operations are run. Written by administrators, and by what ends a run. */
export const operationServices = tenantTable(operationServiceFields, "CUD", {
  noun: "operationService",
  description: "A service that operations are run on: storage for backups, a content delivery network.",
  audited: true,
  unique: [
    { fields: ["organizationId", "name"], index: "by_organizationId_and_deletedAt_and_name", code: "name_taken" },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_type", ["organizationId", "deletedAt", "type"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"]);

export const operationPermissionFields = {
  serviceId: described(reference("operationServices", "cascade"), "The operation service."),
  teamId: described(reference("teams", "cascade"), "The team that may use it."),
};

/** Grants of operation services. Written by administrators. */
export const operationPermissions = tenantTable(operationPermissionFields, "C", {
  noun: "operationPermission",
  description: "An operation service that a team may use.",
  audited: true,
  unique: [
    {
      fields: ["organizationId", "serviceId", "teamId"],
      index: "by_organizationId_and_serviceId_and_teamId",
      code: "already_granted",
    },
  ],
})
  .index("by_organizationId_and_serviceId_and_teamId", ["organizationId", "serviceId", "teamId"])
  .index("by_organizationId_and_teamId", ["organizationId", "teamId"]);
