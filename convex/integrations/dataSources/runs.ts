import {
  addSyncCounts,
  addSyncErrors,
  finishSyncRun,
  getSyncRun,
  openSyncRun,
  runningSyncRun,
} from "../../jobs/syncRuns";
import { isWhole } from "../adapters/reading";
import { pruneAfter } from "../entities/pruning";
import { noteEntities } from "../entities/sightings";
import { upsertEntities } from "../entities/upserting";
import { countsOf } from "../entities/batches";
import { recordHealth } from "../../observability/recordHealth";
import { maximumSites } from "./ending";
import { budgetAfter, settingsOf, stateOf, syncActionOf } from "./rules";
import { integrationOf } from "./resource";
import type { ReadingProgress } from "../adapters/reading";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { TenantWriter, UnscopedWriter } from "../../core/records/writer";
import type { Doc, Id } from "../../_generated/dataModel";

/** What a transaction on a data source works with. */
export interface SourceWork {
  readonly db: TenantWriter;
  readonly unscoped: UnscopedWriter;
  readonly scheduler: TenantMutationContext["scheduler"];
  readonly now: number;
  readonly source: Doc<"dataSources">;
  readonly organization: Doc<"organizations">;
}

/** How a test went. */
interface TestOutcome {
  readonly calls: number;
  readonly latencyMs: number;
  /** Why it failed; absent where it did not. */
  readonly error?: string | undefined;
}

/** Notes how a test went: on the data source, whose state follows it, and in its health. */
export async function noteTested(work: SourceWork, { calls, latencyMs, error }: TestOutcome): Promise<void> {
  const { db, now, source, organization } = work;
  const isWorking = error === undefined;
  const failed = {
    status: "error",
    lastSyncError: error,
    consecutiveFailures: source.consecutiveFailures + 1,
  } as const;
  const works = { status: "active", lastSyncError: undefined, consecutiveFailures: 0 } as const;
  await db.patch("dataSources", source, {
    ...(calls === 0 ? {} : { callBudget: budgetAfter(source, calls, now) }),
    ...(isWorking ? works : failed),
    ...(isWorking && source.status !== "active" ? { nextSyncAt: now } : {}),
  });
  const outcome = isWorking ? "success" : "failure";
  const report = { resourceType: "dataSource", resourceId: source._id, outcome, latencyMs } as const;
  await recordHealth(work, organization, { ...report, errorMessage: error });
}

/** Counts calls to a provider that were made in the present hour. */
export async function countCalls({ db, source, now }: SourceWork, calls: number): Promise<void> {
  await db.patch("dataSources", source, { callBudget: budgetAfter(source, calls, now) });
}

/** What a job asks for. */
interface RunRequest {
  readonly type: string;
  readonly trigger: "manual" | "scheduled";
  /** The id of a user, as the job's payload has it. */
  readonly triggeredBy?: string | undefined;
  readonly isFull: boolean;
}

/** Opens the run of a job, or goes on with the one that an attempt before has opened: what it reads, and from when on. */
export async function beginRun(
  work: SourceWork,
  { type, trigger, triggeredBy, isFull }: RunRequest,
): Promise<{ readonly syncRunId: Id<"syncHistory">; readonly changedSince: string | undefined }> {
  const { source, now, db } = work;
  const { organizationId } = source;
  const userId = (triggeredBy === undefined ? null : db.idOf("users", triggeredBy)) ?? undefined;
  const subject = { sourceType: "dataSource", sourceId: source._id, type } as const;
  const run =
    (await runningSyncRun(work, organizationId, subject)) ??
    (await openSyncRun(work, { organizationId, ...subject, trigger, triggeredBy: userId }));
  const { fullEveryMs } = settingsOf(await integrationOf(work, source.integrationId), type);
  const { cursor, lastFullAt = 0 } = stateOf(source, type);
  const isFullDue = isFull || fullEveryMs === undefined || lastFullAt + fullEveryMs <= now;
  return { syncRunId: run._id, changedSince: isFullDue || cursor === "" ? undefined : cursor };
}

/** A thing as its page brought it. */
interface TakenItem {
  readonly externalId: string;
  readonly siteExternalId?: string | undefined;
  /** JSON text. */
  readonly rawData: string;
  readonly normalizedData: Record<string, string | number | boolean>;
}

/**
 * Writes what one page has brought, each with the site whose customer it belongs to. What cannot be kept is said in the run, which is
 * not complete then: nothing that it has not seen is taken for gone.
 */
