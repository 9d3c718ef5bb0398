import { defineTable } from "convex/server";
import { describe, expect, it } from "vitest";
import schema from "../../schema";
import { declarationOf, sealedFields, storedFields } from "./table";
import { problems } from "../wire/problems";
import { tableMetadata } from "./tableMetadata";
import type { TableMetadata } from "./table";

/** Indexes that cross organizations: credentials and memberships looked up before the tenant is known, and work of crons. */
const internalIndexes: Readonly<Record<string, readonly string[]>> = {
  agentApiLogs: ["by_expiresAt"],
  agentEnrollmentTokens: ["by_tokenHash", "by_expiresAt"],
  agents: ["by_keyHash", "by_connectionStatus_and_lastCheckinAt"],
  apiLogs: ["by_expiresAt"],
  apiKeys: ["by_keyHash", "by_previousKeyHash"],
  auditLogs: ["by_expiresAt"],
  dataSources: ["by_integrationId", "by_credentialExpirationAt", "by_status_and_nextSyncAt"],
  emailOptOuts: ["by_userId"],
  emails: ["by_userId_and_createdAt", "by_status_and_nextRetryAt", "by_to", "by_expiresAt", "by_createdAt"],
  fileUploads: ["by_expiresAt"],
  files: ["by_storageId", "by_unusedSince", "by_purgeAfter"],
  idempotencyKeys: ["by_expiresAt"],
  invitations: ["by_tokenHash", "by_email_and_status", "by_status_and_expiresAt", "by_invitedBy_and_status"],
  memberships: ["by_invitedEmail", "by_userId", "by_userId_and_organizationId"],
  notifications: ["by_read_and_createdAt"],
  outboxEvents: ["by_status_and_organizationId", "by_expiresAt"],
  webhookDeliveries: ["by_status_and_endpointId_and_nextRetryAt", "by_endpointId_and_senderId", "by_expiresAt"],
  webhookEndpoints: ["by_status_and_nextTryAt"],
  revokedTokens: ["by_subject_and_tokenId", "by_expiresAt"],
  webhookEvents: [
    "by_provider_and_eventId",
    "by_provider_and_subject_and_occurredAt",
    "by_waitsFor",
    "by_status_and_createdAt",
    "by_expiresAt",
  ],
  scheduledJobs: [
    "by_status_and_nextRetryAt",
    "by_runner_and_status_and_scheduledAt",
    "by_runner_and_status_and_organizationId_and_scheduledAt",
    "by_status_and_lockExpiresAt",
    "by_expiresAt",
  ],
  eventLogs: ["by_status_and_nextRetryAt", "by_status_and_lockExpiresAt", "by_expiresAt"],
  syncHistory: ["by_status_and_lockExpiresAt", "by_expiresAt"],
  docks: ["by_syncInProgress_and_syncStartedAt", "by_syncInProgress_and_nextSyncAt"],
  domains: ["by_expiresAt"],
  subscriptions: ["by_stripeSubscriptionId", "by_endNoticeAt", "by_stripeCustomerId"],
  integrationPricingTiers: ["by_integrationId"],
  usageRecords: ["by_integrationId"],
};

const tables = Object.entries(tableMetadata).map(([name, metadata]): [string, TableMetadata] => [name, metadata]);
const definitions = new Map(Object.entries(schema.tables));

describe.each(tables)("%s", (name, metadata) => {
  const indexes = Object.entries(metadata.indexes);

  it("is the table of the schema", () => {
    const definition = definitions.get(name);
    const declared = definition && declarationOf(definition);
    expect(declared).toMatchObject({ tenant: metadata.tenant, base: metadata.base });
    expect(declared?.options.noun).toBe(metadata.noun);
    const sealed = sealedFields(declared?.fields ?? {});
    expect(metadata.sealed).toEqual(sealed);
    expect(new Set(metadata.secret)).toEqual(new Set([...(declared?.options.secret ?? []), ...sealed]));
  });

  it("has every index begin with the tenant, but for those that its owner knows", () => {
    if (metadata.tenant === "none") return;
    const others = indexes.filter(([, fields]) => fields[0] !== "organizationId").map(([index]) => index);
    expect(others.sort()).toEqual([...(internalIndexes[name] ?? [])].sort());
  });

  it("names each index after its fields, within Convex's limits", () => {
    expect(indexes.length).toBeLessThan(32);
    for (const [index, fields] of indexes) {
      expect(index.length).toBeLessThanOrEqual(64);
      const named = `by_${fields.join("_and_")}`;
      // A name that Convex has no room for is a shorter one, of the table's own.
      expect(named.length > 64 ? index : named).toBe(index);
      expect(fields.length).toBeLessThanOrEqual(16);
    }
    expect(new Set(indexes.map(([, fields]) => fields.join())).size).toBe(indexes.length);
  });

  it("indexes fields that exist", () => {
    const definition = definitions.get(name);
    const fields = Object.keys((definition && declarationOf(definition)?.fields) ?? {});
    for (const [, indexed] of indexes) expect(fields).toEqual(expect.arrayContaining([...indexed]));
  });

  it("can look up what must be unique", () => {
    for (const { fields, index, code } of metadata.unique) {
      const indexed = (metadata.indexes[index] ?? []).filter((field) => field !== "deletedAt");
      expect(indexed, index).toEqual([...fields]);
      expect(problems[code][0]).toBe(409);
    }
  });

  it("can list its trash", () => {
    const needsIndex = metadata.tenant !== "none" && metadata.base === "CUD";
    expect(!needsIndex || Object.hasOwn(metadata.indexes, "by_organizationId_and_deletedAt")).toBe(true);
  });

  it("refers to tables that exist, and so does whoever refers to it", () => {
    for (const { table, path } of metadata.references) {
      // Stored files are a table of Convex's own.
      expect(definitions.has(table) || table === "_storage", path.join(".")).toBe(true);
    }
  });
});

describe("the schema", () => {
  it("has metadata for every table, in its own name and under a noun of its own", () => {
    expect(tables.map(([name]) => name)).toEqual([...definitions.keys()].sort());
    expect(new Set(tables.map(([, { noun }]) => noun)).size).toBe(tables.length);
  });

  it("exports the same from lazy definitions as from eager ones", () => {
    for (const [name, definition] of definitions) {
      const declared = declarationOf(definition);
      const eager = defineTable(storedFields(declared?.fields ?? {}));
      const metadata = tables.find(([table]) => table === name)?.[1];
      for (const [index, [first = "", ...rest]] of Object.entries(metadata?.indexes ?? {}))
        Object(eager).index(index, [first, ...rest]);
      expect(exportOf(definition), name).toEqual(exportOf(eager));
    }
  });

  it("gives the same however often and in whatever order it is asked", () => {
    const [definition] = definitions.values();
    if (!definition) throw new Error("The schema has tables.");
    const first = exportOf(definition);
    expect(definition.validator.kind).toBe("object");
    expect(exportOf(definition)).toEqual(first);
    expect(declarationOf({})).toBeUndefined();
  });
});

/** What is pushed to Convex for a table. */
function exportOf(definition: object): unknown {
  return Object(definition).export();
}
