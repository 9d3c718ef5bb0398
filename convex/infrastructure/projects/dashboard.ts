import { tableMetadata } from "../../core/schema/tableMetadata";
import { healthStatuses } from "../../observability/tables";
import { resourceTables } from "../tables";
import { deletedStatus } from "../resources/links";
import { maximumLinks } from "./resource";
import type { TenantQueryContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

type Health = Doc<"healthChecks">["status"];

interface ShownLink {
  readonly linkId: Id<"projectResources">;
  readonly resourceId: string;
  readonly name: string;
  readonly status: string;
  readonly health?: Health;
}

/** All links of a project by the tables of their resources, and the worst health among these. */
export async function dashboardOf({ db }: Pick<TenantQueryContext, "db">, projectId: Id<"projects">) {
  const links = await db
    .index("projectResources", "by_organizationId_and_projectId_and_resourceTable", (q) => q.eq("projectId", projectId))
    .take(maximumLinks);
  const shown = await Promise.all(
    links.map(async (link) => [link.resourceTable, await shownLink({ db }, link)] as const),
  );
  const of = (wanted: ResourceTable) => shown.flatMap(([table, link]) => (table === wanted ? [link] : []));
  const worst = worstOf(shown.flatMap(([, { health }]) => (health === undefined ? [] : [health])));
  return {
    resources: Object.fromEntries(resourceTables.map((table) => [table, of(table)])),
    resourceCount: links.length,
    ...(worst === undefined ? {} : { health: worst }),
  };
}

async function shownLink(
  { db }: Pick<TenantQueryContext, "db">,
  {
    _id: linkId,
    resourceTable,
    resourceId,
    denormalizedName: name,
    denormalizedStatus: status,
  }: Doc<"projectResources">,
): Promise<ShownLink> {
  const link = { linkId, resourceId, name, status };
  // Of what is gone nothing is watched any more.
  if (status === deletedStatus) return link;
  const { noun } = tableMetadata[resourceTable];
  const check = await db
    .index("healthChecks", "by_organizationId_and_resourceType_and_resourceId", (q) =>
      q.eq("resourceType", noun).eq("resourceId", resourceId),
    )
    .unique();
  return check ? { ...link, health: check.status } : link;
}

/** The worst of these, or undefined where there is none. */
export function worstOf(found: readonly Health[]): Health | undefined {
  return healthStatuses.toReversed().find((status) => found.includes(status));
}
