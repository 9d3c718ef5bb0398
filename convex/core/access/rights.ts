import { areaRights, rightsOfArea } from "./areas";
import { permissionCatalogue } from "./permissions";
import { builtInRoles, reaches } from "./roles";
import type { Permission } from "./permissions";
import type { BuiltInRole, PermissionRow, Reach } from "./roles";
import type { Doc } from "../../_generated/dataModel";

/** Rights as strings: `*`, `resource:*`, `resource:action`, `resource:action:assigned`, `resource:action:own`. */
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
  // Administrators hold every area in full, so that they can hand areas on.
  const areas = key === "admin" ? Object.keys(areaRights).flatMap((area) => areaLevelRights(area, "full")) : [];
  const rights = new Set(key === "owner" ? ["*"] : [...grantedRights(key), ...areas]);
  builtIn.set(key, rights);
  return rights;
}

function grantedRights(role: BuiltInRole): string[] {
  return Object.entries(permissionCatalogue).flatMap(([permission, row]: [string, PermissionRow]) => {
    const reach = reaches.find((known) => row[known].includes(role));
    return reach === undefined ? [] : [rightOf(permission, reach)];
  });
}

/** A permission with its reach as one right. */
function rightOf(permission: string, reach: Reach): string {
  return reach === "all" ? permission : `${permission}:${reach}`;
}

/** The permission of a right, however far it reaches. */
export function permissionOf(right: string): string {
  return right.split(":", 2).join(":");
}

/** Every person's rights on their own user. */
const ownRights = ["me:read", "me:update", "me:delete"] as const satisfies readonly Permission[];

/** The effective rights of a custom role: its list, what its areas stand for, and everyone's own. */
export function customRights(role: Pick<Doc<"roles">, "rights" | "areaPermissions">): Rights {
  const rights = new Set<string>([...role.rights, ...ownRights]);
  for (const [area, level] of Object.entries(role.areaPermissions ?? {})) {
    if (level !== "none") for (const right of areaLevelRights(area, level)) rights.add(right);
  }
  return rights;
}

function areaLevelRights(area: string, level: "read" | "full"): readonly string[] {
  return isArea(area) ? rightsOfArea(area, level) : [];
}

function isArea(name: string): name is keyof typeof areaRights {
  return Object.hasOwn(areaRights, name);
}

/**
 * All that a role allows: what its row lists, and where it is organization-wide what every viewer reads, whether its row
 * says so or not. Of an assigned role, what it lists of resources that are assigned to teams and clients reaches what is
 * assigned to its holder.
 */
export function roleRights(role: Pick<Doc<"roles">, "key" | "rights" | "areaPermissions" | "scope">): Rights {
  if (isBuiltInRole(role.key)) return builtInRights(role.key);
  const rights = customRights(role);
  return role.scope === "organization" ? new Set([...rights, ...builtInRights("viewer")]) : assignedRights(rights);
}

function assignedRights(rights: Rights): Rights {
  return new Set(
    [...rights].flatMap((right) => {
      const [resource = "", action, reach] = right.split(":");
      if (reach !== undefined || !isAssignable(resource)) return [right];
      const permissions = action === "*" ? permissionsOf(resource) : [right];
      return permissions.map((permission) => rightOf(permission, "assigned"));
    }),
  );
}

let assignable: ReadonlySet<string> | undefined;

/**
 * True if rows of the resource are assigned: some built-in role holds a permission of it on assigned rows, or they are the teams that
 * things are assigned to, of which a role of that scope reaches its holder's own.
 */
export function isAssignable(resource: string): boolean {
  if (resource === "team") return true;
  const rows: [string, PermissionRow][] = Object.entries(permissionCatalogue);
  assignable ??= new Set(
    rows.flatMap(([permission, { assigned }]) => (assigned.length > 0 ? [permission.replace(/:.*/, "")] : [])),
  );
  return assignable.has(resource);
}

function permissionsOf(resource: string): string[] {
  return Object.keys(permissionCatalogue).filter((permission) => permission.startsWith(`${resource}:`));
}

