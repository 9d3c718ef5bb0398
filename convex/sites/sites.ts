import * as z from "zod";
import { batchCreation } from "../core/resources/batch";
import { crud, deletionProblems, permanently } from "../core/resources/crud";
import { noContent } from "../core/resources/operations";
import { lazily } from "../core/operations/once";
import { described } from "../core/schema/fields";
import { documentWith } from "../core/resources/resource";
import { agentCountsSchema, countAgents, readPerSite } from "./sites/counts";
import { sites } from "./sites/resource";

export const { list, get, create, update, restore } = crud(sites);
export const batchCreate = batchCreation(sites);

const remove = sites.change("delete", {
  summary: "Delete a site",
  description:
    "Moves it to the trash; with `cascade=true` its agents go with it and their keys stop. With `permanent=true`, deletes for good what is in the trash.",
  input: () => ({
    permanent: permanently(),
    cascade: described(z.boolean(), "True to move the site's agents to the trash with it.").optional(),
  }),
  output: noContent,
  problems: deletionProblems(sites),
  departs: { includesDeleted: true },
  handler: (ctx, input) => sites.delete(ctx, ctx.row, input),
});
export { remove as delete };

const view = lazily(() => documentWith(sites, { agents: agentCountsSchema() }));
const viewList = { filters: ["status"], trash: false } as const;

export const listView = sites.list("listView", {
  summary: "List sites with their agents counted",
  options: viewList,
  output: view,
  handler: async (ctx, input) => {
    const result = await sites.rows(ctx, input, viewList);
    const limits = readPerSite(result.page.length);
    const page = await Promise.all(
      result.page.map(async (site) => ({ ...site, agents: await countAgents(ctx.db, site._id, limits) })),
    );
    return { ...result, page };
  },
});

export const getView = sites.read("getView", {
  summary: "Get a site with its agents counted",
  output: view,
  handler: async (ctx) => ({ ...ctx.row, agents: await countAgents(ctx.db, ctx.row._id, readPerSite(1)) }),
});
