import { crud } from "../core/resources/crud";
import { resource } from "../core/resources/resource";
import { grantOfDock } from "../infrastructure/tables";
import { syncRunFields } from "./tables";

/** What was synced, and what came of it; nobody writes it by hand. */
const syncHistory = resource({
  name: "jobs/syncHistory",
  table: "syncHistory",
  path: "/sync-history",
  fields: syncRunFields,
  idParameter: "syncId",
  permissions: "syncHistory",
  // Those of docks are assigned as their docks are.
  assigned: [
    { to: "teams", field: "sourceId", through: { ...grantOfDock, holder: "teamId" } },
    { to: "clients", field: "sourceId", through: { ...grantOfDock, holder: "clientId" } },
  ],
  list: {
    filters: ["sourceType", "sourceId", "status"],
    ranges: { startedAt: ["from", "to"] },
    sorts: ["startedAt"],
    created: false,
  },
});

const { get } = crud(syncHistory);
export { get };

export const list = syncHistory.list("list", {
  summary: "List the history of synchronizations",
  description: "The last begun first unless sorted otherwise. A run is kept for 90 days after its end.",
});
