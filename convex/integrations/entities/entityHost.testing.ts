import { vi } from "vitest";
import { api } from "../../_generated/api";
import { register as registerRateLimiter } from "@convex-dev/rate-limiter/test";
import schema from "../../schema";
import { createTestHost } from "../../../host/testHost/createTestHost";
import { systemWriter } from "../../core/records/systemWriter";
import { finishSyncRun, openSyncRun } from "../../jobs/syncRuns";
import { defaultOrganizationSettings } from "../../tenancy/tables";
import type { TransactionLimits } from "../../../host/runtime/executor/transaction/transactionUsage";
import type { Doc, TableNames } from "../../_generated/dataModel";

const issuer = "https://identity.example";
const stamps = { createdAt: 1, updatedAt: 1 };

/** The product in this process with an organization of Ann's, an integration, a data source of it and a site; tokens of others besides. */
export async function entityHost(transactionLimits: TransactionLimits = {}) {
  const host = createTestHost({ schema, transactionLimits });
  registerRateLimiter(host);
  const integrationId = await host.run(({ db }) =>
    db.insert("integrations", {
      slug: "halo-psa",
      name: "HaloPSA",
      description: "Companies, tickets and devices.",
      category: "psa",
      supportedTypes: ["companies", "devices", "tickets"],
      isActive: true,
      ...stamps,
    }),
  );
  /** An organization, its owner, and a data source of the integration. */
  const organizationOf = (name: string) =>
    host.run(async ({ db }) => {
      const person = { emailVerified: false, status: "active", isPlatformAdmin: name === "ann", ...stamps } as const;
      const ownerId = await db.insert("users", { tokenIdentifier: `${issuer}|${name}`, name, ...person });
      const organizationId = await db.insert("organizations", {
        name,
        slug: name,
        status: "active",
        ownerId,
        settings: defaultOrganizationSettings,
        ...stamps,
      });
      const roleId = await db.insert("roles", {
        organizationId,
        key: "owner",
        name: "Owner",
        rank: 100,
        isSystem: false,
        scope: "organization",
        rights: ownerRights,
        ...stamps,
      });
      const member = { userId: ownerId, roleId, roleKey: "owner", status: "active", ...stamps } as const;
      await db.insert("memberships", { organizationId, ...member });
      const dataSourceId = await db.insert("dataSources", {
        organizationId,
        integrationId,
        name: "HaloPSA",
        isPrimary: true,
        status: "active",
        config: {},
        metadata: {},
        consecutiveFailures: 0,
        ...stamps,
      });
      const siteId = await db.insert("sites", { organizationId, name: "HQ", slug: "hq", status: "active", ...stamps });
      return { organizationId, dataSourceId, siteId };
    });
  const acme = await organizationOf("ann");
  const { dataSourceId } = acme;
  const ann = callerOf("ann");
  function callerOf(name: string) {
    return host.withIdentity({ issuer, subject: name, tokenIdentifier: `${issuer}|${name}` });
  }
  const named = { organizationId: "ann" };
  const kind = { dataSourceId, entityType: "devices" };
  const services = <Result>(run: (ctx: Parameters<typeof openSyncRun>[0]) => Promise<Result>) =>
    host.run((ctx) => {
      const now = Date.now();
      return run({
        unscoped: systemWriter(ctx, { noun: "syncRun", action: "syncRun.test", isAudited: false, now }),
        now,
      });
    });
  const subject = { sourceType: "dataSource", sourceId: dataSourceId, type: "devices" } as const;

  return {
    host,
    ann,
    callerOf,
    organizationOf,
    integrationId,
    ...acme,
    kind,
    named,
    upsert: (items: readonly object[], more: { syncRunId?: string; entityType?: string } = {}) =>
      ann.mutation(api.integrations.entities.bulkUpsert, { ...named, ...kind, ...more, items: [...items] }),
    /** Opens a run, later than everything before. */
    openRun: async () => {
      vi.advanceTimersByTime(1000);
      const run = await services((ctx) =>
        openSyncRun(ctx, { ...subject, organizationId: acme.organizationId, trigger: "manual" }),
      );
      vi.advanceTimersByTime(1000);
      return run._id;
    },
    endRun: (runId: Doc<"syncHistory">["_id"], complete = true) =>
      services((ctx) => finishSyncRun(ctx, runId, { status: "success", complete })),
    prune: (syncRunId: string, more: { force?: boolean } = {}) =>
      ann.mutation(api.integrations.entities.prune, { ...named, ...kind, syncRunId, ...more }),
    rows: <Table extends TableNames>(table: Table): Promise<Doc<Table>[]> =>
      host.run(({ db }) => db.query(table).take(20_000)),
    settle: () => host.finishAllScheduledFunctions(() => vi.runAllTimers()),
  };
}

const ownerRights = [
  "entity:read",
  "entity:upsert",
  "entity:update",
  "entity:delete",
  "entity:relate",
  "globalEntity:read",
  "dataSource:read",
  "dataSource:delete",
];

/** An item as a data source sends it. */
export function device(at: number, name = `PC-${at}`) {
  return {
    externalId: `device-${at}`,
    rawData: JSON.stringify({ id: at, name, $type: "Workstation" }),
    normalizedData: { name, status: "online" },
  };
}

/** As many items. */
export function devices(count: number, from = 0) {
  return Array.from({ length: count }, (_, at) => device(from + at));
}
