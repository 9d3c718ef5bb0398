import { builtInRoles } from "../../convex/core/access/roles";
import { builtInRights, reachOf } from "../../convex/core/access/rights";
import { roleKeys } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { RoleKey } from "./world.testing";

/** The built-in roles that must not run an operation on a row until it is assigned to them. */
export function unassignedRoles({ declaration: { permission, on } }: Operation): readonly RoleKey[] {
  if (!on || permission === undefined) return [];
  return roleKeys.filter((role) => reachOf(builtInRights(role), permission) === "assigned");
}

/** The built-in roles that must not run an operation on a row that is not their own. */
export function refusedRoles({ declaration }: Operation): readonly RoleKey[] {
  const { access, permission = "", on } = declaration;
  if (access === "user" || access === "identity" || access === "enrollment") return [];
  if (access === "agent" || access === "platform" || declaration.keysOnly) return roleKeys;
  return roleKeys.filter((role) => {
    if (access === "organization" && builtInRoles[role].scope === "organization") return false;
    const reach = reachOf(builtInRights(role), permission);
    // A right over the caller's own rows is no refusal where the operation makes the row.
    return reach === undefined || (reach === "own" && on !== undefined);
  });
}
