import * as z from "zod";
import { deletionProblems, permanently } from "../core/resources/crud";
import { documentWith } from "../core/resources/resource";
import { lazily } from "../core/operations/once";
import { triedItem } from "../core/operations/triedItems";
import { noContent } from "../core/resources/operations";
import { defaultPageSize } from "../core/records/listPlan";
import { described, integer, reference, text } from "../core/schema/fields";
import { ProblemError } from "../core/wire/errors";
import { addSyncCounts } from "../jobs/syncRuns";
import { batchAnswer, countsOf, outcomes } from "./entities/batches";
import { dataHashOf } from "./entities/rawData";
import { pruneAfter } from "./entities/pruning";
import { entities } from "./entities/resource";
import { noteEntities, syncRunOf } from "./entities/sightings";
import { entityItem, upsertEntities } from "./entities/upserting";
import { logEntityEvent, payloadOf } from "./entities/writing";
import { entityFields, entityPayloadFields, maximumBatchItems } from "./tables";
import type { TenantMutationContext, TenantQueryContext } from "../core/operations/declaration";
import type { EntityKind } from "./entities/writing";
import type { Doc } from "../_generated/dataModel";

/** Rows of a page with raw data: together with the rows a quarter of what a transaction may read. */
const rawPageSize = 12;

const include = () =>
  described(z.enum(["raw"]), "`raw` shows what the connected system itself says, as `rawData`.", "raw").optional();
const withRawData = lazily(() => documentWith(entities, { rawData: entityPayloadFields.rawData.optional() }));

async function shown(ctx: TenantQueryContext, entity: Doc<"entities">, included: "raw" | undefined) {
  const document = await entities.show(ctx, entity);
  return included ? { ...document, rawData: (await payloadOf(ctx, entity._id))?.rawData } : document;
}

export const list = entities.list("list", {
  summary: "List entities",
  description: `Newest first unless sorted otherwise. \`dataSourceId\`, \`entityType\` and \`externalId\` together name one. With \`include=raw\` a page has ${rawPageSize} rows at most.`,
  input: () => ({ include: include() }),
  output: withRawData,
  handler: async (ctx, { include: included, ...input }) => {
    const only = await onlyOne(ctx, input);
    if (only) return { ...only, page: await Promise.all(only.page.map((row) => shown(ctx, row, included))) };
    const limit = included ? Math.min(input.limit ?? defaultPageSize, rawPageSize) : input.limit;
    const result = await entities.rows(ctx, { ...input, limit });
    return { ...result, page: await Promise.all(result.page.map((row) => shown(ctx, row, included))) };
  },
});

/** The page of the one entity that data source, type and external id name; undefined where a list is asked for by anything else. */
async function onlyOne({ db }: Pick<TenantQueryContext, "db">, input: object) {
  const { dataSourceId, entityType, externalId, ...others }: Readonly<Record<string, unknown>> = { ...input };
  const { limit: _limit, cursor: _cursor, ...further } = others;
  if (typeof dataSourceId !== "string" || typeof entityType !== "string" || typeof externalId !== "string")
    return undefined;
  const id = db.idOf("dataSources", dataSourceId);
  if (Object.values(further).some((value) => value !== undefined)) return undefined;
  const row =
    id &&
    (await db
      .index("entities", "by_organizationId_and_dataSourceId_and_entityType_and_externalId", (q) =>
        q.eq("dataSourceId", id).eq("entityType", entityType).eq("externalId", externalId),
      )
      .unique());
  return { page: row && row.deletedAt === undefined ? [row] : [], isDone: true, continueCursor: "" };
}

export const get = entities.read("get", {
  summary: "Get an entity",
  input: () => ({ include: include() }),
  output: withRawData,
  departs: { tagsRow: true },
  handler: async (ctx, { include: included }) => shown(ctx, ctx.row, included),
});

const kindFields = () => ({
  dataSourceId: described(reference("dataSources", "cascade"), "The data source."),
  entityType: entityFields.entityType,
});

/** @throws {ProblemError} 422 for a type that the integration of the data source does not bring */
async function sourceOf(ctx: TenantMutationContext, { dataSourceId, entityType }: EntityKind) {
  const source = await ctx.db.get("dataSources", dataSourceId);
  const integration = source && (await ctx.unscoped.get("integrations", source.integrationId));
  if (!source || !integration) throw new Error("A data source of the request is not there.");
  if (integration.supportedTypes.includes(entityType)) return source;
  const message = `${integration.name} brings ${integration.supportedTypes.join(", ")}.`;
  const code = "unsupported_entity_type";
  throw new ProblemError(code, message, [{ pointer: "/entityType", code, message }]);
}

