import { describe, expect, it } from "vitest";
import { areaRights } from "./areas";
import { permissionCatalogue } from "./permissions";
import {
  builtInRights,
  coversRights,
  customRights,
  isBuiltInRole,
  isGrantable,
  isKnownRight,
  permissionOf,
  reachOf,
} from "./rights";
import { builtInRoles } from "./roles";
import type { BuiltInRole, PermissionRow } from "./roles";

const roleKeys = Object.keys(builtInRoles).filter((key): key is BuiltInRole => isBuiltInRole(key));
const permissions = Object.entries(permissionCatalogue).map(([name, row]): [string, PermissionRow] => [name, row]);
const personal = /^me:/;
const holdersOf = ({ all, assigned, own }: PermissionRow): readonly BuiltInRole[] => [...all, ...assigned, ...own];

/** Permissions that `role` holds on every row. */
function wholly(role: BuiltInRole): string[] {
  return permissions.map(([name]) => name).filter((name) => reachOf(builtInRights(role), name) === "all");
}

describe("the permission catalogue", () => {
  it.each(permissions)("describes %s in a sentence, and gives it to each role at most once", (_name, row) => {
    expect(row.description).toMatch(/^[A-Z].+\.$/);
    expect(new Set(holdersOf(row)).size).toBe(holdersOf(row).length);
  });

  it("names the owner wherever it names a person's role, and lets only the owner hold everything", () => {
    for (const [name, row] of permissions) {
      const people = holdersOf(row).filter((role) => role !== "agent");
      expect(people.length === 0 || row.all.includes("owner"), name).toBe(true);
    }
    expect(roleKeys.filter((role) => builtInRights(role).has("*"))).toEqual(["owner"]);
  });

  it.each<[BuiltInRole, BuiltInRole]>([
    ["admin", "moderator"],
    ["admin", "member"],
    ["admin", "developer"],
    ["admin", "support"],
    ["member", "viewer"],
    ["developer", "client"],
    ["support", "client"],
  ])("lets %s do whatever %s may", (upper, lower) => {
    expect(coversRights(builtInRights(upper), builtInRights(lower))).toBe(true);
  });

  it("lets moderators do to every row what members may do to every row", () => {
    // Syncs, their jobs, what they have brought and its projects are the members' work; moderators look after people.
    const ofSyncs =
      /^(?:dataSource:sync|entity:update|job:read|eventLog:read|resource:update|project:(?:create|update|link))$/;
    const shared = wholly("member").filter((permission) => !ofSyncs.test(permission));
    expect(wholly("moderator")).toEqual(expect.arrayContaining(shared));
  });

  it.each<BuiltInRole>(["viewer", "client"])("lets %s read, and change nothing but their own user", (role) => {
    const changing = [...builtInRights(role)].filter(
      (right) => !permissionOf(right).endsWith(":read") && !personal.test(right),
    );
    expect(changing).toEqual([]);
  });

  it("keeps the end of an organization to its owner, and device agents to their check-in and health", () => {
    const ownersOnly = permissions
      .filter(([, { all }]) => all.length === 1 && all[0] === "owner")
      .map(([name]) => name);
    expect(ownersOnly.every((name) => name.startsWith("organization:"))).toBe(true);
    expect(coversRights(builtInRights("admin"), ownersOnly.slice(0, 1))).toBe(false);
    expect([...builtInRights("agent")].sort()).toEqual(["agent:checkin", "healthCheck:record"]);
  });

  it("lets every member act on their own user, and no machine on any", () => {
    const people = roleKeys.filter((role) => role !== "agent");
    for (const [name, row] of permissions.filter(([permission]) => personal.test(permission)))
      expect(row.all, name).toEqual(people);
  });

  it("keeps from API keys what is personal, what makes roles and keys, and what is the owner's, a device's or nobody's", () => {
    const forPeople = permissions.filter(([name, row]) => {
      const makesPower = /^(role|apiKey):/.test(name) && name !== "role:read";
      return makesPower || personal.test(name) || holdersOf(row).length <= 1;
    });
    expect(forPeople.length).toBeGreaterThan(10);
    for (const [name, { keys }] of forPeople) expect(keys, name).toBe(false);
    for (const [name, { keys }] of permissions) expect(isGrantable(name), name).toBe(keys);
    for (const name of ["*", "item:*", "item:read:own", "constructor", "__proto__", "", "toString"]) {
      expect(isGrantable(name), name).toBe(false);
    }
  });
});

describe("the built-in roles", () => {
  it("rank apart, the owner above all, and none has the name of one of Object's members", () => {
    const ranks = roleKeys.map((role) => builtInRoles[role].rank);
    expect(new Set(ranks).size).toBe(ranks.length);
    expect(Math.max(...ranks)).toBe(builtInRoles.owner.rank);
    for (const name of ["constructor", "__proto__", "toString", "Owner", ""])
      expect(isBuiltInRole(name), name).toBe(false);
  });
});

describe("areas", () => {
  const own = ["me:read", "me:update", "me:delete"];

  it("stand for rights that exist", () => {
    for (const { read, full } of Object.values(areaRights))
      for (const right of [...read, ...full]) expect(isKnownRight(right), right).toBe(true);
  });

  it("add their rights to a custom role's own, and unknown areas none", () => {
    const areas = { settings: "read", docks: "none" } as const;
    expect([...customRights({ rights: ["item:read"], areaPermissions: areas })].sort()).toEqual(
      ["item:read", ...own, "settings:read", ...areaRights.settings.read].sort(),
    );
    const odd: object = { constructor: "full" };
    expect([...customRights({ rights: [], areaPermissions: odd })]).toEqual(own);
  });

  it.each(["projects", "resources", "docks", "operations", "settings"] as const)(
    "let whoever has %s in full hand on both levels, whoever reads it one, and nobody else any",
    (area) => {
      const none = customRights({ rights: [...areaRights.settings.read], areaPermissions: {} });
      const read = customRights({ rights: [], areaPermissions: { [area]: "read" } });
      const full = customRights({ rights: [], areaPermissions: { [area]: "full" } });
      const levels = [read, full];
      expect(levels.map((level) => coversRights(none, level))).toEqual([false, false]);
      expect(levels.map((level) => coversRights(read, level))).toEqual([true, false]);
      expect(levels.map((level) => coversRights(full, level))).toEqual([true, true]);
      expect(levels.map((level) => coversRights(builtInRights("admin"), level))).toEqual([true, true]);
    },
  );
});
