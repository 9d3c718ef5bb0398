import { areaRights, builtInRoles, permissionCatalogue } from "./permissionCatalogue";
import type { BuiltInRole, Permission } from "./permissionCatalogue";
import type { Doc } from "../_generated/dataModel";

/** How far a permission reaches: every row of the organization, or only rows of the caller's own. */
export type Reach = "all" | "own";

/** Rights as strings: `*`, `resource:*`, `resource:action`, `resource:action:own` (domain rule 5.2). */
export type Rights = ReadonlySet<string>;

const builtIn = new Map<string, Rights>();

/** True if `key` names a built-in role. */
export function isBuiltInRole(key: string): key is BuiltInRole {
  return Object.hasOwn(builtInRoles, key);
}

/** The rights of a built-in role, from the catalogue. */
export function builtInRights(key: BuiltInRole): Rights {
  const known = builtIn.get(key);
  if (known) return known;
  const { letter } = builtInRoles[key];
  const rights = new Set<string>(key === "owner" ? ["*"] : []);
  for (const [permission, { grants }] of Object.entries(permissionCatalogue)) {
    const at = grants.indexOf(letter);
    if (at >= 0) rights.add(grants[at + 1] === "°" ? `${permission}:own` : permission);
  }
  builtIn.set(key, rights);
  return rights;
}

/** The effective rights of a custom role: its list and what its areas stand for. */
export function customRights(role: Pick<Doc<"roles">, "rights" | "areaPermissions">): Rights {
  const rights = new Set(role.rights);
  for (const [area, level] of Object.entries(role.areaPermissions ?? {})) {
    if (level === "none" || !Object.hasOwn(areaRights, area)) continue;
    const { read, full } = areaRights[area as keyof typeof areaRights];
    for (const right of level === "full" ? [...read, ...full] : read) rights.add(right);
  }
  return rights;
}

/** How far `rights` allow `permission`, or undefined if they do not. */
export function reachOf(rights: Rights, permission: string): Reach | undefined {
  if (rights.has(permission) || rights.has("*")) return "all";
  const resource = permission.slice(0, permission.indexOf(":"));
  if (rights.has(`${resource}:*`)) return "all";
  return rights.has(`${permission}:own`) ? "own" : undefined;
}

/** True if every right of `wanted` is held by `held` at least as far. */
export function coversRights(held: Rights, wanted: Iterable<string>): boolean {
  for (const right of wanted) {
    if (held.has("*") || held.has(right)) continue;
    const [resource, action, own] = right.split(":");
    if (resource === "*" || action === "*") {
      if (!held.has(`${resource}:*`)) return false;
    } else {
      const reach = reachOf(held, `${resource}:${action}`);
      if (reach === undefined || (reach === "own" && own !== "own")) return false;
    }
  }
  return true;
}

/** True if an API key may carry the permission as a scope. */
export function isGrantable(permission: string): permission is Permission {
  return Object.hasOwn(permissionCatalogue, permission) && permissionCatalogue[permission as Permission].keys;
}
