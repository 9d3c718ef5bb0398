import { getDocumentSize } from "convex/values";
import { endRelationships } from "./relationships";
import { entitiesSeenSince } from "./sightings";
import { addLive, liveCount, logEntityEvent } from "./writing";
import type { EntityContext, EntityKind } from "./writing";
import type { Doc, Id } from "../../_generated/dataModel";

/** What one transaction that takes entities away does at most: rows deleted, rows and bytes looked at. */
const deletedPerStep = 200;
const readPerStep = 2000;
const bytesPerStep = 4 * 1024 * 1024;

/** How many may vanish at once: what is beyond is rather a fault of whoever listed them. */
const freelyPruned = 25;
const prunedShare = 0.2;

/** Moves an entity to the trash, ends its relationships and tells of it; the count of its kind is the caller's. Answers what it ended. */
async function trash(ctx: EntityContext, entity: Doc<"entities">): Promise<number> {
  const ended = await endRelationships(ctx, entity._id);
  await ctx.db.softDelete("entities", entity);
  await logEntityEvent(ctx, "entity.deleted", entity);
  return ended;
}

/**
 * Moves a batch of a data source's entities to the trash, of whatever type. Answers how many, and whether those were all.
 */
export async function trashOfSource(
  ctx: EntityContext,
  dataSourceId: Id<"dataSources">,
): Promise<{ readonly deleted: number; readonly isDone: boolean }> {
  const rows = ctx.db.index("entities", "by_dataSource_and_type_and_lastSeen", (q) =>
    q.eq("deletedAt", undefined).eq("dataSourceId", dataSourceId),
  );
  const found: Doc<"entities">[] = [];
  let sizeBytes = 0;
  let isDone = true;
  for await (const row of rows) {
    isDone = found.length < deletedPerStep && sizeBytes < bytesPerStep;
    if (!isDone) break;
    found.push(row);
    sizeBytes += getDocumentSize(row);
  }
  const deleted = await trashAll(ctx, found);
  return { deleted, isDone: isDone && deleted === found.length };
}

/** Moves rows to the trash until that has ended as many relationships as a transaction should; answers how many rows. */
async function trashAll(ctx: EntityContext, rows: readonly Doc<"entities">[]): Promise<number> {
  const deleted = new Map<string, number>();
  let [count, ended] = [0, 0];
  for (const row of rows) {
    if (ended > 10 * deletedPerStep) break;
    ended += await trash(ctx, row);
    deleted.set(row.entityType, (deleted.get(row.entityType) ?? 0) + 1);
    count += 1;
  }
  const [{ dataSourceId } = { dataSourceId: undefined }] = rows;
  if (dataSourceId) for (const [entityType, gone] of deleted) await addLive(ctx, { dataSourceId, entityType }, -gone);
  return count;
}

/** What is pruned: entities of a kind that no run has seen since a time, at which the earlier of two complete runs began. */
export interface Prune extends EntityKind {
  readonly unseenSince: number;
  /** How many may be pruned in all. */
  readonly most: number;
}

/** Where a prune goes on: behind the row of these, in the order of the index. */
export interface PrunePosition {
  readonly lastSeenAt: number;
  readonly createdAt: number;
}

/** How many entities of a kind the runs since a time have not seen, or rather fewer, and how many may be pruned unforced. */
export async function pruneSize(ctx: EntityContext, kind: EntityKind, unseenSince: number) {
  const live = await liveCount(ctx, kind);
  const seen = await entitiesSeenSince(ctx, kind, unseenSince);
  // What was seen and is in the trash since counts for one that is there; then at least one is looked for.
  const trashed = await ctx.db
    .index("entities", "by_organizationId_and_deletedAt", (q) => q.gte("deletedAt", unseenSince))
    .first();
  const unseen = Math.max(trashed ? 1 : 0, live - seen.size);
  return { unseen, most: Math.max(freelyPruned, Math.floor(live * prunedShare)) };
}

/**
 * One batch of a prune. Answers how many it moved to the trash and where it goes on: behind the last row that it looked at, nowhere
 * where that was all of them. A batch with which more would go than may is cut: it deletes nothing.
 */
export async function pruneBatch(
  ctx: EntityContext,
  prune: Prune,
  from: PrunePosition | undefined,
  deletedBefore: number,
): Promise<{ readonly deleted: number; readonly goOn: PrunePosition | undefined; readonly isCut: boolean }> {
  const { dataSourceId, entityType, unseenSince, most } = prune;
  const seen = await entitiesSeenSince(ctx, prune, unseenSince);
  const rows = ctx.db.index("entities", "by_dataSource_and_type_and_lastSeen", (q) => {
    const kind = q.eq("deletedAt", undefined).eq("dataSourceId", dataSourceId).eq("entityType", entityType);
    // What was written since is there, whichever run or person wrote it.
    return kind.gte("lastSeenAt", from?.lastSeenAt ?? 0).lt("lastSeenAt", unseenSince);
  });
  const room = most - deletedBefore;
  const missing: Doc<"entities">[] = [];
  let [read, sizeBytes] = [0, 0];
  let position = from;
  let isCut = false;
  let isMore = false;
  for await (const row of rows) {
    if (from && row.lastSeenAt === from.lastSeenAt && row._creationTime <= from.createdAt) continue;
    isMore = read === readPerStep || sizeBytes >= bytesPerStep || missing.length === deletedPerStep;
    if (isMore) break;
    if (!seen.has(row._id)) {
      isCut = missing.length === room;
      if (isCut) break;
      missing.push(row);
    }
    position = { lastSeenAt: row.lastSeenAt, createdAt: row._creationTime };
    read += 1;
    sizeBytes += getDocumentSize(row);
  }
  if (isCut) return { deleted: 0, goOn: undefined, isCut };
  const deleted = await trashAll(ctx, missing);
  const last = missing.at(deleted - 1);
  // Relationships were too many: the rest of the missing is looked at again.
  if (deleted < missing.length && last)
    return { deleted, goOn: { lastSeenAt: last.lastSeenAt, createdAt: last._creationTime }, isCut };
  return { deleted, goOn: isMore ? position : undefined, isCut };
}
