import { makeFunctionReference } from "convex/server";
import { openSyncRun, finishSyncRun, runningSyncRun, silentRunMs } from "../../jobs/syncRuns";
import { ProblemError } from "../../core/wire/errors";
import { administratorsOf } from "../../messaging/administrators";
import { notify } from "../../messaging/notify";
import { recordHealth } from "../../observability/recordHealth";
import { failuresToTell, nextAfterFailure, nextAfterSuccess, runType, staleLockMs } from "./syncRules";
import { limitedUntil } from "./rules";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** What changes of a dock by its syncs need, of an operation or of a cron. */
export type DockWork = Pick<TenantMutationContext, "db" | "unscoped" | "scheduler" | "now">;

/** What the action of a sync is told. A type, as arguments of functions are. */
export type SyncTask = {
  readonly organizationId: Id<"organizations">;
  readonly dockId: Id<"docks">;
  readonly syncRunId: Id<"syncHistory">;
  readonly tables?: ResourceTable[];
  /** Whatever is gone goes, however much it is. */
  readonly confirmLoss: boolean;
};
const runReference = makeFunctionReference<"action", SyncTask, null>("infrastructure/dockSync:run");

function subjectOf({ _id }: Doc<"docks">) {
  return { sourceType: "dock", sourceId: _id, type: runType } as const;
}

/** Who asks for a sync, and of what. */
interface SyncRequest extends Pick<SyncTask, "tables" | "confirmLoss"> {
  readonly trigger: "manual" | "scheduled";
  readonly triggeredBy?: Id<"users"> | undefined;
}

/**
 * Locks a dock, opens the run and schedules the action that reads the provider, all in the transaction of whoever asks.
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
  const task = { organizationId, dockId: dock._id, syncRunId: run._id, confirmLoss };
  await ctx.scheduler.runAfter(0, runReference, { ...task, ...(tables ? { tables: [...tables] } : {}) });
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
  const failures = isFailure ? (dock.consecutiveFailures ?? 0) + 1 : 0;
  const ended = await db.patch("docks", dock, {
    syncInProgress: false,
    syncStartedAt: undefined,
    lastSyncStatus: isFailure ? "error" : "success",
    lastSyncAt: now,
    lastSyncError: message,
    consecutiveFailures: failures,
    nextSyncAt: isFailure ? nextAfterFailure(dock, failures, now) : nextAfterSuccess(dock, now),
  });
  const outcome = isFailure ? "failure" : "success";
  const report = { resourceType: "dock", resourceId: dock._id, outcome, errorMessage: message } as const;
  await recordHealth(ctx, organization, report, { onChange: !isFailure });
  if (failures === failuresToTell || status === "partial") await tellOf(ctx, dock, status);
  return ended;
}

async function tellOf(ctx: DockWork, { _id: dockId }: Doc<"docks">, status: SyncOutcome["status"]): Promise<void> {
  const groupKey = `dock_sync_failed:${dockId}`;
  for (const userId of await administratorsOf(ctx))
    await notify(ctx, { userId, type: "dock_sync_failed", data: { dockId, status }, groupKey });
}

/** Whether nothing has been heard of the sync of a locked dock for so long that it is dead. */
export async function isStale(ctx: DockWork, dock: Doc<"docks">): Promise<boolean> {
  if ((dock.syncStartedAt ?? 0) > ctx.now - staleLockMs) return false;
  const run = await runningSyncRun(ctx, dock.organizationId, subjectOf(dock));
  return (run?.lockExpiresAt ?? 0) <= ctx.now;
}

/** How a sync ended that nobody has heard of. */
export const diedSilently: SyncOutcome = {
  status: "error",
  message: `Nothing was heard of the sync for ${silentRunMs / 60_000} minutes.`,
};
