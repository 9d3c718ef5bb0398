import { tableMetadata } from "../../core/schema/tableMetadata";
import { forgetHealth } from "../../observability/recordHealth";
import { linkedOf, resourceChanged } from "../resources/links";
import { named } from "../resources/naming";
import { dataHashOf, detailsOf } from "../resources/observing";
import { keepPayload } from "../resources/payloads";
import { tellOfResources } from "../resources/telling";
import { mostGone } from "./syncRules";
import type { TenantWriter } from "../../core/records/writer";
import type { LinkedResource } from "../resources/links";
import type { ProviderResource } from "../adapters/adapter";
import type { Doc, Id } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/**
 * Resources that one transaction writes or looks at. Convex makes 4,096 calls of its database in one, and each resource is written with
 * all its links, of which it may have `maximumProjects`.
 */
export const resourcesPerBatch = 50;

/** Of those that bring what their provider says, which may take 256 KiB each, as stored and as brought. */
const payloadsPerBatch = 40;
const payloadCharactersPerBatch = 1024 * 1024;

/** Parts a page into what one transaction each may take, at least one: of a page without rows the mutation notes the limits. */
export function batchesOf(rows: readonly ProviderResource[]): readonly (readonly ProviderResource[])[] {
  const batches: ProviderResource[][] = [[]];
  let payloads = 0;
  let characters = 0;
  for (const row of rows) {
    const { length } = row.fullApiData ?? "";
    const isFull =
      batches.at(-1)?.length === resourcesPerBatch ||
      payloads === payloadsPerBatch ||
      characters + length > payloadCharactersPerBatch;
    if (isFull) {
      batches.push([]);
      payloads = 0;
      characters = 0;
    }
    batches.at(-1)?.push(row);
    payloads += row.fullApiData === undefined ? 0 : 1;
    characters += length;
  }
  return batches;
}

/** What came of a batch. */
export type BatchCounts = { created: number; updated: number; unchanged: number; revived: number };

/**
 * Writes what a page has brought into one table: new rows, changed ones, and those that are back. Others are not written. Answers what came
 * of it, and the rows that were seen.
 */
export async function upsertResources(
  { db, now }: { readonly db: TenantWriter; readonly now: number },
  dock: Doc<"docks">,
  table: ResourceTable,
  found: readonly ProviderResource[],
): Promise<{ readonly counts: BatchCounts; readonly seen: readonly string[] }> {
  const counts = { created: 0, updated: 0, unchanged: 0, revived: 0 };
  const seen: string[] = [];
  const created: LinkedResource[] = [];
  const updated: LinkedResource[] = [];
  // Of what a page lists twice, the last counts.
  for (const [providerResourceId, each] of new Map(found.map((one) => [one.providerResourceId, one]))) {
    const { name, status, fullApiData } = each;
    const known = await resourceOf(db, dock._id, table, providerResourceId);
    const dataHash = await dataHashOf(each);
    const details = { ...named(table, name), ...detailsOf(table, each.details), status, dataHash };
    const isSame = known?.dataHash === dataHash;
    const outcome = outcomeOf(known, isSame);
    counts[outcome === "seenAgain" ? "unchanged" : outcome] += 1;
    if (known && outcome === "unchanged") {
      seen.push(known._id);
      continue;
    }
    if (known && outcome === "seenAgain") {
      // What a sync has missed once is as it was: whoever watches it learns nothing.
      await db.patch(table, known, { lastSeenAt: now, missingSince: undefined });
      seen.push(known._id);
      continue;
    }
    const observed = { ...details, lastSeenAt: now, missingSince: undefined };
    const { provider, _id: dockId } = dock;
    const first = { dockId, provider, providerResourceId, status, lastSeenAt: now, tags: [] };
    const written = !known
      ? await db.insert(table, { ...first, ...details })
      : outcome === "revived"
        ? await db.restore(table, known, observed)
        : await db.patch(table, known, observed);
    seen.push(written._id);
    if (!isSame && fullApiData !== undefined) await keepPayload(db, table, written, fullApiData);
    const linked = linkedOf(table, written);
    if (known) await resourceChanged(db, linked);
    if (outcome === "updated") updated.push(linked);
    else created.push(linked);
  }
  await tellOfResources(db, dock, { created, updated });
  return { counts, seen };
}

/** What a person deleted stays deleted; what a sync or a deleted dock took along comes back. */
function outcomeOf(known: Doc<ResourceTable> | null, isSame: boolean): keyof BatchCounts | "seenAgain" {
  if (!known) return "created";
  if (known.deletedAt !== undefined) return known.ignoredAt === undefined ? "revived" : "unchanged";
  if (!isSame) return "updated";
  return known.missingSince === undefined ? "unchanged" : "seenAgain";
}

function resourceOf(db: TenantWriter, dockId: Id<"docks">, table: ResourceTable, providerResourceId: string) {
  return db
    .index(table, "by_organizationId_and_dockId_and_providerResourceId", (q) =>
      q.eq("dockId", dockId).eq("providerResourceId", providerResourceId),
    )
    .first();
}

/** What of a table a complete reading has not seen. */
export interface Missing {
  readonly live: number;
  /** Missed for the first time. */
  readonly first: readonly string[];
  /** Missed by the complete sync before as well: they are gone. */
  readonly again: readonly string[];
}

/**
 * Sorts live rows of a table by what a complete reading has seen of them. What this very run has marked before it went on in another process
 * was missed once, not twice.
 */
export function missingAmong(
  rows: readonly Pick<Doc<ResourceTable>, "_id" | "missingSince">[],
  seen: ReadonlySet<string>,
  { startedAt }: Pick<Doc<"syncHistory">, "startedAt">,
): Missing {
  const unseen = rows.filter(({ _id }) => !seen.has(_id));
  const idsOf = (missed: typeof unseen) => missed.map(({ _id }) => _id);
  return {
    live: rows.length,
    first: idsOf(unseen.filter(({ missingSince }) => missingSince === undefined)),
    again: idsOf(unseen.filter(({ missingSince = startedAt }) => missingSince < startedAt)),
  };
}

/** Why what is gone may not go unconfirmed; undefined where it may. */
export function lossRefused({ live, again }: Missing, table: ResourceTable): string | undefined {
  const most = mostGone(live);
  return again.length > most
    ? `${again.length} of ${live} ${table} are gone, more than the ${most} that go unconfirmed: sync with \`confirmLoss\` if that is so.`
    : undefined;
}

/** Notes that rows were missed since a time, or, without one, moves to the trash those that were missed before. Answers how many it moved. */
export async function markResources(
  { db }: { readonly db: TenantWriter },
  dock: Doc<"docks">,
  table: ResourceTable,
  ids: readonly string[],
  missingSince: number | undefined,
): Promise<number> {
  const deleted: LinkedResource[] = [];
  for (const id of ids) {
    const row = await db.get(table, id);
    if (!row || row.deletedAt !== undefined) continue;
    if (missingSince !== undefined) await db.patch(table, row, { missingSince });
    // Restored by a person since it was looked at: it is missed for the first time again.
    else if (row.missingSince !== undefined) {
      const linked = linkedOf(table, await db.softDelete(table, row));
      await resourceChanged(db, linked);
      await forgetHealth({ db }, tableMetadata[table].noun, row._id);
      deleted.push(linked);
    }
  }
  await tellOfResources(db, dock, { deleted });
  return deleted.length;
}
