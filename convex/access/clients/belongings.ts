import { grantOfDock } from "../../infrastructure/tables";
import type { Permission } from "../../core/access/permissions";
import type { TenantTable } from "../../core/records/documents";
import type { Assignment } from "../../core/records/assignedRows";

/** Resources of a table belong to the clients to which their dock is granted with it. */
function byDock(table: string): readonly Assignment[] {
  const covers = { field: "resourceTables", value: table };
  return [
    {
      to: "clients",
      field: "dockId",
      through: { ...grantOfDock, holder: "clientId", covers },
    },
  ];
}

/** Rows of one table that belong to clients. */
export interface Belonging {
  readonly table: TenantTable;
  /** The ways in which a row belongs to a client: those by which it is assigned to the client's people. */
  readonly ways: readonly Assignment[];
  /** Who may read these rows sees them with the client. */
  readonly permission: Permission;
  /** The field that says what a row is called, and the one that says how it is doing. */
  readonly name?: string;
  readonly status?: string;
}

/**
 * What belongs to a client, a line for each table. Folders register theirs here; an index that begins with the organization (then
 * `deletedAt`) and the field of a way must answer it.
 */
export const clientBelongings: readonly Belonging[] = [
  {
    table: "clientMemberships",
    ways: [{ to: "clients", field: "clientId" }],
    permission: "client:read",
    name: "roleKey",
  },
  {
    table: "projects",
    ways: [{ to: "clients", field: "clientId" }],
    permission: "project:read",
    name: "name",
    status: "status",
  },
  { table: "servers", ways: byDock("servers"), permission: "resource:read", name: "name", status: "status" },
  { table: "webServices", ways: byDock("webServices"), permission: "resource:read", name: "name", status: "status" },
  { table: "domains", ways: byDock("domains"), permission: "resource:read", name: "domainName", status: "status" },
  { table: "databases", ways: byDock("databases"), permission: "resource:read", name: "name", status: "status" },
];
