import { noteSeen, seenSince } from "../../jobs/sightings";
import { getSyncRun, lastSyncRuns } from "../../jobs/syncRuns";
import { ProblemError } from "../../core/wire/errors";
import type { EntityContext, EntityKind } from "./writing";
import type { Doc, Id } from "../../_generated/dataModel";

type SyncRun = Doc<"syncHistory">;

/** Runs looked at for those that are complete; where fifty in a row were not, nothing is known for certain. */
const runsLookedAt = 50;

/**
 * The run that a request names, of this data source and type.
 * @throws {ProblemError} 422 when there is none
 */
export async function syncRunOf(
  ctx: EntityContext,
  { dataSourceId, entityType }: EntityKind,
  runId: string,
): Promise<SyncRun> {
  const run = await getSyncRun(ctx, runId);
  if (run?.sourceId === dataSourceId && run.type === entityType) return run;
  const message = "The data source has no sync run of this type by this id.";
  throw new ProblemError("sync_run_not_found", message, [
    { pointer: "/syncRunId", code: "sync_run_not_found", message },
  ]);
}

/** The complete runs of a data source and type that began before a time, the newest first. */
export async function completeRunsBefore(
  ctx: EntityContext,
  { dataSourceId, entityType }: EntityKind,
  before: number,
): Promise<readonly SyncRun[]> {
  const subject = { sourceId: dataSourceId, type: entityType };
  const runs = await lastSyncRuns(ctx, ctx.db.organizationId, subject, runsLookedAt);
  return runs.filter(({ isComplete, startedAt }) => isComplete && startedAt < before);
}

/** Notes what a batch of a run has brought, and forgets some of what came before the last two complete runs. */
export async function noteEntities(
  ctx: EntityContext,
  kind: EntityKind,
  run: SyncRun,
  entityIds: readonly Id<"entities">[],
): Promise<void> {
  const [, kept] = await completeRunsBefore(ctx, kind, run.startedAt);
  await noteSeen(ctx, seenKindOf(kind), run, entityIds, kept?.startedAt);
}

/** The entities of a kind that any run has seen from a time on, complete or not. */
export function entitiesSeenSince(
  { db }: EntityContext,
  kind: EntityKind,
  since: number,
): Promise<ReadonlySet<string>> {
  return seenSince(db, seenKindOf(kind), since);
}

function seenKindOf({ dataSourceId, entityType: type }: EntityKind) {
  return { dataSourceId, type };
}
