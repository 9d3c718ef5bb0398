import type { TenantReader } from "../../core/records/reader";
import type { TenantWriter } from "../../core/records/writer";
import type { Doc } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** What a provider itself says of a resource; null where no sync has brought it. */
export function payloadOf(
  db: TenantReader,
  table: ResourceTable,
  resourceId: string,
): Promise<Doc<"resourcePayloads"> | null> {
  return db
    .index("resourcePayloads", "by_organizationId_and_resourceTable_and_resourceId", (q) =>
      q.eq("resourceTable", table).eq("resourceId", resourceId),
    )
    .unique();
}

/** Keeps what a provider says of a resource now in the place of what it said. */
export async function keepPayload(
  db: TenantWriter,
  table: ResourceTable,
  { _id: resourceId, dockId }: Doc<ResourceTable>,
  fullApiData: string,
): Promise<void> {
  const known = await payloadOf(db, table, resourceId);
  if (known) await db.patch("resourcePayloads", known, { fullApiData });
  else await db.insert("resourcePayloads", { dockId, resourceTable: table, resourceId, fullApiData });
}

/** Lets go what was said of a resource that is deleted for good. */
export async function forgetPayload(db: TenantWriter, table: ResourceTable, resourceId: string): Promise<void> {
  const known = await payloadOf(db, table, resourceId);
  if (known) await db.purge("resourcePayloads", known);
}
