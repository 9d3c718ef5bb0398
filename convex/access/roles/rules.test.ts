import * as fc from "fast-check";
import { expect, test } from "vitest";
import { permissionCatalogue } from "../../core/access/permissions";
import { builtInRights, coversRights, customRights, reachOf } from "../../core/access/rights";
import { roleFields } from "../tables";
import { assertGainsWithinReach, assertValidRole, assertWithinAuthor, roleKeyOf } from "./rules";

const permissions = Object.keys(permissionCatalogue);
const right = fc.oneof(
  fc.constantFrom(...permissions),
  fc.constantFrom(...permissions).map((permission) => `${permission}:own`),
  fc.constantFrom(...permissions).map((permission) => `${permission.split(":")[0]}:*`),
);
const someRights = fc.array(right, { maxLength: 12 });

test("a covered role never reaches further than its author", () => {
  fc.assert(
    fc.property(someRights, someRights, (held, wanted) => {
      const author = new Set(held);
      if (!coversRights(author, wanted)) return;
      for (const permission of permissions) {
        const reach = reachOf(new Set(wanted), permission);
        const limit = reachOf(author, permission);
        expect(reach === undefined || limit === "all" || limit === reach, permission).toBe(true);
      }
    }),
  );
});

test("an author covers what they hold, and the owner covers everything", () => {
  fc.assert(
    fc.property(someRights, (rights) => {
      expect(coversRights(new Set(rights), rights)).toBe(true);
      expect(coversRights(builtInRights("owner"), rights)).toBe(true);
    }),
  );
});

test("administrators hand on areas and whole resources, but not what is the owner's", () => {
  const admin = builtInRights("admin");
  const role = { rights: ["schedule:*"], areaPermissions: { settings: "full", projects: "read" } } as const;
  expect(coversRights(admin, customRights({ ...role, rights: [...role.rights] }))).toBe(true);
  expect(coversRights(admin, ["organization:*"])).toBe(false);
  expect(coversRights(admin, ["*"])).toBe(false);
  expect(coversRights(builtInRights("member"), ["schedule:update"])).toBe(false);
  expect(coversRights(builtInRights("member"), ["schedule:update:own"])).toBe(true);
});

test("a role stays below its author", () => {
  const author = { rank: 80, rights: builtInRights("admin") };
  const role = { key: "custom", scope: "assigned", rank: 79, rights: ["schedule:read"] } as const;
  expect(() => assertWithinAuthor(author, { ...role, rights: ["schedule:read"] })).not.toThrow();
  for (const beyond of [{ rank: 80 }, { rights: ["organization:delete"] }]) {
    expect(() => assertWithinAuthor(author, { ...role, rights: [], ...beyond })).toThrow(
      expect.objectContaining({ code: "rank_too_low" }),
    );
  }
});

test("an organization-wide role reads what viewers read, so its author must", () => {
  const author = { rank: 80, rights: new Set(["role:create", "role:update"]) };
  const role = { key: "custom", rank: 10, rights: [] };
  expect(() => assertWithinAuthor(author, { ...role, scope: "assigned" })).not.toThrow();
  expect(() => assertWithinAuthor(author, { ...role, scope: "organization" })).toThrow(
    expect.objectContaining({ code: "rank_too_low" }),
  );
});

test("unknown rights and the owner's are refused with their place", () => {
  for (const unknown of ["*", "schedule:fly", "dragon:*", "dragon:read"]) {
    expect(() => assertValidRole({ rank: 1, rights: ["schedule:read", unknown] })).toThrow(
      expect.objectContaining({
        data: expect.objectContaining({ errors: [expect.objectContaining({ pointer: "/rights/1" })] }),
      }),
    );
  }
  expect(() => assertValidRole({ rank: 100, rights: [] })).toThrow(
    expect.objectContaining({ code: "validation_failed" }),
  );
  expect(() => assertValidRole({ rank: 99, rights: ["schedule:*", "schedule:update:own"] })).not.toThrow();
});

test("every name makes a key", () => {
  expect(roleKeyOf("Night shift lead")).toBe("nightShiftLead");
  expect(roleKeyOf("7 dwarfs")).toBe("role7Dwarfs");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (name) => {
      expect(roleFields.key.safeParse(roleKeyOf(name)).success, roleKeyOf(name)).toBe(true);
    }),
  );
});

test("a role that people hold gains on assigned rows what its author has on every row, and nothing else", () => {
  const role = (rights: string[]) => ({ key: "low", scope: "assigned" as const, rights });
  const gain = (held: readonly string[], after: string[]) => () =>
    assertGainsWithinReach({ rank: 50, rights: new Set(held) }, role(["client:read"]), role(after));
  expect(gain(["client:read:assigned", "client:update:assigned"], ["client:read", "client:update"])).toThrow(
    "The member would have client:update on what is assigned here",
  );
  expect(gain(["client:update"], ["client:read", "client:update"])).not.toThrow();
  expect(gain([], ["client:read"])).not.toThrow();
  expect(gain([], [])).not.toThrow();
  // Of what is one's own everybody has their own.
  expect(gain(["client:update:own"], ["client:read", "client:update:own"])).not.toThrow();
});
