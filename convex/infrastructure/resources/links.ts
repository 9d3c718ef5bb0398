import { nameOf } from "./naming";
import type { TenantReader } from "../../core/records/reader";
import type { TenantWriter } from "../../core/records/writer";
import type { Doc } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** Projects that a resource may belong to: each write of it writes all its links, and a sync writes many resources at once. */
export const maximumProjects = 50;
/** How a link says that its resource is in the trash or gone. */
export const deletedStatus = "deleted";

/** A resource as its links have to show it. */
export interface LinkedResource {
  readonly table: ResourceTable;
  readonly id: string;
  readonly name: string;
  /** `deleted` where it is in the trash or gone. */
  readonly status: string;
}

/** How links show a row. */
export function linkedOf(table: ResourceTable, row: Doc<ResourceTable>): LinkedResource {
  return { table, id: row._id, name: nameOf(row), status: row.deletedAt === undefined ? row.status : deletedStatus };
}

/** The links of a resource to projects, the oldest first. */
export function linksOf(db: TenantReader, { table, id }: Pick<LinkedResource, "table" | "id">) {
  return db
    .index("projectResources", "by_organizationId_and_resourceTable_and_resourceId", (q) =>
      q.eq("resourceTable", table).eq("resourceId", id),
    )
    .take(maximumProjects);
}

/**
 * Keeps the links of a resource as it is. Whoever writes the name, the status or the trash of a resource calls it in the same
 * transaction; links that say so already are not written. Answers how many it wrote.
 */
export async function resourceChanged(db: TenantWriter, resource: LinkedResource): Promise<number> {
  let written = 0;
  for (const link of await linksOf(db, resource)) {
    const kept = await db.patch("projectResources", link, {
      denormalizedName: resource.name,
      denormalizedStatus: resource.status,
    });
    if (kept !== link) written += 1;
  }
  return written;
}
