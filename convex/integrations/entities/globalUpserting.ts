import * as z from "zod";
import { getDocumentSize } from "convex/values";
import { canonicalJson } from "../../core/wire/canonicalJson";
import { globalEntityFields } from "../tables";
import { assertBatchBytes, assertReadBytes, sortedBatch } from "./batches";
import { bytesOf, dataHashOf, rawDataInput } from "./rawData";
import type { UnscopedWriter } from "../../core/records/writer";
import type { Tried } from "../../core/operations/triedItems";
import type { ItemResult, Outcome } from "./batches";
import type { Doc, Id } from "../../_generated/dataModel";

/** What can become of an item: there is no trash to revive it from. */
export const globalOutcomes = [
  "created",
  "updated",
  "unchanged",
  "duplicate",
  "failed",
] as const satisfies readonly Outcome[];

/** One item of a bulk upsert of global entities. What is left out of one that is known stays as it is. */
export function globalEntityItem() {
  return z.strictObject({
    externalId: globalEntityFields.externalId,
    rawData: rawDataInput(),
    normalizedData: globalEntityFields.normalizedData.optional(),
  });
}
type GlobalItem = z.output<ReturnType<typeof globalEntityItem>>;

interface Planned {
  readonly at: number;
  readonly item: GlobalItem;
  readonly row: Doc<"globalEntities"> | null;
  readonly next: Pick<Doc<"globalEntities">, "normalizedData" | "dataHash" | "rawBytes">;
}

/**
 * Writes what an integration brings to everybody, of one type: what is new or has changed.
 * @throws {ProblemError} 413 for more than a transaction may take
 */
export async function upsertGlobalEntities(
  db: UnscopedWriter,
  kind: { readonly integrationId: Id<"integrations">; readonly entityType: string },
  items: readonly Tried<GlobalItem>[],
): Promise<readonly ItemResult[]> {
  const { results, wanted } = sortedBatch(items);
  const sentBytes = ({ rawData, normalizedData = {} }: GlobalItem) =>
    bytesOf(rawData) + bytesOf(canonicalJson(normalizedData));
  assertBatchBytes(wanted.reduce((sum, { item }) => sum + sentBytes(item), 0));
  const planned: Planned[] = [];
  for (const { at, item } of wanted) {
    const { externalId, rawData } = item;
    const row = await db
      .query("globalEntities")
      .withIndex("by_integrationId_and_entityType_and_externalId", (q) =>
        q.eq("integrationId", kind.integrationId).eq("entityType", kind.entityType).eq("externalId", externalId),
      )
      .unique();
    const normalizedData = item.normalizedData ?? row?.normalizedData ?? {};
    const dataHash = await dataHashOf({ rawData, normalizedData });
    planned.push({ at, item, row, next: { normalizedData, dataHash, rawBytes: bytesOf(rawData) } });
  }
  const readBytes = ({ row, next }: Planned) =>
    !row ? 0 : row.dataHash === next.dataHash ? getDocumentSize(row) : 3 * getDocumentSize(row) + 2 * row.rawBytes;
  assertReadBytes(planned.reduce((sum, plan) => sum + readBytes(plan), 0));
  for (const { at, item, row, next } of planned) {
    const { externalId, rawData } = item;
    const outcome = !row ? "created" : row.dataHash === next.dataHash ? "unchanged" : "updated";
    const written = row
      ? await db.patch("globalEntities", row, next)
      : await db.insert("globalEntities", { ...kind, externalId, ...next });
    if (outcome !== "unchanged") await keepPayload(db, written._id, rawData);
    results[at] = { externalId, outcome, id: written._id, dataHash: next.dataHash };
  }
  return results;
}

async function keepPayload(db: UnscopedWriter, globalEntityId: Id<"globalEntities">, rawData: string): Promise<void> {
  const known = await globalPayloadOf(db, globalEntityId);
  if (known) await db.patch("globalEntityPayloads", known, { rawData });
  else await db.insert("globalEntityPayloads", { globalEntityId, rawData });
}

/** The raw data of a global entity with its row. */
export function globalPayloadOf(db: Pick<UnscopedWriter, "query">, globalEntityId: Id<"globalEntities">) {
  return db
    .query("globalEntityPayloads")
    .withIndex("by_globalEntityId", (q) => q.eq("globalEntityId", globalEntityId))
    .unique();
}
