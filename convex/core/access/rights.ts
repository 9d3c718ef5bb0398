import { areaRights, builtInRoles, permissionCatalogue } from "./permissions";
import type { BuiltInRole, Permission } from "./permissions";
import type { Doc } from "../../_generated/dataModel";

/** How far a permission reaches: every row of the organization, or only rows of the caller's own. */
export type Reach = "all" | "own";

/** Rights as strings: `*`, `resource:*`, `resource:action`, `resource:action:own`. */
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
  const areas = key === "admin" ? Object.values(areaRights).flatMap(({ read, full }) => [...read, ...full]) : [];
  const rights = new Set(key === "owner" ? ["*"] : [...grantedRights(builtInRoles[key].letter), ...areas]);
  builtIn.set(key, rights);
  return rights;
}

function grantedRights(letter: string): string[] {
  return Object.entries(permissionCatalogue).flatMap(([permission, { grants }]) => {
    const at = grants.indexOf(letter);
    if (at < 0) return [];
    return grants[at + 1] === "°" ? [`${permission}:own`] : [permission];
  });
}

/** Every person's rights on their own user. */
const ownRights = ["me:read", "me:update", "me:delete"] as const;

/** The effective rights of a custom role: its list, what its areas stand for, and everyone's own. */
export function customRights(role: Pick<Doc<"roles">, "rights" | "areaPermissions">): Rights {
  const rights = new Set<string>([...role.rights, ...ownRights]);
  for (const [area, level] of Object.entries(role.areaPermissions ?? {})) {
    if (level === "none" || !Object.hasOwn(areaRights, area)) continue;
    const { read, full } = areaRights[area as keyof typeof areaRights];
    for (const right of level === "full" ? [...read, ...full] : read) rights.add(right);
  }
  return rights;
}

/**
 * All that a role allows: what its row lists, and where it is organization-wide what every viewer reads, whether its row
 * says so or not.
 */
export function roleRights(role: Pick<Doc<"roles">, "key" | "rights" | "areaPermissions" | "scope">): Rights {
  if (isBuiltInRole(role.key)) return builtInRights(role.key);
  const rights = customRights(role);
  return role.scope === "organization" ? new Set([...rights, ...builtInRights("viewer")]) : rights;
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
      return reach === undefined ? [] : [reach === "own" ? `${scope}:own` : scope];
    }),
  );
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
  return missingRight(held, wanted) === undefined;
}

/** The first right of `wanted` that `held` lacks or holds less far, or undefined if there is none. */
export function missingRight(held: Rights, wanted: Iterable<string>): string | undefined {
  for (const right of wanted) {
    if (held.has("*") || held.has(right)) continue;
    const [resource, action, own] = right.split(":");
    if (resource === "*" || action === "*") {
      if (resource === "*" || resource === undefined || !coversResource(held, resource)) return right;
    } else {
      const reach = reachOf(held, `${resource}:${action}`);
      if (reach === undefined || (reach === "own" && own !== "own")) return right;
    }
  }
  return undefined;
}

/** True if `held` has every action that `resource` knows, on every row. */
function coversResource(held: Rights, resource: string): boolean {
  if (held.has(`${resource}:*`)) return true;
  const actions = Object.keys(permissionCatalogue).filter((permission) => permission.startsWith(`${resource}:`));
  return actions.length > 0 && actions.every((permission) => reachOf(held, permission) === "all");
}

/** True if a role may name the right: a permission of the catalogue, on all or on own rows, or all of a resource. */
export function isKnownRight(right: string): boolean {
  const [resource, action, own] = right.split(":");
  if (action === "*")
    return own === undefined && Object.keys(permissionCatalogue).some((known) => known.startsWith(`${resource}:`));
  return Object.hasOwn(permissionCatalogue, `${resource}:${action}`);
}

/** What `rights` come to, as permissions of the catalogue, `:own` where they reach only one's own rows; sorted. */
export function effectiveRights(rights: Rights): string[] {
  return Object.keys(permissionCatalogue)
    .flatMap((permission) => {
      const reach = reachOf(rights, permission);
      return reach === undefined ? [] : reach === "own" ? [`${permission}:own`] : [permission];
    })
    .sort();
}

/** True if an API key may carry the permission as a scope. */
export function isGrantable(permission: string): permission is Permission {
  return Object.hasOwn(permissionCatalogue, permission) && permissionCatalogue[permission as Permission].keys;
}
