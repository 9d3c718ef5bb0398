import { ProblemError } from "../../core/wire/errors";
import { enqueueJob } from "../../jobs/queue";
import { finishSyncRun, runningSyncRun } from "../../jobs/syncRuns";
import { forgetHealth } from "../../observability/recordHealth";
import { promoteOldest } from "./primary";
import { integrationOf } from "./resource";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

/** Sites that one data source brings entities of. */
export const maximumSites = 500;
/** Jobs that wait for one data source: one a type, and what workers were given besides. */
const jobsAtOnce = 500;

/** @throws {ProblemError} 409 while a job works on it */
export async function assertIdle({ db }: TenantMutationContext, source: Doc<"dataSources">): Promise<void> {
  const running = db.index("scheduledJobs", "by_organizationId_and_dataSourceId_and_status", (q) =>
    q.eq("dataSourceId", source._id).eq("status", "running"),
  );
  if (await running.first()) throw new ProblemError("sync_in_progress", "A job of the data source runs.");
}

/** What a deleted data source is without: its credentials, and whatever would sync it. */
export const endedFields = {
  status: "inactive",
  isPrimary: false,
  encryptedCredentials: undefined,
  credentialExpirationAt: undefined,
  credentialWarnings: undefined,
  nextSyncAt: undefined,
} as const;

/** Ends what belongs to a data source that goes into the trash; its entities follow by a job. */
export async function endSource(ctx: TenantMutationContext, source: Doc<"dataSources">): Promise<void> {
  const { db } = ctx;
  for (const status of ["pending", "failed"] as const) {
    const waiting = db.index("scheduledJobs", "by_organizationId_and_dataSourceId_and_status", (q) =>
      q.eq("dataSourceId", source._id).eq("status", status),
    );
    for (const job of await waiting.take(jobsAtOnce)) await db.purge("scheduledJobs", job);
  }
  // Runs that wait for their job's next attempt have none any more.
  const { supportedTypes } = await integrationOf(ctx, source.integrationId);
  for (const type of supportedTypes) {
    const subject = { sourceType: "dataSource", sourceId: source._id, type } as const;
    const run = await runningSyncRun(ctx, source.organizationId, subject);
    const errors = [{ scope: type, message: "The data source was deleted." }];
    if (run) await finishSyncRun(ctx, run._id, { status: "error", complete: false, errors });
  }
  const links = db.index("dataSourceSites", "by_organizationId_and_dataSourceId", (q) =>
    q.eq("dataSourceId", source._id),
  );
  for (const link of await links.take(maximumSites)) await db.purge("dataSourceSites", link);
  await forgetHealth(ctx, "dataSource", source._id);
  if (source.isPrimary) await promoteOldest(db, source);
  await enqueueJob(ctx, {
    organizationId: source.organizationId,
    runner: "builtin",
    action: "entity.cleanup",
    payload: { dataSourceId: source._id },
    dedupeKey: `entity.cleanup:${source._id}`,
  });
}
