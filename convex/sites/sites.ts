import * as z from "zod";
import { batchCreation } from "../core/resources/batch";
import { crud, deletionProblems, permanently } from "../core/resources/crud";
import { listRows } from "../core/resources/pages";
import { withPublicId } from "../core/records/documents";
import { described, rowId } from "../core/schema/fields";
import { listParameters, supportedSets } from "../core/records/listPlan";
import { listOperation, mutationOperation, queryOperation } from "../core/operations/define";
import { documentWith } from "../core/resources/resource";
import { tableMetadata } from "../core/schema/tableMetadata";
import { agentCountsSchema, countAgents, countedPerSite } from "./sites/counts";
import { sites } from "./sites/resource";
import { siteFields } from "./tables";

export const { list, get, create, update, restore } = crud(sites);
export const batchCreate = batchCreation(sites);

const remove = mutationOperation({
  name: "sites/sites:delete",
  operationId: "deleteSite",
  noun: "site",
  method: "DELETE",
  path: "/sites/{siteId}",
  summary: "Delete a site",
  description:
    "Moves it to the trash; with `cascade=true` its agents go with it and their keys stop. With `permanent=true`, deletes for good what is in the trash.",
  access: "permission",
  permission: "site:delete",
  status: 204,
  on: sites,
  includesDeleted: true,
  params: { siteId: rowId("sites") },
  query: {
    permanent: permanently(),
    cascade: described(z.boolean(), "True to move the site's agents to the trash with it.").optional(),
  },
  output: z.null(),
  problems: deletionProblems(sites),
  handler: (ctx, input) => sites.delete(ctx, ctx.row, input),
});
export { remove as delete };

const view = documentWith(sites, { agents: agentCountsSchema });
const viewList = { filters: ["status"], trash: false } as const;

export const listView = listOperation({
  name: "sites/sites:listView",
  operationId: "listSitesView",
  noun: "site",
  method: "GET",
  path: "/sites/view",
  summary: "List sites with their agents counted",
  description: `Newest first unless sorted otherwise. ${supportedSets(tableMetadata.sites, viewList)}`,
  access: "organization",
  permission: "site:read",
  query: listParameters("sites", siteFields, viewList),
  output: view,
  problems: ["unsupported_filter", "invalid_cursor"],
  handler: async (ctx, input) => {
    const result = await listRows(ctx, "sites", viewList, input, "site");
    const bound = countedPerSite(result.page.length);
    const page = await Promise.all(
      result.page.map(async (site) => ({ ...site, agents: await countAgents(ctx.db, site.id, bound) })),
    );
    return { ...result, page };
  },
});

export const getView = queryOperation({
  name: "sites/sites:getView",
  operationId: "getSiteView",
  noun: "site",
  method: "GET",
  path: "/sites/{siteId}/view",
  summary: "Get a site with its agents counted",
  access: "organization",
  permission: "site:read",
  on: sites,
  params: { siteId: rowId("sites") },
  output: view,
  handler: async (ctx) => ({
    ...withPublicId(ctx.row),
    agents: await countAgents(ctx.db, ctx.row._id, countedPerSite(1)),
  }),
});
