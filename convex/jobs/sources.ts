import { recordHealth } from "../observability/recordHealth";
import { finishSyncRun, getSyncRun, openSyncRun, runningSyncRun, touchSyncRun } from "./syncRuns";
import type { HealthReport } from "../observability/recordHealth";
import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

/** What jobs that sync a data source are called: `sync.tickets`. */
const syncPrefix = "sync.";
const mostErrorCharacters = 1000;

type Job = Doc<"scheduledJobs">;
type SyncJob = Pick<Job, "payload" | "action" | "organizationId"> & { readonly dataSourceId?: string };

interface SourceContext {
  readonly db: TenantWriter;
  readonly unscoped: UnscopedWriter;
  readonly now: number;
  readonly organization: Doc<"organizations">;
}

/** What is known of a data source once a job that syncs it has ended for good: the run, when it was last read, its health. */
export async function settleSource(
  ctx: SourceContext,
  job: Job,
  { outcome, isComplete }: { readonly outcome: HealthReport["outcome"]; readonly isComplete: boolean },
): Promise<void> {
  const { db, now, organization } = ctx;
  if (job.dataSourceId === undefined || !job.action.startsWith(syncPrefix)) return;
  const run = await runOf(ctx, job);
  const isSuccess = outcome === "success";
  const error = (job.error ?? "It failed.").slice(0, mostErrorCharacters);
  if (run) {
    const failed = { status: "error", complete: false, errors: [{ scope: run.type, message: error }] } as const;
    const ended = { status: run.errors.length > 0 ? "partial" : "success", complete: isComplete } as const;
    await finishSyncRun(ctx, run._id, isSuccess ? ended : failed);
  }
  const source = await db.get("dataSources", job.dataSourceId);
  if (!source || source.deletedAt !== undefined) return;
  const known: unknown = Object.getOwnPropertyDescriptor(source.metadata, job.action)?.value;
  const state = { ...Object(known), lastSyncAt: now, ...(job.cursor === undefined ? {} : { cursor: job.cursor }) };
  const next = await db.patch(
    "dataSources",
    source,
    isSuccess
      ? {
          status: source.status === "error" ? "active" : source.status,
          lastSyncAt: now,
          lastSyncError: undefined,
          consecutiveFailures: 0,
          metadata: { ...source.metadata, [job.action]: state },
        }
      : { status: "error", lastSyncError: error, consecutiveFailures: source.consecutiveFailures + 1 },
  );
  if (isSuccess) await db.publishEvent("dataSources", "dataSource.synced", next);
  const report = { resourceType: "dataSource", resourceId: source._id, outcome, errorMessage: error } as const;
  await recordHealth(ctx, organization, report, { onChange: isSuccess });
}

/**
 * The run of a job that a worker begins: what it brings is upserted under it, and ends with the job. A new one, or the one that an
 * attempt before has left; null of a job that syncs nothing.
 */
export async function beginRunOf(
  ctx: Omit<SourceContext, "organization">,
  job: Job,
): Promise<Doc<"syncHistory"> | null> {
  const { organizationId, dataSourceId, action, payload } = job;
  if (dataSourceId === undefined || !action.startsWith(syncPrefix)) return null;
  const left = await runOf(ctx, job);
  if (left) {
    await touchSyncRun(ctx, left);
    return left;
  }
  const { trigger, triggeredBy } = payload;
  return openSyncRun(ctx, {
    organizationId,
    sourceType: "dataSource",
    sourceId: dataSourceId,
    type: action.slice(syncPrefix.length),
    trigger: trigger === "scheduled" ? trigger : "manual",
    triggeredBy: (typeof triggeredBy === "string" ? ctx.db.idOf("users", triggeredBy) : null) ?? undefined,
  });
}

/** Says that the run of a job lives, as its worker does. */
export async function touchRunOf(ctx: SourceContext, job: Job): Promise<void> {
  if (job.dataSourceId === undefined || !job.action.startsWith(syncPrefix)) return;
  const run = await runOf(ctx, job);
  if (run) await touchSyncRun(ctx, run);
}

/** The run that the job's payload names, or the one of its source and type. */
function runOf(
  ctx: Omit<SourceContext, "organization">,
  { payload, action, dataSourceId = "", organizationId }: SyncJob,
) {
  const { syncRunId } = payload;
  if (typeof syncRunId === "string") return getSyncRun(ctx, syncRunId);
  const type = action.slice(syncPrefix.length);
  return runningSyncRun(ctx, organizationId, { sourceType: "dataSource", sourceId: dataSourceId, type });
}
