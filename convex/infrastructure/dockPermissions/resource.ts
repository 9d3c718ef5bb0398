import { resource } from "../../core/resources/resource";
import { ofGrantedDocks } from "../reaching";
import { dockPermissionFields } from "../tables";

/** Grants of docks: who reaches a dock reaches all grants of it, as far as its own permission allows. */
export const dockPermissions = resource({
  name: "infrastructure/dockPermissions",
  table: "dockPermissions",
  path: "/docks/{dockId}/permissions",
  idParameter: "permissionId",
  permissions: "dock",
  fields: dockPermissionFields,
  serverOwned: ["dockId"],
  immutable: ["teamId", "clientId"],
  defaulted: ["level"],
  assigned: ofGrantedDocks,
  find: async ({ db }, id, { dockId }) => {
    const grant = await db.get("dockPermissions", id);
    if (!grant || grant.dockId !== dockId) return null;
    const dock = await db.get("docks", grant.dockId);
    // Grants of a dock in the trash are being deleted.
    return dock && dock.deletedAt === undefined ? grant : null;
  },
  hooks: { defaults: () => ({ level: "read" as const }) },
});
