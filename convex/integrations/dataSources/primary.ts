import type { TenantReader } from "../../core/records/reader";
import type { TenantWriter } from "../../core/records/writer";
import type { Doc, Id } from "../../_generated/dataModel";

/** The data source that stands for an integration in the organization, if it has any. */
export function primaryOf(db: TenantReader, integrationId: Id<"integrations">): Promise<Doc<"dataSources"> | null> {
  return db
    .index("dataSources", "by_organizationId_and_deletedAt_and_integrationId_and_isPrimary", (q) =>
      q.eq("deletedAt", undefined).eq("integrationId", integrationId).eq("isPrimary", true),
    )
    .first();
}

/** Makes a data source the only one that stands for its integration. */
export async function demoteOthers(
  db: TenantWriter,
  { _id, integrationId }: Pick<Doc<"dataSources">, "_id" | "integrationId">,
): Promise<void> {
  const primaries = db.index("dataSources", "by_organizationId_and_deletedAt_and_integrationId_and_isPrimary", (q) =>
    q.eq("deletedAt", undefined).eq("integrationId", integrationId).eq("isPrimary", true),
  );
  // There is one at most, and the new one beside it.
  for (const other of await primaries.take(2))
    if (other._id !== _id) await db.patch("dataSources", other, { isPrimary: false });
}

/** After the primary one has gone, the oldest of those that are left stands for the integration. */
export async function promoteOldest(db: TenantWriter, gone: Doc<"dataSources">): Promise<void> {
  const others = db.index("dataSources", "by_organizationId_and_deletedAt_and_integrationId", (q) =>
    q.eq("deletedAt", undefined).eq("integrationId", gone.integrationId),
  );
  const oldest = (await others.take(2)).find(({ _id }) => _id !== gone._id);
  if (oldest) await db.patch("dataSources", oldest, { isPrimary: true });
}
