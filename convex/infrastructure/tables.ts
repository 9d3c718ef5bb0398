import * as z from "zod";
import {
  described,
  integer,
  outboundUrl,
  plainName,
  reference,
  sealed,
  text,
  timestampMs,
} from "../core/schema/fields";
import { tenantTable } from "../core/schema/table";

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
  providerAccountId: described(
    text(1, 200),
    "The provider's account that the key is of, as the first sync has found it.",
    "acct-10442",
  ).optional(),
  baseUrl: described(
    outboundUrl(),
    "Where it is asked, of providers that have no address of their own.",
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

/** A connection to a provider. Written by administrators and by syncs. */
export const docks = tenantTable(dockFields, "CUD", {
  noun: "dock",
  description: "A connection to a provider of infrastructure, with one encrypted key.",
  audited: true,
  unique: [
    { fields: ["organizationId", "name"], index: "by_organizationId_and_deletedAt_and_name", code: "name_taken" },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"])
  .index("by_organizationId_and_deletedAt_and_provider", ["organizationId", "deletedAt", "provider"])
  .index("by_organizationId_and_deletedAt_and_lastSyncStatus", ["organizationId", "deletedAt", "lastSyncStatus"])
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
  resourceTables: described(z.array(z.enum(resourceTables)).max(4), "What of it is granted; everything unless given.", [
    "servers",
  ]).optional(),
  level: described(z.enum(["read", "operate"]), "`operate` adds syncs, tags and links."),
};
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

/** What resources of every kind have in common. */
const observedFields = {
  dockId: described(reference("docks", "cascade"), "The dock that brought it."),
  provider: described(text(1, 40), "The dock's provider.", "mock"),
  providerResourceId: described(text(1, 200), "Its id with the provider.", "droplet-4711"),
  name: described(text(1, 253), "Its name with the provider.", "web-1"),
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
};
const resourceTable = (noun: string, description: string) =>
  tenantTable(observedFields, "CUD", { noun, description })
    .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
    .index("by_organizationId_and_deletedAt_and_dockId", ["organizationId", "deletedAt", "dockId"])
    .index("by_organizationId_and_dockId_and_providerResourceId", ["organizationId", "dockId", "providerResourceId"])
    .index("by_organizationId_and_dockId", ["organizationId", "dockId"]);

/** Written by syncs. */
export const servers = resourceTable("server", "A server of any provider.");
export const webServices = resourceTable("webService", "A web service of any provider.");
export const domains = resourceTable("domain", "A domain of any provider.");
export const databases = resourceTable("database", "A database of any provider.");
