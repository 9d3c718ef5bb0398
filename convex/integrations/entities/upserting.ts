import * as z from "zod";
import { getDocumentSize } from "convex/values";
import { canonicalJson } from "../../core/wire/canonicalJson";
import { dayMs } from "../../core/wire/durations";
import { described, exampleHash, rowId } from "../../core/schema/fields";
import { entityFields } from "../tables";
import { assertBatchBytes, assertReadBytes, placed, sortedBatch } from "./batches";
import { bytesOf, dataHashOf, rawDataInput } from "./rawData";
import { addLive, logEntityEvent, payloadOf } from "./writing";
import type { EntityContext } from "./writing";
import type { ItemResult, Outcome } from "./batches";
import type { Tried } from "../../core/operations/triedItems";
import type { Doc, Id } from "../../_generated/dataModel";

/** What has not changed is written this often, so that `lastSeenAt` is true to the day. */
const seenIntervalMs = dayMs;

/** One item of a bulk upsert. What is left out of an entity that is known stays as it is. */
export function entityItem() {
  return z.strictObject({
    externalId: entityFields.externalId,
    siteId: described(
      rowId("sites").nullable(),
      "The site that it belongs to; null for none, and as it is known unless given.",
    ).optional(),
    rawData: rawDataInput(),
    normalizedData: entityFields.normalizedData.optional(),
    dataHash: described(
      z.string().max(200),
      "A hash of one's own: a hint that decides nothing, since the server makes the hash that it compares.",
      exampleHash,
    ).optional(),
  });
}
type EntityItem = z.output<ReturnType<typeof entityItem>>;

interface Planned {
  readonly at: number;
  readonly item: EntityItem;
  readonly row: Doc<"entities"> | null;
  readonly next: {
    readonly siteId: Id<"sites"> | undefined;
    readonly normalizedData: Record<string, unknown>;
    readonly dataHash: string;
    readonly rawBytes: number;
  };
}

/**
 * Writes what a data source brought of one type: what is new, has changed or comes back from the trash. What is as it was is not
 * written. Answers what became of each item, and the entities that were seen.
 * @throws {ProblemError} 413 for more than a transaction may take
 */
export async function upsertEntities(
  ctx: EntityContext,
  source: Doc<"dataSources">,
  entityType: string,
  items: readonly Tried<EntityItem>[],
): Promise<{ readonly results: readonly ItemResult[]; readonly seen: readonly Id<"entities">[] }> {
  const { results, wanted } = sortedBatch(items);
  assertBatchBytes(wanted.reduce((sum, { item }) => sum + bytesSentOf(item), 0));
  const sites = new Map<string, Id<"sites"> | null>();
  const planned: Planned[] = [];
  for (const { at, item } of wanted) {
    const siteId = typeof item.siteId === "string" ? await liveSite(ctx, sites, item.siteId) : undefined;
    if (siteId === null) results[at] = { externalId: item.externalId, outcome: "failed", errors: foreignSite(at) };
    else planned.push(await planOf(ctx, source, entityType, { at, item, siteId }));
  }
  assertReadBytes(planned.reduce((sum, plan) => sum + bytesReadFor(plan), 0));
  const seen: Id<"entities">[] = [];
  for (const plan of planned) {
    const [outcome, id] = await write(ctx, source, entityType, plan);
    seen.push(id);
    const { item, next, at } = plan;
    results[at] = { externalId: item.externalId, outcome, id, dataHash: next.dataHash };
  }
  const alive = results.filter(({ outcome }) => outcome === "created" || outcome === "revived").length;
  await addLive(ctx, { dataSourceId: source._id, entityType }, alive);
  return { results, seen };
}

function bytesSentOf({ rawData, normalizedData = {} }: EntityItem): number {
  return bytesOf(rawData) + bytesOf(canonicalJson(normalizedData));
}

/** A site of the organization that is not in the trash, or null; each is looked up once. */
async function liveSite({ db }: EntityContext, known: Map<string, Id<"sites"> | null>, siteId: string) {
  const found = known.get(siteId);
  if (found !== undefined) return found;
  const site = await db.get("sites", siteId);
  const live = site && site.deletedAt === undefined ? site._id : null;
  known.set(siteId, live);
  return live;
}

function foreignSite(at: number) {
  const message = "No site of the organization has this id.";
  return placed(at, [{ pointer: "/siteId", code: "cross_tenant_reference", message }]);
}

async function planOf(
  { db }: EntityContext,
  source: Doc<"dataSources">,
  entityType: string,
  { at, item, siteId }: { readonly at: number; readonly item: EntityItem; readonly siteId: Id<"sites"> | undefined },
): Promise<Planned> {
  const { externalId, rawData } = item;
  const row = await db
    .index("entities", "by_organizationId_and_dataSourceId_and_entityType_and_externalId", (q) =>
      q.eq("dataSourceId", source._id).eq("entityType", entityType).eq("externalId", externalId),
    )
    .unique();
  const known = {
    rawData,
    normalizedData: item.normalizedData ?? row?.normalizedData ?? {},
    siteId: item.siteId === undefined ? row?.siteId : siteId,
  };
  const dataHash = await dataHashOf(known);
  const { normalizedData } = known;
  return { at, item, row, next: { siteId: known.siteId, normalizedData, dataHash, rawBytes: bytesOf(rawData) } };
}

/** What reading and writing an item reads: its row, and of one that changes the row and its raw data again. */
function bytesReadFor({ row, next }: Planned): number {
  if (!row) return 0;
  const rowBytes = getDocumentSize(row);
  const isSame = row.dataHash === next.dataHash && row.deletedAt === undefined;
  return isSame ? rowBytes : 3 * rowBytes + 2 * row.rawBytes;
}

async function write(
  ctx: EntityContext,
  source: Doc<"dataSources">,
  entityType: string,
  { item, row, next }: Planned,
): Promise<readonly [Outcome, Id<"entities">]> {
  const { db, now } = ctx;
  if (!row) {
    const { siteId, ...values } = next;
    const created = await db.insert("entities", {
      integrationId: source.integrationId,
      dataSourceId: source._id,
      entityType,
      externalId: item.externalId,
      ...values,
      ...(siteId === undefined ? {} : { siteId }),
      lastSeenAt: now,
    });
    await db.insert("entityPayloads", { entityId: created._id, rawData: item.rawData });
    await logEntityEvent(ctx, "entity.created", created);
    return ["created", created._id];
  }
  const isChanged = row.dataHash !== next.dataHash;
  const changes = { ...(isChanged ? next : {}), lastSeenAt: now };
  if (isChanged) await keepPayload(ctx, row, item.rawData);
  if (row.deletedAt !== undefined) {
    await logEntityEvent(ctx, "entity.restored", await db.restore("entities", row, changes), row);
    return ["revived", row._id];
  }
  if (isChanged) {
    await logEntityEvent(ctx, "entity.updated", await db.patch("entities", row, changes), row);
    return ["updated", row._id];
  }
  if (now - row.lastSeenAt >= seenIntervalMs) await db.touch("entities", row, { lastSeenAt: now });
  return ["unchanged", row._id];
}

async function keepPayload(ctx: EntityContext, row: Doc<"entities">, rawData: string): Promise<void> {
  const payload = await payloadOf(ctx, row._id);
  if (payload) await ctx.db.patch("entityPayloads", payload, { rawData });
  else await ctx.db.insert("entityPayloads", { entityId: row._id, rawData });
}
