import type { LinkedResource } from "./links";
import type { TenantWriter } from "../../core/records/writer";
import type { Doc } from "../../_generated/dataModel";

/** Resources that one event tells of. */
const resourcesPerEvent = 50;

/** What of the resources of a dock has happened in one transaction. */
export interface ResourceNews {
  readonly created?: readonly LinkedResource[];
  readonly updated?: readonly LinkedResource[];
  readonly deleted?: readonly LinkedResource[];
}

/** Tells webhooks what happened to resources of a dock, with the change: in batches, whatever their tables are. */
export async function tellOfResources(
  db: TenantWriter,
  dock: Doc<"docks">,
  { created = [], updated = [], deleted = [] }: ResourceNews,
): Promise<void> {
  const news = [
    ["resource.created", created],
    ["resource.updated", updated],
    ["resource.deleted", deleted],
  ] as const;
  for (const [type, found] of news)
    for (let from = 0; from < found.length; from += resourcesPerEvent) {
      const batch = found.slice(from, from + resourcesPerEvent);
      const resources = batch.map(({ table, id, name, status }) => ({
        resourceTable: table,
        resourceId: id,
        name,
        status,
      }));
      await db.publishEvent("docks", type, dock, { resources });
    }
}
