import { noteSeen, seenSince } from "../../jobs/sightings";
import { addSyncCounts } from "../../jobs/syncRuns";
import { limitedUntil } from "./rules";
import { holdKey, keyLimitedUntil, noteLimits } from "./sharedLimits";
import { endSync } from "./syncRuns";
import { markResources, missingAmong, upsertResources } from "./upserting";
import type { RateLimits } from "./rules";
import type { DockWork, SyncOutcome } from "./syncRuns";
import type { Missing } from "./upserting";
import type { ProviderResource } from "../adapters/adapter";
import type { Doc } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** What a transaction of a run works with, which is running. */
export interface RunWork extends DockWork {
  readonly organization: Doc<"organizations">;
  readonly dock: Doc<"docks">;
  readonly syncRun: Doc<"syncHistory">;
}

/** Until when the key of a dock is to be left alone; absent where it may be used. */
export type LimitedKey = { readonly waitsUntil?: number };

/** Notes by which key a dock is synced, and what other docks of the same key know of it. */
export async function beginReading(work: RunWork, keyFingerprint: string): Promise<LimitedKey> {
  const { db, dock } = work;
  const waitsUntil = await keyLimitedUntil(work, keyFingerprint);
  if (dock.keyFingerprint !== keyFingerprint) await db.touch("docks", dock, { keyFingerprint });
  if (waitsUntil === undefined) return {};
  await holdKey(work, keyFingerprint, waitsUntil);
  return { waitsUntil };
}

/** Notes the account of the key, the first time; answers whether it is still of that one. */
export async function noteAccount(
  work: RunWork,
  accountId: string | undefined,
  limits: RateLimits | undefined,
): Promise<boolean> {
  const { db, dock } = work;
  const { providerAccountId = accountId } = dock;
  if (providerAccountId !== accountId) return false;
  if (dock.providerAccountId !== providerAccountId) await db.patch("docks", dock, { providerAccountId });
  await noteRunLimits(work, limits);
  return true;
}

/** Writes a batch of what the provider lists, and that it was seen. */
export async function takeBatch(
  work: RunWork,
  table: ResourceTable,
  found: readonly ProviderResource[],
  limits: RateLimits | undefined,
): Promise<LimitedKey> {
  const { db, dock, syncRun, now } = work;
  const { counts, seen } = await upsertResources(work, dock, table, found);
  await noteSeen(work, { dockId: dock._id, type: table }, syncRun, seen, syncRun.startedAt);
  await addSyncCounts(work, syncRun._id, table, counts);
  // What is left of them is written at the end: each page says it anew.
  if (limits?.remaining === 0) await noteRunLimits(work, limits);
  const waitsUntil = limitedUntil((await db.get("docks", dock._id)) ?? dock, now);
  return waitsUntil === undefined ? {} : { waitsUntil };
}

/** Rows looked at in one transaction. */
const rowsPerPage = 500;

/** What a run has not seen of a page of the rows that its dock has brought, and how many it has seen in all. */
export async function missingPage(
  { db, dock, syncRun }: RunWork,
  table: ResourceTable,
  after: string | null,
): Promise<Missing & { readonly seen: number; readonly after: string | null }> {
  const seen = await seenSince(db, { dockId: dock._id, type: table }, syncRun.startedAt);
  const { page, isDone, continueCursor } = await db
    .index(table, "by_organizationId_and_deletedAt_and_dockId", (q) =>
      q.eq("deletedAt", undefined).eq("dockId", dock._id),
    )
    .paginate({ cursor: after, numItems: rowsPerPage });
  return { ...missingAmong(page, seen, syncRun), seen: seen.size, after: isDone ? null : continueCursor };
}

/** Notes that rows were missed for the first time, or moves those to the trash that are gone. */
export async function markBatch(
  work: RunWork,
  table: ResourceTable,
  ids: readonly string[],
  isGone: boolean,
): Promise<void> {
  const { syncRun, dock } = work;
  const deleted = await markResources(work, dock, table, ids, isGone ? undefined : syncRun.startedAt);
  if (isGone) await addSyncCounts(work, syncRun._id, table, { deleted });
}

/** Has the key left alone until an instant, by all docks that have it. */
export async function holdRunKey(work: RunWork, until: number): Promise<void> {
  const { keyFingerprint } = work.dock;
  if (keyFingerprint !== undefined) await holdKey(work, keyFingerprint, until);
}

/** Ends a run, with what the provider last said of the key. */
export async function endReading(
  work: RunWork,
  { status, message }: SyncOutcome,
  limits: RateLimits | undefined,
): Promise<void> {
  const { db, dock, organization } = work;
  await noteRunLimits(work, limits);
  const present = (await db.get("docks", dock._id)) ?? dock;
  await endSync(work, organization, present, { status, message: message?.slice(0, 1000) });
}

async function noteRunLimits(work: RunWork, limits: RateLimits | undefined): Promise<void> {
  const { keyFingerprint } = work.dock;
  if (limits && keyFingerprint !== undefined) await noteLimits(work, keyFingerprint, limits);
}