export async function takePage(
  work: SourceWork,
  {
    syncRunId,
    type,
    items,
    faults,
  }: {
    readonly syncRunId: string;
    readonly type: string;
    readonly items: readonly TakenItem[];
    readonly faults: readonly string[];
  },
): Promise<void> {
  const run = await getSyncRun(work, syncRunId);
  if (run?.status !== "running") throw new Error("The run has ended.");
  const siteOf = await sitesByCustomer(work);
  const tried: { readonly value: Parameters<typeof upsertEntities>[3][number]["value"] & object }[] = [];
  for (const { siteExternalId, ...item } of items)
    tried.push({ value: { ...item, siteId: (await siteOf(siteExternalId)) ?? null } });
  const { results, seen } = await upsertEntities(work, work.source, type, tried);
  await noteEntities(work, { dataSourceId: work.source._id, entityType: type }, run, seen);
  const { created = 0, updated = 0, revived = 0, unchanged = 0 } = countsOf(results);
  await addSyncCounts(work, run._id, type, { created, updated: updated + revived, unchanged });
  const errors = faults.map((message) => ({ scope: type, message }));
  if (errors.length > 0) await addSyncErrors(work, run._id, errors);
}

/**
 * How the sites of a data source are found by the provider's ids of customers: its own one, one of those that it is linked to, or any
 * where it is linked to none.
 */
async function sitesByCustomer({ db, source }: SourceWork) {
  const links = db.index("dataSourceSites", "by_organizationId_and_dataSourceId", (q) =>
    q.eq("dataSourceId", source._id),
  );
  const linked = new Set<string>((await links.take(maximumSites)).map(({ siteId }) => siteId));
  const known = new Map<string, Id<"sites"> | undefined>();
  return async (customer: string | undefined): Promise<Id<"sites"> | undefined> => {
    if (source.siteId !== undefined || customer === undefined) return source.siteId;
    if (known.has(customer)) return known.get(customer);
    const named = db.index("sites", "by_organizationId_and_deletedAt_and_psaCompanyId", (q) =>
      q.eq("deletedAt", undefined).eq("psaCompanyId", customer),
    );
    const sites = await named.take(10);
    const site = sites.find(({ _id }) => linked.size === 0 || linked.has(_id));
    known.set(customer, site?._id);
    return site?._id;
  };
}

/** How a run has read all that it was to read. */
interface ReadRun {
  readonly syncRunId: string;
  readonly type: string;
  /** Whether it has asked for everything. */
  readonly isFull: boolean;
  readonly progress: ReadingProgress;
}

/** What came of a run. */
interface EndedRun {
  readonly isComplete: boolean;
  /** Entities that were taken for gone. */
  readonly deleted: number;
  /** Why more of them were not. */
  readonly refused?: string;
}

/**
 * Ends a run that has read all that it was to read. Only one that has read everything there is, as far as can be told, is complete, and
 * has what neither it nor the complete run before it has seen taken for gone.
 */
export async function endRun(work: SourceWork, { syncRunId, type, isFull, progress }: ReadRun): Promise<EndedRun> {
  const { db, source } = work;
  const running = await getSyncRun(work, syncRunId);
  if (running?.status !== "running") throw new Error("The run has ended.");
  const action = syncActionOf(type);
  const { seen: seenBefore = 0 } = stateOf(source, type);
  const hasFaults = running.errors.length > 0;
  const isSeenWhole = isWhole(progress, seenBefore);
  const isComplete = isFull && isSeenWhole && !hasFaults;
  const isSuspect = isFull && !isSeenWhole;
  const run = await finishSyncRun(work, running._id, {
    status: isSuspect || hasFaults ? "partial" : "success",
    complete: isComplete,
    errors: isSuspect ? [{ scope: type, message: suspicion(progress, seenBefore) }] : [],
  });
  if (!isComplete || !run) return { isComplete, deleted: 0 };
  const state = { ...Object(source.metadata[action]), lastFullAt: run.startedAt, seen: progress.seen };
  await db.patch("dataSources", source, { metadata: { ...source.metadata, [action]: state } });
  const { deleted, refused } = await pruneAfter(work, { dataSourceId: source._id, entityType: type }, run);
  return { isComplete, deleted, ...(refused === undefined ? {} : { refused }) };
}

function suspicion({ seen }: ReadingProgress, seenBefore: number): string {
  return seen === 0
    ? `The provider lists nothing where there were ${seenBefore}: nothing is taken for gone.`
    : "The list changed while it was read: nothing is taken for gone.";
}
