import { crud } from "../core/resources/crud";
import { noContent } from "../core/resources/operations";
import { assertRoom, dataSourceSites } from "./dataSourceSites/resource";

const { list } = crud(dataSourceSites);
export { list };

export const link = dataSourceSites.at("/").change("link", {
  summary: "Link a data source to a site",
  description: "It brings entities of the site from then on, beside those of its other sites: 500 at most.",
  permission: "update",
  input: () => dataSourceSites.createFields,
  problems: ["already_linked", "limit_reached"],
  departs: { status: 201 },
  handler: async (ctx, input) => {
    await assertRoom(ctx, input.dataSourceId);
    return dataSourceSites.insert(ctx, input);
  },
});

export const unlink = dataSourceSites.change("unlink", {
  summary: "Unlink a data source from a site",
  permission: "update",
  output: noContent,
  departs: { method: "DELETE", path: "/data-source-sites/{linkId}" },
  handler: async (ctx) => {
    await dataSourceSites.delete(ctx, ctx.row, {});
    return null;
  },
});
