import * as z from "zod";
import { defaultPageSize } from "../../core/records/listPlan";
import { changesOf } from "../../core/resources/casts";
import { deletionProblems, permanently } from "../../core/resources/crud";
import { noContent } from "../../core/resources/operations";
import { documentWith } from "../../core/resources/resource";
import { withArticle, wordsOf } from "../../core/resources/words";
import { described, rowId } from "../../core/schema/fields";
import { lazily } from "../../core/operations/once";
import { ProblemError } from "../../core/wire/errors";
import { tableMetadata } from "../../core/schema/tableMetadata";
import { forgetHealth } from "../../observability/recordHealth";
import { projectsOf } from "../projects/reaching";
import { resourcePayloadFields } from "../tables";
import { linkedOf, resourceChanged } from "./links";
import { tellOfResources } from "./telling";
import { forgetPayload, payloadOf } from "./payloads";
import type { Resource } from "../../core/resources/resource";
import type { TenantMutationContext, TenantQueryContext } from "../../core/operations/declaration";
import type { Fields } from "../../core/schema/table";
import type { Doc } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** Rows of a page with what their providers say: together with the rows a quarter of what a transaction may read. */
const fullPageSize = 12;

const include = () =>
  described(z.enum(["full"]), "`full` shows what the provider itself says, as `fullApiData`.", "full").optional();

/**
 * The operations that resources of each kind have: people read, tag and delete what syncs bring, and take it out of the trash.
 * `export const { list, get, update, delete: remove, restore } = inventoryOperations(servers)`.
 */
export function inventoryOperations<
  Table extends ResourceTable,
  Create extends Fields,
  Update extends Fields,
  IdParameter extends string,
  Field extends string,
>(resource: Resource<Table, Create, Update, IdParameter, Field>) {
  const { name, noun, table, idParameter } = resource;
  const words = withArticle(wordsOf(noun));
  const fullApiData = () => resourcePayloadFields.fullApiData.optional();
  const listed = lazily(() => documentWith(resource, { fullApiData: fullApiData() }));
  const shownAlone = lazily(() =>
    documentWith(resource, {
      fullApiData: fullApiData(),
      projectIds: described(
        z.array(rowId("projects")),
        "The projects that it belongs to, as far as the caller reads them.",
      ),
    }),
  );
  const shown = async (ctx: TenantQueryContext, row: Doc<Table>, included: "full" | undefined) => {
    const document = await resource.show(ctx, row);
    return included ? { ...document, fullApiData: (await payloadOf(ctx.db, table, row._id))?.fullApiData } : document;
  };
  return {
    list: resource.list("list", {
      summary: `List ${wordsOf(name.slice(name.indexOf("/") + 1))}`,
      description: `Newest first unless sorted otherwise; of whoever reaches granted docks alone, theirs. With \`include=full\` a page has ${fullPageSize} rows at most.`,
      input: () => ({ include: include() }),
      output: listed,
      handler: async (ctx, { include: included, ...input }) => {
        const limit = included ? Math.min(input.limit ?? defaultPageSize, fullPageSize) : input.limit;
        const result = await resource.rows(ctx, { ...input, limit });
        return { ...result, page: await Promise.all(result.page.map((row) => shown(ctx, row, included))) };
      },
    }),
    get: resource.read("get", {
      summary: `Get ${words}`,
      input: () => ({ include: include() }),
      output: shownAlone,
      departs: { tagsRow: true },
      handler: async (ctx, { include: included }) => {
        const projects = await projectsOf(ctx, { table, id: ctx.row._id });
        return { ...(await shown(ctx, ctx.row, included)), projectIds: projects.map(({ project: { _id } }) => _id) };
      },
    }),
    update: resource.change("update", {
      summary: `Update ${words}`,
      description:
        "Its tags and metadata; all else is as the provider has it. Fields left out stay as they are; null clears `metadata`.",
      input: () => resource.updateFields,
      problems: resource.problemsOf("update"),
      handler: (ctx, input) => resource.patch(ctx, ctx.row, changesOf<Table>(input, idParameter)),
    }),
    delete: resource.change("delete", {
      summary: `Delete ${words}`,
      description:
        "Moves it to the trash, where no sync revives it; the provider is not asked to do anything. Its links say `deleted`. With `permanent=true`, deletes for good what is in the trash: a sync that finds it then brings it anew.",
      input: () => ({ permanent: permanently() }),
      output: noContent,
      problems: deletionProblems(resource),
      departs: { includesDeleted: true },
      handler: async (ctx, { permanent }) =>
        removed(ctx, table, await rowOf(ctx, table, ctx.row._id), permanent === true),
    }),
    restore: resource.change("restore", {
      summary: `Restore ${words}`,
      description:
        "Takes it out of the trash. Syncs keep it as the provider has it again, and its links say how it is.",
      permission: "restore",
      problems: ["not_deleted", ...resource.problemsOf("restore")],
      departs: { includesDeleted: true },
      handler: async (ctx) => restored(ctx, table, await rowOf(ctx, table, ctx.row._id)),
    }),
  };
}

/** The row that the path names, as one of any kind. */
async function rowOf({ db }: TenantMutationContext, table: ResourceTable, id: string): Promise<Doc<ResourceTable>> {
  const row: Doc<ResourceTable> | null = await db.get(table, id);
  if (!row) throw new Error("The row of the path is not there.");
  return row;
}

async function removed(
  ctx: TenantMutationContext,
  table: ResourceTable,
  row: Doc<ResourceTable>,
  permanent: boolean,
): Promise<null> {
  const { db, now } = ctx;
  const isDeleted = row.deletedAt !== undefined;
  if (permanent && !isDeleted)
    throw new ProblemError("not_deleted", "Only what is in the trash can be deleted permanently.");
  if (permanent) {
    await forgetPayload(db, table, row._id);
    await db.purge(table, row);
    return null;
  }
  if (isDeleted) throw new ProblemError("already_deleted", "It is in the trash already.");
  const deleted = linkedOf(table, await db.softDelete(table, row, { ignoredAt: now }));
  await resourceChanged(db, deleted);
  const dock = await db.get("docks", row.dockId);
  if (dock) await tellOfResources(db, dock, { deleted: [deleted] });
  await forgetHealth(ctx, tableMetadata[table].noun, row._id);
  return null;
}

async function restored({ db }: TenantMutationContext, table: ResourceTable, row: Doc<ResourceTable>) {
  if (row.deletedAt === undefined) throw new ProblemError("not_deleted", "It is not in the trash.");
  const dock = await db.get("docks", row.dockId);
  if (dock?.deletedAt !== undefined)
    throw new ProblemError("dock_deleted", "The dock that brought it is in the trash.");
  const restoredRow = await db.restore(table, row, { ignoredAt: undefined, missingSince: undefined });
  const created = linkedOf(table, restoredRow);
  await resourceChanged(db, created);
  if (dock) await tellOfResources(db, dock, { created: [created] });
  return restoredRow;
}
