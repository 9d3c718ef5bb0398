import { dayMs, minuteMs } from "../core/wire/durations";
import { ProblemError } from "../core/wire/errors";
import { writerOf } from "./organizationScope";
import type { Changes } from "../core/records/scope";
import type { ServiceContext } from "./organizationScope";
import type { Doc, Id } from "../_generated/dataModel";

type SyncRun = Doc<"syncHistory">;
type SyncCounts = SyncRun["counts"][string];

/** A run that says nothing for this long is taken for dead. */
export const silentRunMs = 15 * minuteMs;
const retentionMs = 90 * dayMs;
const mostErrors = 50;
const mostMessageCharacters = 1000;

/** What is synced, of which there is one run at a time. */
export interface SyncSubject {
  readonly sourceType: SyncRun["sourceType"];
  readonly sourceId: string;
  readonly type: string;
}

/** Source and type as the row of a running run has them. */
function openKeyOf({ sourceType, sourceId, type }: SyncSubject): string {
  return `${sourceType}:${sourceId}:${type}`;
}

/**
 * Opens a run of a source and type, which runs until `finishSyncRun` or until nothing is heard of it for a quarter of an hour.
 * @throws {ProblemError} 409 `sync_in_progress` while another one of them runs
 */
export async function openSyncRun(
  ctx: ServiceContext,
  {
    organizationId,
    trigger,
    triggeredBy,
    ...subject
  }: SyncSubject & {
    readonly organizationId: Id<"organizations">;
    readonly trigger: SyncRun["trigger"];
    readonly triggeredBy?: Id<"users"> | undefined;
  },
): Promise<SyncRun> {
  const db = await writerOf(ctx, organizationId);
  if (await runningSyncRun(ctx, organizationId, subject))
    throw new ProblemError("sync_in_progress", `A synchronization of its ${subject.type} runs.`);
  return db.insert("syncHistory", {
    ...subject,
    trigger,
    status: "running",
    isComplete: false,
    startedAt: ctx.now,
    counts: {},
    errors: [],
    ...(triggeredBy === undefined ? {} : { triggeredBy }),
    openKey: openKeyOf(subject),
    lockExpiresAt: ctx.now + silentRunMs,
  });
}

/** The run of a source and type that runs now, if one does. */
export async function runningSyncRun(
  ctx: Pick<ServiceContext, "unscoped" | "db">,
  organizationId: Id<"organizations">,
  subject: SyncSubject,
): Promise<SyncRun | null> {
  const db = await writerOf(ctx, organizationId);
  return db.index("syncHistory", "by_organizationId_and_openKey", (q) => q.eq("openKey", openKeyOf(subject))).first();
}

/** The last runs of a source and type, the newest first; a running one is among them. */
export async function lastSyncRuns(
  ctx: Pick<ServiceContext, "unscoped" | "db">,
  organizationId: Id<"organizations">,
  { sourceId, type }: Pick<SyncSubject, "sourceId" | "type">,
  count: number,
): Promise<SyncRun[]> {
  const db = await writerOf(ctx, organizationId);
  return db
    .index("syncHistory", "by_organizationId_and_sourceId_and_type_and_startedAt", (q) =>
      q.eq("sourceId", sourceId).eq("type", type),
    )
    .order("desc")
    .take(count);
}

/** A run, or null where there is none of that id; in an operation, none of another organization. */
export async function getSyncRun(
  { unscoped, db }: Pick<ServiceContext, "unscoped" | "db">,
  runId: string,
): Promise<SyncRun | null> {
  return db ? db.get("syncHistory", runId) : unscoped.get("syncHistory", runId);
}

/** Adds to what has come of a run so far, and says that it lives. Answers the run; nothing changes once it has ended. */
export async function addSyncCounts(
  ctx: ServiceContext,
  runId: Id<"syncHistory">,
  kind: string,
  more: Partial<SyncCounts>,
): Promise<SyncRun | null> {
  const run = await getSyncRun(ctx, runId);
  if (run?.status !== "running") return run;
  const { created, updated, deleted, unchanged, revived } =
    (Object.hasOwn(run.counts, kind) && run.counts[kind]) || noCounts;
  const sum = {
    created: created + (more.created ?? 0),
    updated: updated + (more.updated ?? 0),
    deleted: deleted + (more.deleted ?? 0),
    unchanged: unchanged + (more.unchanged ?? 0),
    ...(revived === undefined && more.revived === undefined ? {} : { revived: (revived ?? 0) + (more.revived ?? 0) }),
  };
  return patchRun(ctx, run, { counts: { ...run.counts, [kind]: sum }, lockExpiresAt: ctx.now + silentRunMs });
}

/** Notes what went wrong in a run that goes on; of what it knows already, and of more than a row holds, nothing. */
export async function addSyncErrors(
  ctx: ServiceContext,
  runId: Id<"syncHistory">,
  errors: readonly SyncRun["errors"][number][],
): Promise<void> {
  const run = await getSyncRun(ctx, runId);
  if (run?.status === "running") await patchRun(ctx, run, { errors: keptErrors(run, errors) });
}

/** The errors of a run with more of them, each once. */
function keptErrors({ errors: known }: SyncRun, errors: readonly SyncRun["errors"][number][]): SyncRun["errors"] {
  const more = errors.map(({ scope, message }) => ({ scope, message: message.slice(0, mostMessageCharacters) }));
  const kept = new Map([...known, ...more].map((error) => [`${error.scope}: ${error.message}`, error]));
  return [...kept.values()].slice(0, mostErrors);
}

const noCounts: SyncCounts = { created: 0, updated: 0, deleted: 0, unchanged: 0 };

/** Says that a run lives; written when half of its time is over, so that heartbeats cost nothing. */
export async function touchSyncRun(ctx: ServiceContext, run: SyncRun): Promise<void> {
  const { status, lockExpiresAt = 0 } = run;
  if (status === "running" && lockExpiresAt - ctx.now < silentRunMs / 2)
    await patchRun(ctx, run, { lockExpiresAt: ctx.now + silentRunMs });
}

/** How a run ended. */
export interface SyncEnd {
  readonly status: Exclude<SyncRun["status"], "running">;
  /** True where all that the source has was seen, to the proven end of its pages. */
  readonly complete: boolean;
  readonly errors?: readonly SyncRun["errors"][number][] | undefined;
}

/** Ends a run; the first end counts. Answers the run, or null where there is none. */
export async function finishSyncRun(
  ctx: ServiceContext,
  runId: Id<"syncHistory">,
  { status, complete, errors = [] }: SyncEnd,
): Promise<SyncRun | null> {
  const run = await getSyncRun(ctx, runId);
  if (run?.status !== "running") return run;
  return patchRun(ctx, run, {
    status,
    isComplete: complete && status === "success",
    finishedAt: ctx.now,
    durationMs: Math.max(0, ctx.now - run.startedAt),
    errors: keptErrors(run, errors),
    openKey: undefined,
    lockExpiresAt: undefined,
    expiresAt: ctx.now + retentionMs,
  });
}

/** Within the caller's organization where it has one, past it in a cron. */
function patchRun(
  { unscoped, db }: Pick<ServiceContext, "unscoped" | "db">,
  run: SyncRun,
  changes: Changes<"syncHistory">,
): Promise<SyncRun> {
  return db ? db.patch("syncHistory", run, changes) : unscoped.patch("syncHistory", run, changes);
}
