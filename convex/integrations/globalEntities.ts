import * as z from "zod";
import { globalResource } from "../core/resources/globalResource";
import { mutationOperation } from "../core/operations/define";
import { lazily } from "../core/operations/once";
import { triedItem } from "../core/operations/triedItems";
import { noContent } from "../core/resources/operations";
import { withPublicId } from "../core/records/documents";
import { defaultPageSize } from "../core/records/listPlan";
import { described, rowId } from "../core/schema/fields";
import { batchAnswer, countsOf } from "./entities/batches";
import { globalEntityItem, globalOutcomes, globalPayloadOf, upsertGlobalEntities } from "./entities/globalUpserting";
import { integrationName, referredIntegration } from "./integrations/resource";
import { entityPayloadFields, globalEntityFields, maximumBatchItems } from "./tables";
import type { UserQueryContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

const globalEntities = globalResource({
  name: "integrations/globalEntities",
  table: "globalEntities",
  path: "/global-entities",
  fields: globalEntityFields,
  idInPath: () => rowId("globalEntities"),
  named: (unscoped, id) => unscoped.get("globalEntities", id),
  list: { filters: ["integrationId", "entityType", "externalId"] },
  shownBeside: () => ["rawData"],
});

/** Rows of a page with raw data, as of entities. */
const rawPageSize = 12;

const include = () =>
  described(z.enum(["raw"]), "`raw` shows what the vendor itself says, as `rawData`.", "raw").optional();
const withRawData = lazily(() => globalEntities.document.extend({ rawData: entityPayloadFields.rawData.optional() }));

async function shown({ unscoped }: UserQueryContext, entity: Doc<"globalEntities">, included: "raw" | undefined) {
  const document = withPublicId(entity);
  return included ? { ...document, rawData: (await globalPayloadOf(unscoped, entity._id))?.rawData } : document;
}

export const list = globalEntities.list("list", {
  summary: "List global entities",
  description: `Newest first unless sorted otherwise. With \`include=raw\` a page has ${rawPageSize} rows at most.`,
  input: () => ({ include: include() }),
  output: withRawData,
  handler: async (ctx, { include: included, ...input }) => {
    const limit = included ? Math.min(input.limit ?? defaultPageSize, rawPageSize) : input.limit;
    const result = await globalEntities.rows(ctx, { ...input, limit });
    return { ...result, page: await Promise.all(result.page.map((row) => shown(ctx, row, included))) };
  },
});

export const get = globalEntities.read("get", {
  summary: "Get a global entity",
  input: () => ({ include: include() }),
  output: withRawData,
  departs: { tagsRow: true },
  handler: async (ctx, { include: included }) => shown(ctx, ctx.row, included),
});

export const bulkUpsert = globalEntities.at("/bulk-upsert").change("bulkUpsert", {
  summary: "Upsert up to 200 global entities",
  description:
    "What an integration brings to every organization, of one type: by its external id each is created, updated where it differs from what is known, or left alone. Each item is judged for itself, as in `POST /v1/entities/bulk-upsert`.",
  access: "platform",
  permission: "platform:admin",
  input: () => ({
    integrationId: integrationName(),
    entityType: globalEntityFields.entityType,
    items: described(
      z.array(triedItem(globalEntityItem())).min(1).max(maximumBatchItems),
      "The global entities as the vendor has them.",
    ),
  }),
  output: () => batchAnswer("globalEntities", globalOutcomes),
  problems: ["cross_tenant_reference", "payload_too_large"],
  // One row tells of the whole batch.
  departs: { operationId: "bulkUpsertGlobalEntities", audit: false, readOnly: undefined },
  handler: async (ctx, { integrationId, entityType, items }) => {
    const integration = await referredIntegration(ctx, integrationId);
    const results = await upsertGlobalEntities(ctx.unscoped, { integrationId: integration._id, entityType }, items);
    const counts = countsOf(results, globalOutcomes);
    await ctx.unscoped.appendAudit({
      action: "globalEntity.bulkUpsert",
      operation: "update",
      tableName: "globalEntities",
      recordId: integration._id,
      metadata: { entityType, ...counts },
    });
    return { results, counts };
  },
});

const remove = mutationOperation({
  name: "integrations/globalEntities:delete",
  operationId: "deleteGlobalEntity",
  noun: "globalEntity",
  method: "DELETE",
  path: "/global-entities/{globalEntityId}",
  summary: "Delete a global entity",
  description: "Deletes it for good.",
  access: "platform",
  permission: "platform:admin",
  on: globalEntities,
  params: () => ({ globalEntityId: rowId("globalEntities") }),
  output: noContent,
  status: 204,
  handler: async ({ row, unscoped }) => {
    await unscoped.purge("globalEntities", row);
    return null;
  },
});
export { remove as delete };
