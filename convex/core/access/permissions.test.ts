import { describe, expect, it } from "vitest";
import { areaRights, builtInRoles, permissionCatalogue } from "./permissions";
import { builtInRights, coversRights, customRights, effectiveRights, isBuiltInRole, isGrantable } from "./rights";
import type { BuiltInRole } from "./permissions";

/** The matrix as people read it: who holds what in full, who holds it for rows of their own, whether keys may carry it ("people" only or not). */
const matrix: Readonly<Record<string, readonly [all: string, own?: string, peopleOnly?: "people"]>> = {
  "me:read": ["O A X M V D S C", "", "people"],
  "me:update": ["O A X M V D S C", "", "people"],
  "me:delete": ["O A X M V D S C", "", "people"],
  "organization:create": ["", "", "people"],
  "organization:read": ["O A X M V D S C"],
  "organization:update": ["O A"],
  "organization:delete": ["O", "", "people"],
  "organization:transfer": ["O", "", "people"],
  "organization:purge": ["O", "", "people"],
  "user:read": ["O A X M V D S"],
  "member:read": ["O A X M V D S"],
  "member:invite": ["O A"],
  "member:update": ["O A"],
  "member:remove": ["O A"],
  "member:ban": ["O A X", "", "people"],
  "role:read": ["O A X M V D S C"],
  "role:create": ["O A", "", "people"],
  "role:update": ["O A", "", "people"],
  "role:delete": ["O A", "", "people"],
  "role:restore": ["O A", "", "people"],
  "apiKey:read": ["O A", "", "people"],
  "apiKey:create": ["O A", "", "people"],
  "apiKey:update": ["O A", "", "people"],
  "apiKey:revoke": ["O A", "", "people"],
  "schedule:read": ["O A X M V"],
  "schedule:create": ["O A X M"],
  "schedule:update": ["O A X", "M"],
  "schedule:delete": ["O A", "M"],
  "schedule:restore": ["O A"],
  "todo:read": ["O A X M V"],
  "todo:create": ["O A X M"],
  "todo:update": ["O A X M"],
  "todo:delete": ["O A"],
  "item:read": ["O A X M V"],
  "item:create": ["O A X M"],
  "item:update": ["O A X M"],
  "item:delete": ["O A", "M"],
  "item:restore": ["O A"],
  "site:read": ["O A X M V D S"],
  "site:create": ["O A"],
  "site:update": ["O A"],
  "site:delete": ["O A"],
  "site:restore": ["O A"],
  "agentEnrollment:read": ["O A"],
  "agentEnrollment:create": ["O A"],
  "agentEnrollment:revoke": ["O A"],
  "agent:read": ["O A X M V D S"],
  "agent:checkin": ["G", "", "people"],
  "agent:update": ["O A"],
  "agent:revoke": ["O A"],
  "agent:delete": ["O A"],
  "agent:restore": ["O A"],
  "agentApiLog:read": ["O A S"],
  "auditLog:read": ["O A"],
};
const roleKeys = Object.keys(builtInRoles).filter((key): key is BuiltInRole => isBuiltInRole(key));

describe("the permission catalogue", () => {
  it("holds the matrix's permissions and no other, each with a description", () => {
    expect(Object.keys(permissionCatalogue)).toEqual(Object.keys(matrix));
    for (const { description } of Object.values(permissionCatalogue)) expect(description).toMatch(/^[A-Z].+\.$/);
  });

  it("lets only the owner hold everything", () => {
    expect(roleKeys.filter((role) => builtInRights(role).has("*"))).toEqual(["owner"]);
  });

  it.each(roleKeys)(
    "gives %s the rights of the matrix and no other, or, to the owner, every right there is",
    (role) => {
      const { letter } = builtInRoles[role];
      const expected = Object.entries(matrix).flatMap(([permission, [all, own = ""]]) => [
        ...(all.split(" ").includes(letter) ? [permission] : []),
        ...(own.split(" ").includes(letter) ? [`${permission}:own`] : []),
      ]);
      const everything = Object.keys(matrix);
      expect(effectiveRights(builtInRights(role))).toEqual((role === "owner" ? everything : expected).sort());
    },
  );

  it("lets API keys carry what is not for people only, and nothing unknown", () => {
    for (const [permission, [, , peopleOnly]] of Object.entries(matrix)) {
      expect(isGrantable(permission), permission).toBe(peopleOnly === undefined);
    }
    for (const name of ["*", "item:*", "item:read:own", "constructor", "__proto__", "", "toString"]) {
      expect(isGrantable(name), name).toBe(false);
    }
  });

  it("ranks every role apart, the owner above all, and knows no role by the names of Object's members", () => {
    const ranks = roleKeys.map((role) => builtInRoles[role].rank);
    expect(new Set(ranks).size).toBe(ranks.length);
    expect(Math.max(...ranks)).toBe(builtInRoles.owner.rank);
    for (const name of ["constructor", "__proto__", "toString", "Owner", ""])
      expect(isBuiltInRole(name), name).toBe(false);
  });

  it("adds the rights of areas to a custom role's own, and of unknown areas none", () => {
    const role = { rights: ["item:read"], areaPermissions: { settings: "read", docks: "none" } } as const;
    const own = ["me:read", "me:update", "me:delete"];
    expect([...customRights({ ...role, rights: [...role.rights] })].sort()).toEqual(
      ["item:read", ...own, ...areaRights.settings.read].sort(),
    );
    const full = customRights({ rights: [], areaPermissions: { projects: "full" } });
    expect(coversRights(full, customRights({ rights: [], areaPermissions: { projects: "read" } }))).toBe(true);
    const odd: object = { constructor: "full" };
    expect([...customRights({ rights: [], areaPermissions: odd })]).toEqual(own);
  });
});
