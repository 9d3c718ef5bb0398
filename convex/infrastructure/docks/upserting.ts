import { linkedOf, resourceChanged } from "../resources/links";
import { named } from "../resources/naming";
import { dataHashOf, detailsOf } from "../resources/observing";
import { keepPayload } from "../resources/payloads";
import { mostGone } from "./syncRules";
import type { Changes } from "../../core/records/scope";
import type { TenantWriter } from "../../core/records/writer";
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

/** What came of a batch. A revived row counts as updated in the history of runs. */
export type BatchCounts = { created: number; updated: number; unchanged: number };

/** Writes what a page has brought into one table: new rows, changed ones, and those that are back. Others are not written. */
export async function upsertResources(
  { db, now }: { readonly db: TenantWriter; readonly now: number },
  dock: Doc<"docks">,
  table: ResourceTable,
  found: readonly ProviderResource[],
): Promise<BatchCounts> {
  const counts = { created: 0, updated: 0, unchanged: 0 };
  // Of what a page lists twice, the last counts.
  for (const [providerResourceId, each] of new Map(found.map((one) => [one.providerResourceId, one]))) {
    const { name, status, fullApiData } = each;
    const known = await resourceOf(db, dock._id, table, providerResourceId);
    const dataHash = await dataHashOf(each);
    const details = { ...named(table, name), ...detailsOf(table, each.details), status, dataHash };
    const seen = { ...details, lastSeenAt: now, missingSince: undefined };
    const isSame = known?.dataHash === dataHash;
    let written: Doc<ResourceTable> | undefined;
    if (!known) {
      const { provider, _id: dockId } = dock;
      const first = { dockId, provider, providerResourceId, status, lastSeenAt: now, tags: [] };
      written = await db.insert(table, { ...first, ...details });
      counts.created += 1;
    } else if (known.deletedAt !== undefined) {
      // What a person deleted stays deleted; what a sync or a deleted dock took along comes back.
      if (known.ignoredAt === undefined) {
        written = await db.restore(table, known, seen);
        counts.updated += 1;
      } else counts.unchanged += 1;
    } else if (!isSame || known.missingSince !== undefined) {
      written = await db.patch(table, known, seen);
      counts.updated += 1;
    } else counts.unchanged += 1;
    if (!written) continue;
    if (!isSame && fullApiData !== undefined) await keepPayload(db, table, written, fullApiData);
    if (known) await resourceChanged(db, linkedOf(table, written));
  }
  return counts;
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

/** Sorts the live rows of a table by what a complete reading has seen of them. */
export function missingAmong(
  rows: readonly Pick<Doc<ResourceTable>, "_id" | "providerResourceId" | "missingSince">[],
  seen: ReadonlySet<string>,
): Missing {
  const unseen = rows.filter(({ providerResourceId }) => !seen.has(providerResourceId));
  const idsOf = (missed: typeof unseen) => missed.map(({ _id }) => _id);
  return {
    live: rows.length,
    first: idsOf(unseen.filter(({ missingSince }) => missingSince === undefined)),
    again: idsOf(unseen.filter(({ missingSince }) => missingSince !== undefined)),
  };
}

/** Why what is gone may not go unconfirmed; undefined where it may. */
export function lossRefused({ live, again }: Missing, table: ResourceTable): string | undefined {
  const most = mostGone(live);
  return again.length > most
    ? `${again.length} of ${live} ${table} are gone, more than the ${most} that go unconfirmed: sync with \`confirmLoss\` if that is so.`
    : undefined;
}

/** Notes that rows were missed since a time, or, without one, moves them to the trash. Answers how many it moved. */
export async function markResources(
  { db }: { readonly db: TenantWriter },
  table: ResourceTable,
  ids: readonly string[],
  missingSince: number | undefined,
): Promise<number> {
  let deleted = 0;
  for (const id of ids) {
    const row = await db.get(table, id);
    if (!row || row.deletedAt !== undefined) continue;
    if (missingSince === undefined) {
      await resourceChanged(db, linkedOf(table, await db.softDelete(table, row)));
      deleted += 1;
    } else await db.patch(table, row, { missingSince });
  }
  return deleted;
}

/** Notes on a dock what its provider says of its key. */
export async function noteOf(
  { db }: { readonly db: TenantWriter },
  dock: Doc<"docks">,
  changes: Changes<"docks">,
): Promise<void> {
  await db.patch("docks", dock, changes);
}
