import * as z from "zod";
import { described, rowId } from "../core/schema/fields";
import { definedOf, withPublicId } from "../core/records/documents";
import { changesOf } from "../core/resources/casts";
import { noContent } from "../core/resources/operations";
import { lazily } from "../core/operations/once";
import { mutationOperation } from "../core/operations/define";
import { asPatch } from "../core/schema/zod";
import { ProblemError } from "../core/wire/errors";
import { integrationName, integrations } from "./integrations/resource";
import { assertConsistent } from "./integrations/rules";
import { primaryOf } from "./dataSources/primary";
import { dataSourceFields, integrationFields } from "./tables";
import type { TenantQueryContext } from "../core/operations/declaration";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";

/** An integration with what the organization has made of it. */
const view = lazily(() =>
  integrations.document.extend({
    isEnabled: described(z.boolean(), "Whether the organization has connected it."),
    dataSourceId: described(rowId("dataSources"), "Its primary data source; absent while there is none.").optional(),
    dataSourceStatus: dataSourceFields.status
      .meta({ description: "How its primary data source is; absent while there is none." })
      .optional(),
  }),
);

async function viewOf({ db }: TenantQueryContext, integration: Doc<"integrations">) {
  const primary = await primaryOf(db, integration._id);
  const connected = primary ? { dataSourceId: primary._id, dataSourceStatus: primary.status } : {};
  return { ...withPublicId(integration), isEnabled: primary !== null, ...connected };
}

export const list = integrations.list("list", {
  summary: "List integrations",
  description: "What can be connected, and which of it the organization has. Newest first unless sorted otherwise.",
  output: view,
  handler: async (ctx, input) => {
    const result = await integrations.rows(ctx, input);
    const page: object[] = [];
    for (const integration of result.page) page.push(await viewOf(ctx, integration));
    return { ...result, page };
  },
});

export const get = integrations.read("get", {
  summary: "Get an integration",
  output: view,
  departs: { tagsRow: true },
  handler: (ctx) => viewOf(ctx, ctx.row),
});

export const create = integrations.at("/").change("create", {
  summary: "Create an integration",
  description:
    "For every organization of the deployment. `configSchema` is JSON Schema (2020-12) of an object, all in one place: without `$ref` and `patternProperties`, and with patterns that need no back references, looking around or word boundaries.",
  access: "platform",
  permission: "platform:admin",
  input: () => integrationFields,
  problems: ["slug_taken"],
  handler: (ctx, input) => {
    assertConsistent(input);
    const { typeConfig, adapter, iconUrl, color, productUrl, configSchema, ...always } = input;
    const sometimes = definedOf({ typeConfig, adapter, iconUrl, color, productUrl, configSchema });
    return ctx.unscoped.insert("integrations", { ...always, ...sometimes });
  },
});

export const update = mutationOperation({
  name: "integrations/integrations:update",
  operationId: "updateIntegration",
  noun: "integration",
  method: "PATCH",
  path: "/integrations/{integrationId}",
  summary: "Update an integration",
  description:
    "Fields left out stay as they are; null clears an optional field. Data sources that there are keep their `config` until it is changed.",
  access: "platform",
  permission: "platform:admin",
  on: integrations,
  params: () => ({ integrationId: integrationName() }),
  body: () => {
    const { slug: _, ...changeable } = integrationFields;
    return Object.fromEntries(Object.entries(changeable).map(([field, type]) => [field, asPatch(type)]));
  },
  output: () => integrations.document,
  handler: async ({ row, unscoped }, input) => {
    const changes = changesOf<"integrations">(input, "integrationId");
    assertConsistent({ ...row, ...changes });
    return withPublicId(await unscoped.patch("integrations", row, changes));
  },
});

/** What keeps an integration, as the beginning of a sentence; whose it is, nobody is told. */
async function usedBy(unscoped: UnscopedWriter, integrationId: Id<"integrations">): Promise<string | undefined> {
  const [dataSource, entity, price, usage] = await Promise.all([
    unscoped
      .query("dataSources")
      .withIndex("by_integrationId", (q) => q.eq("integrationId", integrationId))
      .first(),
    unscoped
      .query("globalEntities")
      .withIndex("by_integrationId", (q) => q.eq("integrationId", integrationId))
      .first(),
    unscoped
      .query("integrationPricingTiers")
      .withIndex("by_integrationId", (q) => q.eq("integrationId", integrationId))
      .first(),
    unscoped
      .query("usageRecords")
      .withIndex("by_integrationId", (q) => q.eq("integrationId", integrationId))
      .first(),
  ]);
  if (dataSource) return "Data sources connect";
  if (entity) return "Global entities belong to";
  if (price) return "Prices are of";
  return usage ? "Usage was recorded of" : undefined;
}

const remove = mutationOperation({
  name: "integrations/integrations:delete",
  operationId: "deleteIntegration",
  noun: "integration",
  method: "DELETE",
  path: "/integrations/{integrationId}",
  summary: "Delete an integration",
  description:
    "For good, while no data source of any organization connects it, those in the trash among them, and no global entity, price or usage belongs to it.",
  access: "platform",
  permission: "platform:admin",
  on: integrations,
  params: () => ({ integrationId: integrationName() }),
  output: noContent,
  status: 204,
  problems: ["integration_in_use"],
  handler: async ({ row, unscoped }) => {
    const what = await usedBy(unscoped, row._id);
    if (what !== undefined) throw new ProblemError("integration_in_use", `${what} it.`);
    await unscoped.discard("integrations", row);
    return null;
  },
});
export { remove as delete };
