import * as z from "zod";
import { described } from "../../core/schema/fields";
import { withPublicId } from "../../core/records/documents";
import { ProblemError } from "../../core/wire/errors";
import { resource } from "../../core/resources/resource";
import { maximumSites } from "../dataSources/ending";
import { dataSourceSiteFields } from "../tables";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";

/** Links of data sources to sites. */
export const dataSourceSites = resource({
  name: "integrations/dataSourceSites",
  table: "dataSourceSites",
  path: "/data-source-sites",
  fields: dataSourceSiteFields,
  idParameter: "linkId",
  permissions: "dataSource",
  list: { filters: ["dataSourceId", "siteId"] },
});

/** All links of a data source. */
export function sitesOf() {
  return z.object({ data: described(z.array(dataSourceSites.document), "The links, one a site.") });
}

/** @throws {ProblemError} 409 where it has as many as it may have */
export async function assertRoom({ db }: TenantMutationContext, dataSourceId: Id<"dataSources">): Promise<void> {
  const links = await linksOf({ db }, dataSourceId);
  if (links.length >= maximumSites)
    throw new ProblemError("limit_reached", `A data source brings entities of ${maximumSites} sites at most.`);
}

/** Links a data source to these sites and no others; those that are there stay as they are. */
export async function replacedSites(
  ctx: TenantMutationContext,
  dataSourceId: Id<"dataSources">,
  siteIds: readonly Id<"sites">[],
) {
  const wanted = new Set(siteIds);
  const kept: Doc<"dataSourceSites">[] = [];
  for (const link of await linksOf(ctx, dataSourceId)) {
    if (wanted.delete(link.siteId)) kept.push(link);
    else await dataSourceSites.delete(ctx, link, {});
  }
  for (const siteId of wanted) kept.push(await dataSourceSites.insert(ctx, { dataSourceId, siteId }));
  return kept.map((link) => withPublicId(link));
}

function linksOf({ db }: Pick<TenantMutationContext, "db">, dataSourceId: Id<"dataSources">) {
  return db
    .index("dataSourceSites", "by_organizationId_and_dataSourceId", (q) => q.eq("dataSourceId", dataSourceId))
    .take(maximumSites);
}
