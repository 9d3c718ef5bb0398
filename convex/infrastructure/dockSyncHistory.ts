import { everyRow } from "../core/access/reach";
import { listOperation } from "../core/operations/define";
import { resource } from "../core/resources/resource";
import { rowId } from "../core/schema/fields";
import { syncRunFields } from "../jobs/tables";
import { docks } from "./docks/resource";

/** Sync runs as those see them who reach what was synced. */
const dockRuns = resource({
  name: "infrastructure/dockSyncHistory",
  table: "syncHistory",
  path: "/docks/{dockId}/sync-history",
  idParameter: "syncId",
  permissions: "dock",
  fields: syncRunFields,
  list: { ranges: { startedAt: ["from", "to"] }, sorts: ["startedAt"], created: false },
});

export const list = listOperation({
  name: "infrastructure/dockSyncHistory:list",
  operationId: "listDockSyncHistory",
  noun: "syncRun",
  method: "GET",
  path: "/docks/{dockId}/sync-history",
  summary: "List the syncs of a dock",
  description: "The last begun first unless sorted otherwise. A run is kept for 90 days after its end.",
  access: "permission",
  permission: "dock:read",
  on: docks,
  params: () => ({ dockId: rowId("docks") }),
  query: () => dockRuns.listParameters(dockRuns.listOptions),
  output: () => dockRuns.document,
  problems: ["invalid_cursor"],
  handler: async (ctx, input) => {
    // Who reaches the dock reaches its runs.
    const context = { ...ctx, reach: everyRow };
    const asked = { ...input, sourceType: "dock", sourceId: ctx.row._id };
    const result = await dockRuns.rows(context, asked, {
      ...dockRuns.listOptions,
      filters: ["sourceType", "sourceId"],
    });
    return { ...result, page: await Promise.all(result.page.map((row) => dockRuns.show(ctx, row))) };
  },
});
