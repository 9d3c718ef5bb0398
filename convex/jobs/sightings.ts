import type { TenantReader } from "../core/records/reader";
import type { TenantWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";

/** What of a source was seen: rows of one kind. */
export type SeenKind =
  | { readonly type: string; readonly dataSourceId: Id<"dataSources"> }
  | { readonly type: string; readonly dockId: Id<"docks"> };

/** Rows of runs that nothing asks for any more, removed with each batch: one more than a batch adds. */
const forgottenPerBatch = 2;

/**
 * Notes what a batch of a run has brought, beside the run, so that a run may go on in another process; forgets some of what came before
 * `keptSince`.
 */
export async function noteSeen(
  { db, now }: { readonly db: TenantWriter; readonly now: number },
  kind: SeenKind,
  { _id: syncRunId }: Pick<Doc<"syncHistory">, "_id">,
  rowIds: readonly string[],
  keptSince: number | undefined,
): Promise<void> {
  if (rowIds.length > 0) await db.insert("syncSightings", { ...kind, syncRunId, rowIds: [...rowIds], seenAt: now });
  if (keptSince === undefined) return;
  const old = sightingsOf(db, kind, 0, keptSince);
  for (const forgotten of await old.take(forgottenPerBatch)) await db.purge("syncSightings", forgotten);
}

/** The rows of a kind that any run has seen from a time on, complete or not. */
export async function seenSince(db: TenantReader, kind: SeenKind, since: number): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  for await (const { rowIds } of sightingsOf(db, kind, since, Infinity)) for (const id of rowIds) seen.add(id);
  return seen;
}

/** Sightings of a kind from a time on, before another one. */
function sightingsOf(db: TenantReader, kind: SeenKind, from: number, before: number) {
  const { type } = kind;
  return "dockId" in kind
    ? db.index("syncSightings", "by_organizationId_and_dockId_and_type_and_seenAt", (q) =>
        q.eq("dockId", kind.dockId).eq("type", type).gte("seenAt", from).lt("seenAt", before),
      )
    : db.index("syncSightings", "by_organizationId_and_dataSourceId_and_type_and_seenAt", (q) =>
        q.eq("dataSourceId", kind.dataSourceId).eq("type", type).gte("seenAt", from).lt("seenAt", before),
      );
}
