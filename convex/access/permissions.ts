import * as z from "zod";
import { described } from "../core/schema/fields";
import { queryOperation } from "../core/operations/define";
import { permissionCatalogue } from "../core/access/permissions";
import { builtInRights, isBuiltInRole, reachOf } from "../core/access/rights";
import { builtInRoles, reaches } from "../core/access/roles";

const permissionDocument = () =>
  z.object({
    permission: described(
      z.string(),
      "Its name, `<resource>:<action>`, as roles and API keys list it.",
      "schedule:read",
    ),
    resource: described(z.string(), "What it is about.", "schedule"),
    action: described(z.string(), "What it lets its holder do.", "read"),
    description: described(z.string(), "The same in words.", "See schedules."),
    grantable: described(z.boolean(), "May be a scope of an API key."),
    roles: described(
      z.array(
        z.object({
          key: described(z.string(), "`key` of the role.", "member"),
          reach: described(
            z.enum(reaches),
            "Whether it holds for all rows, for those assigned to the holder, or for the holder's own only.",
          ),
        }),
      ),
      "Built-in roles that have it.",
    ),
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
  output: () => z.object({ data: described(z.array(permissionDocument()), "Every permission there is.") }),
  handler: async () => ({ data: Object.entries(permissionCatalogue).map(shownPermission) }),
});

function shownPermission([permission, { description, keys }]: [string, { description: string; keys: boolean }]) {
  const [resource = "", action = ""] = permission.split(":");
  const roles = Object.keys(builtInRoles).flatMap((key) => {
    const reach = isBuiltInRole(key) ? reachOf(builtInRights(key), permission) : undefined;
    return reach === undefined ? [] : [{ key, reach }];
  });
  return { permission, resource, action, description, grantable: keys, roles };
}
