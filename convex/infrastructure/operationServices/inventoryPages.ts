import { canonicalJson } from "../../core/wire/canonicalJson";
import { withPublicId } from "../../core/records/documents";
import { projectResources, projects } from "../projects/resource";
import { maximumLinks } from "../projects/resource";
import { inventory } from "../resources/inventory";
import type { UnscopedReader } from "../../core/records/reader";
import type { InventoryPage, InventoryTable } from "../operationTypes/operationType";
import type { Doc, Id } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** Rows that one query reads: with tags and metadata a row takes 12 KiB at most. */
const rowsPerPage = 250;

/** Which rows are asked for. */
interface Asked {
  readonly organizationId: Id<"organizations">;
  readonly table: InventoryTable;
  readonly cursor: string | null;
  /** Only what belongs to this project. */
  readonly projectId?: string | undefined;
}

/** How the rows of a table are shown to whoever may read all of them, secrets of the server left out. */
const documents = { ...inventory, projects, projectResources } as const;

/** A page of the inventory: rows that are not in the trash, in the order in which they were made, each as its document says. */
export async function inventoryPageOf(reader: UnscopedReader, asked: Asked): Promise<InventoryPage> {
  const { rows, cursor } =
    asked.projectId === undefined ? await pageOf(reader, asked) : await rowsOfProject(reader, asked, asked.projectId);
  const { document } = documents[asked.table];
  const lines = rows.map((row) => `${canonicalJson(document.parse(withPublicId(row)))}\n`);
  return { lines: lines.join(""), rows: rows.length, cursor };
}

async function pageOf(reader: UnscopedReader, { organizationId, table, cursor }: Asked) {
  const options = { cursor, numItems: rowsPerPage };
  const found =
    table === "projectResources"
      ? await reader
          .query(table)
          .withIndex("by_organizationId_and_projectId_and_resourceTable", (q) => q.eq("organizationId", organizationId))
          .paginate(options)
      : await reader
          .query(table)
          .withIndex("by_organizationId_and_deletedAt", (q) =>
            q.eq("organizationId", organizationId).eq("deletedAt", undefined),
          )
          .paginate(options);
  return { rows: found.page, cursor: found.isDone ? null : found.continueCursor };
}

/** What belongs to a project: all of a table, of which a project has no more than one transaction reads. */
async function rowsOfProject(reader: UnscopedReader, { organizationId, table }: Asked, projectId: string) {
  const project = await reader.get("projects", projectId);
  if (project?.organizationId !== organizationId || project.deletedAt !== undefined) return { rows: [], cursor: null };
  if (table === "projects") return { rows: [project], cursor: null };
  const links = await reader
    .query("projectResources")
    .withIndex("by_organizationId_and_projectId_and_resourceTable", (q) =>
      q.eq("organizationId", organizationId).eq("projectId", project._id),
    )
    .take(maximumLinks);
  if (table === "projectResources") return { rows: links, cursor: null };
  const ids = links.filter(({ resourceTable }) => resourceTable === table).map(({ resourceId }) => resourceId);
  const rows: Doc<ResourceTable>[] = [];
  for (const id of ids) {
    const row: Doc<ResourceTable> | null = await reader.get(table, id);
    if (row?.organizationId === organizationId && row.deletedAt === undefined) rows.push(row);
  }
  return { rows, cursor: null };
}
