import { grantOfDock } from "./tables";
import type { Assignment } from "../core/records/assignedRows";
import type { ResourceTable } from "./tables";

/** How docks, and what they bring, are assigned: by grants to teams and clients, of which `operate` alone allows changes. */
function byDockGrant(field: string, table?: ResourceTable): readonly Assignment[] {
  const grant = { ...grantOfDock, ...(table && { covers: { field: "resourceTables", value: table } }) };
  return [
    { to: "teams", field, through: { ...grant, holder: "teamId" } },
    { to: "clients", field, through: { ...grant, holder: "clientId" } },
  ];
}

/** Docks are reached by any grant of them, whatever part of them it covers. */
export const grantedDocks = byDockGrant("_id");

/** What belongs to a dock is reached as the dock is. */
export const ofGrantedDocks = byDockGrant("dockId");

/** Resources of a table are reached by grants of their dock that cover the table. */
export function grantedResources(table: ResourceTable): readonly Assignment[] {
  return byDockGrant("dockId", table);
}