export const bulkUpsert = entities.at("/bulk-upsert").change("bulkUpsert", {
  summary: "Upsert up to 200 entities",
  description:
    "What a data source brought of one type: by its external id each is created, updated where it differs from what is known, left alone where it does not, or revived from the trash. Each item is judged for itself: one that is refused has `errors`, and the others are taken. Of items with the same external id the last counts. The batch may take 4 MiB. With `syncRunId` the run notes what it has seen, which a prune needs.",
  permission: "upsert",
  input: () => ({
    ...kindFields(),
    syncRunId: described(
      text(1, 64),
      "The sync run that brings them, which has to be running.",
      "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
    ).optional(),
    items: described(
      z.array(triedItem(entityItem())).min(1).max(maximumBatchItems),
      "The entities as the data source has them.",
    ),
  }),
  output: () => batchAnswer("entities", outcomes),
  problems: ["unsupported_entity_type", "payload_too_large", "sync_run_not_found", "sync_run_ended"],
  departs: { operationId: "bulkUpsertEntities", readOnly: undefined },
  handler: async (ctx, { dataSourceId, entityType, syncRunId, items }) => {
    const kind = { dataSourceId, entityType };
    const source = await sourceOf(ctx, kind);
    const run = syncRunId === undefined ? undefined : await syncRunOf(ctx, kind, syncRunId);
    if (run && run.status !== "running")
      throw new ProblemError("sync_run_ended", `The sync run has ended: ${run.status}.`);
    const { results, seen } = await upsertEntities(ctx, source, entityType, items);
    const counts = countsOf(results);
    if (run) {
      await noteEntities(ctx, kind, run, seen);
      const { created = 0, updated = 0, revived = 0, unchanged = 0 } = counts;
      await addSyncCounts(ctx, run._id, entityType, { created, updated: updated + revived, unchanged });
    }
    return { results, counts };
  },
});

export const prune = entities.at("/prune").change("prune", {
  summary: "Delete entities that a data source no longer has",
  description:
    "Moves to the trash what neither the named sync run nor the complete one before it has seen: a list that is short once may be anybody's fault. The run has to be complete. Nothing that was written since goes, nor anything before there are two complete runs. Where more than a fifth of the entities would go, and more than 25, it is refused unless forced. What is more than one transaction's work goes on as a job.",
  permission: "delete",
  input: () => ({
    ...kindFields(),
    syncRunId: described(text(1, 64), "A complete sync run of both.", "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r"),
    force: described(z.boolean(), "True to delete however many are gone.").optional(),
  }),
  output: () =>
    z.object({
      deleted: described(integer(0, 1_000_000_000), "Entities that are in the trash now.", 3),
      hasMore: described(z.boolean(), "Whether a job goes on with what is left."),
      jobId: described(text(1, 64), "That job.", "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r").optional(),
    }),
  problems: ["unsupported_entity_type", "sync_run_not_found", "sync_not_complete", "prune_too_large"],
  departs: { operationId: "pruneEntities", readOnly: undefined },
  handler: async (ctx, { dataSourceId, entityType, syncRunId, force }) => {
    const kind = { dataSourceId, entityType };
    await sourceOf(ctx, kind);
    const run = await syncRunOf(ctx, kind, syncRunId);
    if (!run.isComplete)
      throw new ProblemError("sync_not_complete", "Only what a complete run has not seen may be taken for gone.");
    const { refused, deleted, jobId } = await pruneAfter(ctx, kind, run, { force });
    if (refused !== undefined) throw new ProblemError("prune_too_large", refused);
    return { deleted, hasMore: jobId !== undefined, ...(jobId === undefined ? {} : { jobId }) };
  },
});

export const update = entities.change("update", {
  summary: "Update an entity",
  description:
    "Fields left out stay as they are; null takes the site away. What the data source brings of it the next time counts again.",
  input: () => entities.updateFields,
  handler: async (ctx, { siteId, normalizedData }) => {
    const { row } = ctx;
    const payload = await payloadOf(ctx, row._id);
    const known = {
      siteId: siteId === undefined ? row.siteId : (siteId ?? undefined),
      normalizedData: normalizedData ?? row.normalizedData,
    };
    const dataHash = await dataHashOf({ ...known, rawData: payload?.rawData ?? "null" });
    const next = await entities.patch(ctx, row, { ...known, dataHash });
    if (next !== row) await logEntityEvent(ctx, "entity.updated", next, row);
    return next;
  },
});

const remove = entities.change("delete", {
  summary: "Delete an entity",
  description:
    "Moves it to the trash and ends its relationships for good; the data source revives it where it brings it again. With `permanent=true`, deletes for good what is in the trash.",
  input: () => ({ permanent: permanently() }),
  output: noContent,
  problems: deletionProblems(entities),
  departs: { includesDeleted: true },
  handler: (ctx, { permanent }) => entities.delete(ctx, ctx.row, { permanent: permanent === true }),
});
export { remove as delete };

export const restore = entities.change("restore", {
  summary: "Restore an entity",
  description: "Takes it out of the trash, without the relationships that it had.",
  permission: "delete",
  problems: ["not_deleted"],
  departs: { includesDeleted: true },
  handler: (ctx) => entities.restore(ctx, ctx.row, {}),
});
