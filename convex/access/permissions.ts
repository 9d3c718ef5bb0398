import * as z from "zod";
import { queryOperation } from "../core/operations/define";
import { permissionCatalogue } from "../core/access/permissions";
import { builtInRights, isBuiltInRole, reachOf } from "../core/access/rights";
import { builtInRoles } from "../core/access/roles";

const permissionDocument = z.object({
  permission: z.string().meta({ description: "`<resource>:<action>`." }),
  resource: z.string(),
  action: z.string(),
  description: z.string(),
  grantable: z.boolean().meta({ description: "May be a scope of an API key." }),
  roles: z
    .array(z.object({ key: z.string(), reach: z.enum(["all", "own"]) }))
    .meta({ description: "Built-in roles that have it." }),
});

export const list = queryOperation({
  name: "access/permissions:list",
  operationId: "listPermissions",
  noun: "permission",
  method: "GET",
  path: "/permissions",
  summary: "List the permissions",
  description: "The whole catalogue: what roles and API keys are made of. The same for every organization.",
  access: "organization",
  permission: "role:read",
  output: z.object({ data: z.array(permissionDocument) }),
  handler: async () => ({ data: Object.entries(permissionCatalogue).map(described) }),
});

function described([permission, { description, keys }]: [string, { description: string; keys: boolean }]) {
  const [resource = "", action = ""] = permission.split(":");
  const roles = Object.keys(builtInRoles).flatMap((key) => {
    const reach = isBuiltInRole(key) ? reachOf(builtInRights(key), permission) : undefined;
    return reach === undefined ? [] : [{ key, reach }];
  });
  return { permission, resource, action, description, grantable: keys, roles };
}
