import { recordEventLog } from "../../jobs/eventLog";
import type { TenantMutationContext, TenantQueryContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";

/** What changes of entities need of an operation's context, or of a job's step. */
export type EntityContext = Pick<TenantMutationContext, "db" | "unscoped" | "scheduler" | "now">;

/** What happens to entities, as their event log has it. */
export type EntityEvent = "entity.created" | "entity.updated" | "entity.deleted" | "entity.restored";

/** Notes in the event log, with the change, what happened to an entity. */
export async function logEntityEvent(
  ctx: EntityContext,
  eventType: EntityEvent,
  entity: Doc<"entities">,
  previous?: Doc<"entities">,
): Promise<void> {
  const { entityType, externalId, dataHash } = entity;
  const changed = previous && dataHash !== previous.dataHash;
  await recordEventLog(ctx, {
    organizationId: ctx.db.organizationId,
    entityId: entity._id,
    eventType,
    payload: {
      entityType,
      externalId,
      hash: dataHash,
      ...(changed ? { previousHash: previous.dataHash, changedKeys: changedKeys(previous, entity) } : {}),
    },
  });
}

const mostChangedKeys = 100;

/** What of an entity has changed: fields of the normalized data by their names, the site as `siteId`. Empty where only raw data did. */
function changedKeys(before: Doc<"entities">, after: Doc<"entities">): string[] {
  const names = new Set([...Object.keys(before.normalizedData), ...Object.keys(after.normalizedData)]);
  const textOf = (value: unknown) => JSON.stringify(value);
  const changed = [...names].filter(
    (name) => textOf(before.normalizedData[name]) !== textOf(after.normalizedData[name]),
  );
  return [...(before.siteId === after.siteId ? [] : ["siteId"]), ...changed].slice(0, mostChangedKeys);
}

/** What entities of one data source and type have in common. */
export interface EntityKind {
  readonly dataSourceId: Id<"dataSources">;
  readonly entityType: string;
}

/** How many entities of a kind are not in the trash. */
export async function liveCount(ctx: EntityContext, kind: EntityKind): Promise<number> {
  return (await countRowOf(ctx, kind))?.live ?? 0;
}

/** Keeps the count of a kind with its entities: every change of how many are live passes here, in its transaction. */
export async function addLive(ctx: EntityContext, kind: EntityKind, more: number): Promise<void> {
  if (more === 0) return;
  const known = await countRowOf(ctx, kind);
  if (known) await ctx.db.patch("entityCounts", known, { live: known.live + more });
  else
    await ctx.db.insert("entityCounts", { dataSourceId: kind.dataSourceId, entityType: kind.entityType, live: more });
}

function countRowOf({ db }: EntityContext, { dataSourceId, entityType }: EntityKind) {
  return db
    .index("entityCounts", "by_organizationId_and_dataSourceId_and_entityType", (q) =>
      q.eq("dataSourceId", dataSourceId).eq("entityType", entityType),
    )
    .unique();
}

/** The raw data of an entity with its row, which is read where it is needed alone. */
export function payloadOf({ db }: Pick<TenantQueryContext, "db">, entityId: Id<"entities">) {
  return db.index("entityPayloads", "by_organizationId_and_entityId", (q) => q.eq("entityId", entityId)).unique();
}