/** What somebody who gets the role could do that not everybody may: its rights without everyone's own. */
export function givenRights(role: Parameters<typeof roleRights>[0]): Rights {
  return withoutOwn(roleRights(role));
}

/** `rights` without everyone's rights on their own user. */
export function withoutOwn(rights: Rights): Rights {
  return new Set([...rights].filter((right) => !ownRights.some((own) => own === right)));
}

/** The rights of `scopes`, each as far as `held` reaches and no further; those that `held` lacks are left out. */
export function rightsWithin(held: Rights, scopes: readonly string[]): Rights {
  return new Set(
    scopes.flatMap((scope) => {
      const reach = reachOf(held, scope);
      return reach === undefined ? [] : [rightOf(scope, reach)];
    }),
  );
}

/** Permissions of the deployment: no role gives them, not even one with `*`, so that they are nobody's rights in an organization. */
const platformResource = "platform";

/** How far `rights` allow `permission`, or undefined if they do not. Nobody is given two narrow reaches of one permission. */
export function reachOf(rights: Rights, permission: string): Reach | undefined {
  const resource = permission.slice(0, permission.indexOf(":"));
  if (resource === platformResource) return undefined;
  if (rights.has(permission) || rights.has("*") || rights.has(`${resource}:*`)) return "all";
  return reaches.find((reach) => rights.has(rightOf(permission, reach)));
}

/** True if every right of `wanted` is held by `held` at least as far. */
export function coversRights(held: Rights, wanted: Iterable<string>): boolean {
  return missingRight(held, wanted) === undefined;
}

/** The first right of `wanted` that `held` lacks or holds less far, or undefined if there is none. */
export function missingRight(held: Rights, wanted: Iterable<string>): string | undefined {
  for (const right of wanted) {
    if (held.has("*") || held.has(right)) continue;
    const [resource, action] = right.split(":");
    if (resource === "*" || action === "*") {
      if (resource === "*" || resource === undefined || !coversResource(held, resource)) return right;
    } else if (reachOf(held, `${resource}:${action}`) !== "all") {
      // Of two narrow reaches neither holds the other.
      return right;
    }
  }
  return undefined;
}

/** True if `held` has every action that `resource` knows, on every row. */
function coversResource(held: Rights, resource: string): boolean {
  if (held.has(`${resource}:*`)) return true;
  const actions = permissionsOf(resource);
  return actions.length > 0 && actions.every((permission) => reachOf(held, permission) === "all");
}

/** True if a role may name the right: a permission of the catalogue, on all or on own rows, or all of a resource. */
export function isKnownRight(right: string): boolean {
  const [resource, action, reach] = right.split(":");
  if (resource === platformResource) return false;
  if (action === "*") return reach === undefined && permissionsOf(resource ?? "").length > 0;
  const isReach = reach === undefined || reach === "own";
  return isReach && Object.hasOwn(permissionCatalogue, `${resource}:${action}`);
}

/** What `rights` come to, as permissions of the catalogue, with their reach where it is not every row; sorted. */
export function effectiveRights(rights: Rights): string[] {
  return Object.keys(permissionCatalogue)
    .flatMap((permission) => {
      const reach = reachOf(rights, permission);
      return reach === undefined ? [] : [rightOf(permission, reach)];
    })
    .sort();
}

/** True if an API key may carry the permission as a scope. */
export function isGrantable(permission: string): permission is Permission {
  return Object.hasOwn(permissionCatalogue, permission) && permissionCatalogue[permission as Permission].keys;
}

/** Every permission that an API key may carry, sorted. */
export function grantableScopes(): Permission[] {
  return Object.keys(permissionCatalogue).filter(isGrantable).sort();
}

/** Permissions that an access token of the token endpoint can carry: those of API keys, and the device agents' own. */
export function tokenScopes(): (readonly [permission: string, description: string])[] {
  return Object.entries(permissionCatalogue)
    .filter(([permission, { keys }]) => keys || reachOf(builtInRights("agent"), permission) !== undefined)
    .map(([permission, { description }]) => [permission, description]);
}
