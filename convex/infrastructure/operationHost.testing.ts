import { vi } from "vitest";
import { api } from "../_generated/api";
import { inventoryHost } from "./inventoryHost.testing";
import { FakeS3, fakeKey } from "./operationTypes/s3/fakeS3.testing";
import type { Id } from "../_generated/dataModel";

const { operationServices, operationPermissions } = api.infrastructure;
const { scheduledJobs } = api.jobs;
const stamps = { createdAt: 1, updatedAt: 1 };
const firstPage = { paginationOpts: { cursor: null, numItems: 100 } };

/** How the storage of {@link operationHost} is reached. */
export const storageConfig = { bucket: "acme-backups", region: "eu-central-1", prefix: "von ü@+/", ...fakeKey };

/** An organization with an inventory and a storage for its backups, which is asked in the place of all others. */
export async function operationHost() {
  const world = await inventoryHost();
  const { host, ann, named, organizationId, rows } = world;
  const storage = new FakeS3();
  vi.stubGlobal("fetch", storage.fetch);
  const jobNamed = async (jobId: string) => {
    const job = (await rows("scheduledJobs")).find(({ _id }) => _id === jobId);
    if (!job) throw new Error("There is no such job.");
    return job;
  };
  const services = {
    create: (more: object = {}) =>
      ann.action(operationServices.create, {
        ...named,
        name: "Backups",
        type: "backup_s3",
        config: storageConfig,
        ...more,
      }),
    get: (operationServiceId: string) => ann.query(operationServices.get, { ...named, operationServiceId }),
    update: (operationServiceId: string, changes: object) =>
      ann.mutation(operationServices.update, { ...named, operationServiceId, ...changes }),
    rotate: (operationServiceId: string, config: Record<string, string | number | boolean>, dryRun = false) =>
      ann.action(operationServices.rotateConfig, { ...named, operationServiceId, config, dryRun }),
    remove: (operationServiceId: string, permanent = false) =>
      ann.mutation(operationServices.delete, { ...named, operationServiceId, permanent }),
    restore: (operationServiceId: string) => ann.mutation(operationServices.restore, { ...named, operationServiceId }),
    run: (operationServiceId: string, operation: string, more: object = {}) =>
      ann.mutation(operationServices.run, { ...named, operationServiceId, operation, ...more }),
    runs: async (operationServiceId: string) =>
      (await ann.query(operationServices.listRuns, { ...named, operationServiceId, ...firstPage })).page,
    grant: (operationServiceId: string, teamId: Id<"teams">) =>
      ann.mutation(operationPermissions.grant, { ...named, operationServiceId, teamId }),
    grants: async (operationServiceId: string) =>
      (await ann.query(operationPermissions.list, { ...named, operationServiceId, ...firstPage })).page,
    revoke: (operationServiceId: string, permissionId: string) =>
      ann.mutation(operationPermissions.revoke, { ...named, operationServiceId, permissionId }),
  };
  return {
    ...world,
    storage,
    services,
    job: jobNamed,
    cancel: (jobId: string) => ann.mutation(scheduledJobs.delete, { ...named, jobId }),
    retry: (jobId: string) => ann.mutation(scheduledJobs.retry, { ...named, jobId }),
    /** Does whatever is scheduled, attempts after failures included. */
    settleRuns: () => host.finishAllScheduledFunctions(() => vi.runOnlyPendingTimers()),
    /** What the event log says of a job, the first first. */
    eventsOf: async (jobId: string) =>
      (await rows("eventLogs"))
        .filter(({ payload }) => payload["jobId"] === jobId)
        .map(({ eventType, payload }) => ({ eventType, ...payload })),
    /** Somebody whose role holds these rights for what is assigned to a team that they are in. */
    developer: async (
      name: string,
      teamId: Id<"teams"> | undefined,
      rights = ["operation:read", "operation:run"],
      scope: "assigned" | "organization" = "assigned",
    ) => {
      const issuer = "https://identity.example";
      const tokenIdentifier = `${issuer}|${name}`;
      await host.run(async ({ db }) => {
        const person = { emailVerified: false, status: "active", isPlatformAdmin: false, ...stamps } as const;
        const userId = await db.insert("users", { tokenIdentifier, name, ...person });
        const role = { key: name, name, rank: 10, isSystem: false, scope, rights, ...stamps } as const;
        const roleId = await db.insert("roles", { organizationId, ...role });
        const place = { organizationId, userId, roleId, roleKey: name, ...stamps };
        await db.insert("memberships", { ...place, status: "active" });
        if (teamId) await db.insert("teamMemberships", { ...place, teamId });
      });
      return host.withIdentity({ issuer, subject: name, tokenIdentifier });
    },
  };
}
