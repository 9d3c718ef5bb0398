import { listOperation, mutationOperation } from "../core/operations/define";
import { everyRow } from "../core/access/reach";
import { noContent } from "../core/resources/operations";
import { rowId } from "../core/schema/fields";
import { ProblemError } from "../core/wire/errors";
import { assertGivesOwnRights } from "./giving";
import { maximumGrants } from "./operationServices/ending";
import { operationPermissions, operationServices } from "./operationServices/resource";
import { operationPermissionFields } from "./tables";
import type { Permission } from "../core/access/permissions";

/** What a grant carries to whose role allows it on assigned rows. */
const carriedPermissions = [
  "operation:read",
  "operation:run",
  "operation:update",
  "operation:rotate",
  "operation:grant",
  "operation:delete",
  "operation:restore",
] as const satisfies readonly Permission[];

const operationServiceId = () => rowId("operationServices");

export const list = listOperation({
  name: "infrastructure/operationPermissions:list",
  operationId: "listOperationPermissions",
  noun: "operationPermission",
  method: "GET",
  path: "/operation-services/{operationServiceId}/permissions",
  summary: "List whom an operation service is granted to",
  description: "The grant that was made last first.",
  access: "permission",
  permission: "operation:read",
  on: operationServices,
  params: () => ({ operationServiceId: operationServiceId() }),
  output: () => operationPermissions.document,
  problems: ["invalid_cursor"],
  handler: async (ctx, input) => {
    // Who reads the service reads its grants.
    const context = { ...ctx, reach: everyRow };
    const asked = { ...input, serviceId: ctx.row._id };
    const result = await operationPermissions.rows(context, asked);
    return { ...result, page: await Promise.all(result.page.map((grant) => operationPermissions.show(ctx, grant))) };
  },
});

export const grant = mutationOperation({
  name: "infrastructure/operationPermissions:grant",
  operationId: "grantOperationPermission",
  noun: "operationPermission",
  audit: "rbac.grant",
  method: "POST",
  path: "/operation-services/{operationServiceId}/permissions",
  summary: "Grant an operation service to a team",
  description:
    "Members of the team whose role reaches what is assigned to them read the service, and run its operations where their role may. Whoever gives it has, on the service, all that it lets them do.",
  access: "permission",
  permission: "operation:grant",
  status: 201,
  on: operationServices,
  params: () => ({ operationServiceId: operationServiceId() }),
  body: () => ({ teamId: operationPermissionFields.teamId }),
  output: () => operationPermissions.document,
  problems: ["already_granted", "limit_reached"],
  handler: async (ctx, { teamId }) => {
    const { db, row } = ctx;
    const holds = async (permission: Permission) => {
      const reach = await db.reachOf(permission);
      return (
        reach !== undefined && (reach.every || (await db.isAssigned(operationServices.assigned ?? [], row, reach)))
      );
    };
    await assertGivesOwnRights(ctx, { teamId }, carriedPermissions, holds);
    const grants = db.index("operationPermissions", "by_organizationId_and_serviceId_and_teamId", (q) =>
      q.eq("serviceId", row._id),
    );
    if ((await grants.take(maximumGrants)).length === maximumGrants)
      throw new ProblemError("limit_reached", `A service is granted to ${maximumGrants} teams at most.`);
    return operationPermissions.show(ctx, await operationPermissions.insert(ctx, { serviceId: row._id, teamId }));
  },
});

export const revoke = mutationOperation({
  name: "infrastructure/operationPermissions:revoke",
  operationId: "revokeOperationPermission",
  noun: "operationPermission",
  audit: "rbac.revoke",
  method: "DELETE",
  path: "/operation-services/{operationServiceId}/permissions/{permissionId}",
  summary: "Take an operation service back from a team",
  access: "permission",
  permission: "operation:grant",
  status: 204,
  on: operationServices,
  params: () => ({ operationServiceId: operationServiceId(), permissionId: rowId("operationPermissions") }),
  output: noContent,
  handler: async ({ db, row }, { permissionId }) => {
    const found = await db.get("operationPermissions", permissionId);
    if (!found || found.serviceId !== row._id)
      throw new ProblemError("not_found", "The service has no grant of this id.");
    await db.purge("operationPermissions", found);
    return null;
  },
});
