import { ProblemError } from "../../core/wire/errors";
import { linkedOf, linksOf, maximumProjects } from "../resources/links";
import { linkable, reachingOf } from "./reaching";
import { maximumLinks } from "./resource";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { TenantReader } from "../../core/records/reader";
import type { Doc, Id } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** A resource as requests name it. */
export interface NamedResource {
  readonly resourceTable: ResourceTable;
  readonly resourceId: string;
}

/** @throws {ProblemError} 409 where a project cannot have as many more */
export async function assertRoomFor(db: TenantReader, projectId: Id<"projects">, more: number): Promise<void> {
  const links = db.index("projectResources", "by_organizationId_and_projectId_and_resourceTable", (q) =>
    q.eq("projectId", projectId),
  );
  if ((await links.take(maximumLinks)).length + more > maximumLinks)
    throw new ProblemError("limit_reached", `A project has ${maximumLinks} resources at most.`);
}

/** Links a resource to a project. @throws {ProblemError} 409 where it is linked, or belongs to as many as it may */
export async function linkNew(
  { db }: TenantMutationContext,
  projectId: Id<"projects">,
  table: ResourceTable,
  row: Doc<ResourceTable>,
): Promise<Doc<"projectResources">> {
  const { id: resourceId, name, status } = linkedOf(table, row);
  const links = await linksOf(db, { table, id: resourceId });
  const isLinked = links.some((link) => link.projectId === projectId);
  if (!isLinked && links.length >= maximumProjects)
    throw new ProblemError("limit_reached", `A resource belongs to ${maximumProjects} projects at most.`);
  const denormalized = { denormalizedName: name, denormalizedStatus: status };
  return db.insert("projectResources", { projectId, resourceTable: table, resourceId, ...denormalized });
}

/** What became of an item of a batch. */
export interface LinkResult {
  readonly outcome: "linked" | "skipped";
  readonly link: Doc<"projectResources">;
}

/** Links resources to a project; those that are there, or stand in the batch twice, stay as they are. */
export async function linkAll(
  ctx: TenantMutationContext,
  projectId: Id<"projects">,
  items: readonly NamedResource[],
): Promise<readonly LinkResult[]> {
  const known = new Map<string, Doc<"projectResources">>();
  const results: LinkResult[] = [];
  const reaches = reachingOf(ctx, "operate");
  const wanted: { readonly at: number; readonly table: ResourceTable; readonly row: Doc<ResourceTable> }[] = [];
  for (const [at, { resourceTable: table, resourceId }] of items.entries()) {
    const row = await linkable(ctx, table, resourceId, `/items/${at}/resourceId`, reaches);
    wanted.push({ at, table, row });
    const link = await linkOf(ctx.db, projectId, table, row._id);
    if (link) known.set(row._id, link);
  }
  const isNew = ({ row }: (typeof wanted)[number]) => !known.has(row._id);
  await assertRoomFor(ctx.db, projectId, new Set(wanted.filter(isNew).map(({ row }) => row._id)).size);
  for (const { at, table, row } of wanted) {
    const link = known.get(row._id);
    const made = link ?? (await linkNew(ctx, projectId, table, row));
    known.set(row._id, made);
    results[at] = { outcome: link ? "skipped" : "linked", link: made };
  }
  return results;
}

function linkOf(db: TenantReader, projectId: Id<"projects">, table: ResourceTable, resourceId: string) {
  return db
    .index("projectResources", "by_organizationId_and_projectId_and_resourceTable_and_resourceId", (q) =>
      q.eq("projectId", projectId).eq("resourceTable", table).eq("resourceId", resourceId),
    )
    .unique();
}
