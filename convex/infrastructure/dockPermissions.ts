import { everyRow } from "../core/access/reach";
import { listOperation, mutationOperation } from "../core/operations/define";
import { noContent } from "../core/resources/operations";
import { rowId } from "../core/schema/fields";
import { assertMayGive, assertWithinReach, givingAGrant } from "./dockPermissions/giving";
import { dockPermissions } from "./dockPermissions/resource";
import { assertRoomForGrant } from "./docks/ending";
import { docks } from "./docks/resource";

const dockId = () => rowId("docks");

export const list = listOperation({
  name: "infrastructure/dockPermissions:list",
  operationId: "listDockPermissions",
  noun: "dockPermission",
  method: "GET",
  path: "/docks/{dockId}/permissions",
  summary: "List the grants of a dock",
  description: "The teams and clients that it is granted to. Newest first unless sorted otherwise.",
  access: "permission",
  permission: "dock:read",
  on: docks,
  params: () => ({ dockId: dockId() }),
  query: () => dockPermissions.listParameters(dockPermissions.listOptions),
  output: () => dockPermissions.document,
  problems: ["invalid_cursor"],
  handler: async (ctx, input) => {
    // Who reaches the dock reaches its grants.
    const context = { ...ctx, reach: everyRow };
    const asked = { ...input, dockId: ctx.row._id };
    const result = await dockPermissions.rows(context, asked, { filters: ["dockId"] });
    return { ...result, page: await Promise.all(result.page.map((row) => dockPermissions.show(ctx, row))) };
  },
});

export const grant = mutationOperation({
  name: "infrastructure/dockPermissions:grant",
  operationId: "grantDockPermission",
  noun: "dockPermission",
  method: "POST",
  path: "/docks/{dockId}/permissions",
  summary: "Grant a dock to a team or a client",
  description: `Who is with the team or client reaches the dock and what it brings as far as their roles allow on assigned rows: all of it, or of \`resourceTables\`. ${givingAGrant}`,
  access: "permission",
  permission: "dock:grant",
  audit: "rbac.grant",
  status: 201,
  on: docks,
  params: () => ({ dockId: dockId() }),
  body: () => dockPermissions.createFields,
  exactlyOneOf: ["teamId", "clientId"],
  exactlyOneProblem: "exactly_one_grantee",
  output: () => dockPermissions.document,
  problems: ["already_granted", "exactly_one_grantee", "limit_reached"],
  handler: async (ctx, input) => {
    const given = { ...input, dockId: ctx.row._id };
    await assertMayGive(ctx, { ...given, level: given.level ?? "read" });
    await assertRoomForGrant(ctx.db, ctx.row._id);
    return dockPermissions.show(ctx, await dockPermissions.insert(ctx, given));
  },
});

export const update = dockPermissions.change("update", {
  summary: "Update a grant of a dock",
  description: `Changes what it covers and how far it goes. Fields left out stay as they are; null for \`resourceTables\` covers everything. ${givingAGrant}`,
  permission: "grant",
  input: () => ({ dockId: dockId(), ...dockPermissions.updateFields }),
  handler: async (ctx, { level, resourceTables }) => {
    const { row } = ctx;
    const changes = {
      level: level ?? row.level,
      resourceTables: resourceTables === undefined ? row.resourceTables : (resourceTables ?? undefined),
    };
    await assertWithinReach(ctx, row);
    await assertMayGive(ctx, { ...row, ...changes });
    return dockPermissions.patch(ctx, row, changes);
  },
});

export const revoke = dockPermissions.change("revoke", {
  summary: "Revoke a grant of a dock",
  description:
    "Ends it at once. Who reaches the dock by a grant revokes none that covers more than that, and may revoke that one.",
  permission: "grant",
  input: () => ({ dockId: dockId() }),
  output: noContent,
  departs: { method: "DELETE", path: "/docks/{dockId}/permissions/{permissionId}", audit: "rbac.revoke" },
  handler: async (ctx) => {
    await assertWithinReach(ctx, ctx.row);
    await dockPermissions.delete(ctx, ctx.row, {});
    return null;
  },
});
