import { enqueueJob, liveJob } from "../../jobs/queue";
import { openSyncRun, finishSyncRun, runningSyncRun, touchSyncRun } from "../../jobs/syncRuns";
import { ProblemError } from "../../core/wire/errors";
import { administratorsOf } from "../../messaging/administrators";
import { notify } from "../../messaging/notify";
import { recordHealth } from "../../observability/recordHealth";
import { adapterOf } from "../adapters/registry";
import { failuresToTell, nextSyncOf, runType } from "./syncRules";
import { limitedUntil } from "./rules";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** What changes of a dock by its syncs need, of an operation or of a cron. */
export type DockWork = Pick<TenantMutationContext, "db" | "unscoped" | "scheduler" | "now">;

const syncAction = "dock.sync";
/** How often a sync is begun again that has ended with its process. */
const attemptsMax = 3;

/** A key a run: a job that has ended its run but still runs, or is tried again later, stands in no other run's way. */
function jobKeyOf({ _id }: Doc<"docks">, run: Doc<"syncHistory">): string {
  return `${syncAction}:${_id}:${run._id}`;
}

function subjectOf({ _id }: Doc<"docks">) {
  return { sourceType: "dock", sourceId: _id, type: runType } as const;
}

/** Who asks for a sync, and of what. */
interface SyncRequest {
  readonly tables?: readonly ResourceTable[];
  /** Whatever is gone goes, however much it is. */
  readonly confirmLoss: boolean;
  readonly trigger: "manual" | "scheduled";
  readonly triggeredBy?: Id<"users"> | undefined;
}

/**
 * Locks a dock, opens the run and enqueues the job that reads the provider, all in the transaction of whoever asks.
 * @throws {ProblemError} 409 `api_key_missing`, `rate_limited_by_provider`, `sync_in_progress`
 */
export async function startSync(
  ctx: DockWork,
  dock: Doc<"docks">,
  { trigger, triggeredBy, tables, confirmLoss }: SyncRequest,
): Promise<Doc<"syncHistory">> {
  if (!dock.encryptedApiKey) throw new ProblemError("api_key_missing", "The dock has no key to sync with.");
  if (dock.syncInProgress) throw new ProblemError("sync_in_progress", "A sync of the dock runs.");
  if (limitedUntil(dock, ctx.now) !== undefined)
    throw new ProblemError("rate_limited_by_provider", "The provider allows no request before `rateLimitResetAt`.");
  const { organizationId } = dock;
  const run = await openSyncRun(ctx, { organizationId, ...subjectOf(dock), trigger, triggeredBy });
  await ctx.db.patch("docks", dock, { syncInProgress: true, syncStartedAt: ctx.now, lastSyncStatus: "syncing" });
  const { _id: syncRunId } = run;
  await enqueueJob(ctx, {
    organizationId,
    runner: "builtin",
    action: syncAction,
    payload: { dockId: dock._id, syncRunId, confirmLoss, ...(tables ? { resourceTables: [...tables] } : {}) },
    // Who waits for the answer comes before what is synced by itself.
    priority: trigger === "manual" ? 4 : 6,
    attemptsMax,
    dedupeKey: jobKeyOf(dock, run),
  });
  return run;
}

/** How a sync ended. */
export interface SyncOutcome {
  readonly status: "success" | "partial" | "error";
  /** Why not as it should; absent where it did. */
  readonly message?: string | undefined;
}

/** Ends the run of a dock and its lock, and answers the dock; tells administrators where it failed often enough, or has lost more than goes unconfirmed. */
export async function endSync(
  ctx: DockWork,
  organization: Doc<"organizations">,
  dock: Doc<"docks">,
  { status, message }: SyncOutcome,
): Promise<Doc<"docks">> {
  const { db, now } = ctx;
  const run = await runningSyncRun(ctx, dock.organizationId, subjectOf(dock));
  const errors = message === undefined ? [] : [{ scope: runType, message }];
  if (run) await finishSyncRun(ctx, run._id, { status, complete: status === "success", errors });
  const isFailure = status === "error";
  const { minimumIntervalSeconds = 0 } = adapterOf(dock.provider) ?? {};
  const failures = isFailure ? (dock.consecutiveFailures ?? 0) + 1 : 0;
  const told = { lastSyncAt: now, consecutiveFailures: failures };
  const ended = await db.patch("docks", dock, {
    syncInProgress: false,
    syncStartedAt: undefined,
    lastSyncStatus: isFailure ? "error" : "success",
    lastSyncError: message,
    ...told,
    nextSyncAt: nextSyncOf({ ...dock, ...told }, now, minimumIntervalSeconds),
  });
  const outcome = isFailure ? "failure" : "success";
  const report = { resourceType: "dock", resourceId: dock._id, outcome, errorMessage: message } as const;
  await recordHealth(ctx, organization, report, { onChange: !isFailure });
  await db.publishEvent("docks", isFailure ? "dock.error" : "dock.synced", ended);
  if (failures === failuresToTell || (status === "partial" && !wasPartial(dock))) await tellOf(ctx, dock, status);
  return ended;
}

/** Whether the sync before was partial as well: administrators are told of the first. */
function wasPartial({ lastSyncError, consecutiveFailures = 0 }: Doc<"docks">): boolean {
  return lastSyncError !== undefined && consecutiveFailures === 0;
}

async function tellOf(ctx: DockWork, { _id: dockId }: Doc<"docks">, status: SyncOutcome["status"]): Promise<void> {
  const groupKey = `dock_sync_failed:${dockId}`;
  for (const userId of await administratorsOf(ctx))
    await notify(ctx, { userId, type: "dock_sync_failed", data: { dockId, status }, groupKey });
}

/** Whether the job of a locked dock's run waits, runs, or goes on by itself. */
export async function isAlive(ctx: DockWork, dock: Doc<"docks">): Promise<boolean> {
  const run = await runningSyncRun(ctx, dock.organizationId, subjectOf(dock));
  return run !== null && (await liveJob(ctx.db, jobKeyOf(dock, run), "pendingOrRunning")) !== null;
}

/** Says that the run of a dock lives, however long its job waits for its turn. */
export async function keepAlive(ctx: DockWork, dock: Doc<"docks">): Promise<void> {
  const run = await runningSyncRun(ctx, dock.organizationId, subjectOf(dock));
  if (run) await touchSyncRun(ctx, run);
}

/** How a sync ended whose job was cancelled, or has failed for good. */
export const broken: SyncOutcome = { status: "error", message: "The sync was broken off before its end." };
