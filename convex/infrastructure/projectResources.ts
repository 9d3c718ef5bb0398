import * as z from "zod";
import { listOperation, mutationOperation } from "../core/operations/define";
import { everyRow } from "../core/access/reach";
import { documentWith } from "../core/resources/resource";
import { noContent } from "../core/resources/operations";
import { defaultPageSize } from "../core/records/listPlan";
import { withPublicId } from "../core/records/documents";
import { lazily } from "../core/operations/once";
import { described, integer, rowId } from "../core/schema/fields";
import { ProblemError } from "../core/wire/errors";
import { assertRoomFor, linkAll, linkNew } from "./projects/linking";
import { linkable, projectsOf, reachingOf } from "./projects/reaching";
import { projectResources, projects } from "./projects/resource";
import { inventory } from "./resources/inventory";
import { projectResourceFields, resourceTables } from "./tables";
import type { TenantQueryContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";
import type { Reaching } from "./projects/reaching";
import type { ResourceTable } from "./tables";

const { resourceTable, resourceId } = projectResourceFields;
const projectId = () => rowId("projects");
const namedResource = () => ({ resourceTable, resourceId });
const linkProblems = ["limit_reached", "not_assigned", "cross_tenant_reference"] as const;

/** A resource of any kind: what all kinds have, and what some have besides. */
const anyResource = lazily(() => {
  const shapes: readonly Readonly<Record<string, z.ZodType>>[] = resourceTables.map(
    (table) => inventory[table].document.shape,
  );
  const fields = Object.entries(Object.assign({}, ...shapes)).flatMap(([name, type]) => {
    const isCommon = shapes.every((shape) => Object.hasOwn(shape, name));
    return type instanceof z.ZodType ? [[name, isCommon ? type : type.optional()] as const] : [];
  });
  return z.object({ ...Object.fromEntries(fields), id: resourceId });
});

export const list = listOperation({
  name: "infrastructure/projectResources:list",
  operationId: "listProjectResources",
  noun: "projectResource",
  method: "GET",
  path: "/projects/{projectId}/resources",
  summary: "List the resources of a project",
  description:
    "Newest first unless sorted otherwise. With `expand=resource` each link shows its resource too, where that is there and the caller reads it by itself.",
  access: "permission",
  permission: "project:read",
  on: projects,
  params: () => ({ projectId: projectId() }),
  query: () =>
    Object.assign(projectResources.listParameters(projectResources.listOptions), {
      expand: described(z.enum(["resource"]), "`resource` shows the resources themselves.", "resource").optional(),
    }),
  output: lazily(() =>
    documentWith(projectResources, {
      resource: described(anyResource(), "The resource itself, where it was asked for.").optional(),
    }),
  ),
  problems: ["invalid_cursor"],
  handler: async (ctx, { expand, ...input }) => {
    // Who reads the project reads its links.
    const context = { ...ctx, reach: everyRow };
    const asked = { ...input, projectId: ctx.row._id };
    const result = await projectResources.rows(context, asked, { filters: ["projectId", "resourceTable"] });
    const reaches = expand === undefined ? undefined : reachingOf(ctx, "read");
    return { ...result, page: await Promise.all(result.page.map((link) => shownLink(ctx, link, reaches))) };
  },
});

async function shownLink(ctx: TenantQueryContext, link: Doc<"projectResources">, reaches: Reaching | undefined) {
  const document = await projectResources.show(ctx, link);
  const found = reaches && (await readable(ctx, link.resourceTable, link.resourceId, reaches));
  return found ? { ...document, resource: withPublicId(found) } : document;
}

/** The resource, where it is not in the trash and the caller reads it. */
async function readable(
  ctx: TenantQueryContext,
  table: ResourceTable,
  id: string,
  reaches: Reaching,
): Promise<Doc<ResourceTable> | null> {
  const row: Doc<ResourceTable> | null = await ctx.db.get(table, id);
  return row && row.deletedAt === undefined && (await reaches(table, row)) ? row : null;
}

export const link = mutationOperation({
  name: "infrastructure/projectResources:link",
  operationId: "linkProjectResource",
  noun: "projectResource",
  method: "POST",
  path: "/projects/{projectId}/resources",
  summary: "Link a resource to a project",
  description:
    "The link bears the resource's name and status, which follow it from then on. Whoever reaches resources by grants needs one to operate the dock.",
  access: "permission",
  permission: "project:link",
  status: 201,
  on: projects,
  params: () => ({ projectId: projectId() }),
  body: namedResource,
  output: () => projectResources.document,
  problems: ["already_linked", ...linkProblems],
  handler: async (ctx, named) => {
    const { _id } = ctx.row;
    const row = await linkable(ctx, named.resourceTable, named.resourceId, "/resourceId");
    await assertRoomFor(ctx.db, _id, 1);
    return projectResources.show(ctx, await linkNew(ctx, _id, named.resourceTable, row));
  },
});

export const linkBatch = mutationOperation({
  name: "infrastructure/projectResources:linkBatch",
  operationId: "linkProjectResources",
  noun: "projectResource",
  method: "POST",
  path: "/projects/{projectId}/resources/batch",
  summary: "Link up to 100 resources to a project",
  description:
    "One transaction: all are linked that are not yet, or none. What is linked already, or named twice, is skipped. Pointers of errors carry the item's index.",
  access: "permission",
  permission: "project:link",
  on: projects,
  params: () => ({ projectId: projectId() }),
  body: () => ({
    items: described(z.array(z.strictObject(namedResource())).min(1).max(100), "The resources to link."),
  }),
  output: lazily(() => {
    const outcome = described(z.enum(["linked", "skipped"]), "Whether it was linked by this, or is linked already.");
    return z.object({
      data: described(
        z.array(z.object({ outcome, link: projectResources.document })),
        "What became of each item, in the order of `items`.",
      ),
      linked: described(integer(0, 100), "How many were linked.", 2),
      skipped: described(integer(0, 100), "How many were skipped.", 0),
    });
  }),
  problems: linkProblems,
  handler: async (ctx, { items }) => {
    const results = await linkAll(ctx, ctx.row._id, items);
    const data = await Promise.all(
      results.map(async ({ outcome, link: made }) => ({ outcome, link: await projectResources.show(ctx, made) })),
    );
    const linked = results.filter(({ outcome }) => outcome === "linked").length;
    return { data, linked, skipped: results.length - linked };
  },
});

export const unlink = mutationOperation({
  name: "infrastructure/projectResources:unlink",
  operationId: "unlinkProjectResource",
  noun: "projectResource",
  method: "DELETE",
  path: "/projects/{projectId}/resources/{linkId}",
  summary: "Unlink a resource from a project",
  description: "Ends the link for good; the resource stays.",
  access: "permission",
  permission: "project:link",
  status: 204,
  on: projects,
  params: () => ({ projectId: projectId(), linkId: rowId("projectResources") }),
  output: noContent,
  handler: async ({ db, row }, { linkId }) => {
    const found = await db.get("projectResources", linkId);
    if (!found || found.projectId !== row._id)
      throw new ProblemError("not_found", "The project has no link of this id.");
    await db.purge("projectResources", found);
    return null;
  },
});

export const listProjects = listOperation({
  name: "infrastructure/projectResources:listProjects",
  operationId: "listResourceProjects",
  noun: "project",
  method: "GET",
  path: "/resources/{resourceTable}/{resourceId}/projects",
  summary: "List the projects of a resource",
  description: "The projects that a resource belongs to, as far as the caller reads them, the one linked last first.",
  access: "permission",
  permission: "project:read",
  assigned: projects.assigned,
  params: namedResource,
  output: () => projects.document,
  problems: ["invalid_cursor", "not_found"],
  handler: async (ctx, { resourceTable: table, resourceId: id, cursor, limit = defaultPageSize }) => {
    const row: Doc<ResourceTable> | null = await ctx.db.get(table, id);
    if (!row || row.deletedAt !== undefined) throw new ProblemError("not_found", "There is no such resource.");
    const all = await projectsOf(ctx, { table, id: row._id });
    // Those that a caller may not read leave no short pages behind, which would tell of them: all are read, which are few.
    const from = cursor === undefined ? 0 : all.findIndex(({ link: { _id } }) => cursor === `${row._id}:${_id}`) + 1;
    if (cursor !== undefined && from === 0)
      throw new ProblemError("invalid_cursor", "The cursor belongs to another list, or is none.");
    const page = all.slice(from, from + limit);
    const last = page.at(-1);
    return {
      page: await Promise.all(page.map(({ project }) => projects.show(ctx, project))),
      isDone: from + page.length >= all.length,
      continueCursor: last ? `${row._id}:${last.link._id}` : "",
    };
  },
});
