import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { permissionCatalogue } from "./permissions";
import { rightsWithHolders } from "./reach";
import { builtInRoles, reaches } from "./roles";
import type { Reach } from "./roles";
import {
  builtInRights,
  coversRights,
  customRights,
  effectiveRights,
  isAssignable,
  isBuiltInRole,
  isGrantable,
  isKnownRight,
  permissionOf,
  reachOf,
  rightsWithin,
  roleRights,
} from "./rights";

test("effective rights are what the checks allow, for every built-in role", () => {
  for (const key of Object.keys(builtInRoles).filter(isBuiltInRole)) {
    const effective = new Set(effectiveRights(builtInRights(key)));
    for (const permission of Object.keys(permissionCatalogue)) {
      const reach = reachOf(builtInRights(key), permission);
      expect(effective.has(permission), `${key} ${permission}`).toBe(reach === "all");
      expect(effective.has(`${permission}:own`), `${key} ${permission}`).toBe(reach === "own");
    }
  }
});

test("the grants of the catalogue reach whom they name", () => {
  expect(reachOf(builtInRights("member"), "schedule:update")).toBe("own");
  expect(reachOf(builtInRights("moderator"), "schedule:update")).toBe("all");
  expect(reachOf(builtInRights("viewer"), "schedule:update")).toBeUndefined();
  expect(reachOf(builtInRights("admin"), "organization:delete")).toBeUndefined();
  expect(reachOf(builtInRights("owner"), "organization:delete")).toBe("all");
});

test("what reaches assigned rows goes on as far, and holds nobody's own rows", () => {
  const held = new Set(["site:read:assigned"]);
  expect([...rightsWithin(held, ["site:read", "site:update"])]).toEqual(["site:read:assigned"]);
  expect(effectiveRights(held)).toEqual(["site:read:assigned"]);
  expect([...held, "site:read:own", "site:read"].map(permissionOf)).toEqual(["site:read", "site:read", "site:read"]);
  expect(coversRights(held, ["site:read:assigned"])).toBe(true);
  for (const right of ["site:read", "site:read:own", "site:*"]) expect(coversRights(held, [right]), right).toBe(false);
  expect(coversRights(new Set(["site:read:own"]), held)).toBe(false);
  expect(coversRights(new Set(["site:read"]), held)).toBe(true);
});

test("a custom role without rights still has its own user", () => {
  expect(effectiveRights(customRights({ rights: [] }))).toEqual(["me:delete", "me:read", "me:update"]);
});

test("areas stand for their rights, and none for nothing", () => {
  const areas = { settings: "read", projects: "none" } as const;
  const rights = customRights({ rights: [], areaPermissions: areas });
  expect(reachOf(rights, "role:read")).toBe("all");
  expect(rights.has("organization:update")).toBe(false);
  expect(rights.has("project:read")).toBe(false);
});

test("an organization-wide role reads what a viewer reads, and an assigned one what it lists", () => {
  const role = { key: "custom", rights: ["schedule:update:own"] };
  expect(coversRights(roleRights({ ...role, scope: "organization" }), builtInRights("viewer"))).toBe(true);
  expect(reachOf(roleRights({ ...role, scope: "assigned" }), "schedule:read")).toBeUndefined();
  for (const key of Object.keys(builtInRoles).filter(isBuiltInRole)) {
    const isWide = builtInRoles[key].scope === "organization";
    expect([key, coversRights(builtInRights(key), builtInRights("viewer"))]).toEqual([key, isWide]);
  }
});

test("an assigned role reaches of assigned resources what is assigned, and of others every row", () => {
  const rights = ["client:update", "client:read:own", "team:read", "site:*"];
  const reachesIn = (scope: "assigned" | "organization") => {
    const held = roleRights({ key: "custom", rights, scope });
    return ["client:update", "client:read", "team:read", "site:delete"].map((permission) => reachOf(held, permission));
  };
  expect(reachesIn("assigned")).toEqual(["assigned", "own", "assigned", "all"]);
  expect(reachesIn("organization")).toEqual(["all", "all", "all", "all"]);
  const whole = roleRights({ key: "custom", rights: ["client:*"], scope: "assigned" });
  expect(coversRights(whole, ["client:manageMembers:assigned"])).toBe(true);
  for (const right of ["client:*", "client:read"]) expect(coversRights(whole, [right]), right).toBe(false);
  expect(["client", "team", "site", "constructor"].map(isAssignable)).toEqual([true, true, false, false]);
});

test("roles in teams and with clients add what is assigned there, and nothing of one's own", () => {
  const held = builtInRights("viewer");
  const holders = (...rights: string[]) => [{ rights: new Set(rights) }];
  expect(rightsWithHolders(held, [])).toEqual(effectiveRights(held));
  const added = rightsWithHolders(
    held,
    holders("item:update", "item:delete:own", "client:update:assigned", "item:read"),
  );
  expect(added.filter((right) => !effectiveRights(held).includes(right))).toEqual([
    "client:update:assigned",
    "item:update:assigned",
  ]);
});

test("scopes reach as far as their holder and no further", () => {
  const scopes = Object.keys(permissionCatalogue);
  for (const key of Object.keys(builtInRoles).filter(isBuiltInRole)) {
    const within = rightsWithin(builtInRights(key), scopes);
    expect([...within].sort()).toEqual(effectiveRights(builtInRights(key)));
  }
  expect([...rightsWithin(builtInRights("member"), ["schedule:update", "item:read", "role:create"])]).toEqual([
    "schedule:update:own",
    "item:read",
  ]);
});

test.each(["schedule:read", "schedule:update:own", "schedule:*"])("%s is a right", (right) => {
  expect(isKnownRight(right)).toBe(true);
});

test.each([
  "*",
  "*:*",
  "schedule",
  "schedule:",
  "schedule:fly",
  "dragon:*",
  "schedule:*:own",
  "schedule:read:far",
  "schedule:read:assigned",
  "constructor:*",
])("%s is no right", (right) => {
  expect(isKnownRight(right)).toBe(false);
});

test("what is for people only is never granted to a key", () => {
  for (const permission of [
    "apiKey:create",
    "role:update",
    "member:ban",
    "organization:delete",
    "me:read",
    "agent:checkin",
  ]) {
    expect(isGrantable(permission), permission).toBe(false);
  }
  expect(isGrantable("toString")).toBe(false);
  expect(isGrantable("schedule:read")).toBe(true);
});

const resources = ["schedule", "item", "site"] as const;
const actions = ["read", "update", "delete"] as const;
const right = fc.oneof(
  { weight: 1, arbitrary: fc.constant("*") },
  { weight: 2, arbitrary: fc.constantFrom(...resources).map((resource) => `${resource}:*`) },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...resources), fc.constantFrom(...actions)).map((parts) => parts.join(":")),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...resources), fc.constantFrom(...actions), fc.constantFrom("own", "assigned"))
      .map((parts) => parts.join(":")),
  },
);
const rights = fc.uniqueArray(right, { maxLength: 6 });
const everyPermission = resources.flatMap((resource) => actions.map((action) => `${resource}:${action}`));

describe("coversRights", () => {
  it("is reflexive", () => {
    fc.assert(
      fc.property(rights, (held) => {
        expect(coversRights(new Set(held), held)).toBe(true);
      }),
    );
  });

  it("is monotone: more held never covers less, less wanted is never covered less", () => {
    fc.assert(
      fc.property(rights, rights, rights, (held, more, wanted) => {
        const covers = coversRights(new Set(held), wanted);
        expect(!covers || coversRights(new Set([...held, ...more]), wanted)).toBe(true);
        expect(!covers || coversRights(new Set(held), wanted.slice(1))).toBe(true);
        expect(!covers && coversRights(new Set(held), [...wanted, ...more])).toBe(false);
      }),
    );
  });

  it("is transitive", () => {
    fc.assert(
      fc.property(rights, rights, rights, (first, second, third) => {
        fc.pre(coversRights(new Set(first), second) && coversRights(new Set(second), third));
        expect(coversRights(new Set(first), third)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("hands on no permission that is not held as far", () => {
    fc.assert(
      fc.property(rights, rights, (held, wanted) => {
        fc.pre(coversRights(new Set(held), wanted));
        for (const permission of everyPermission) {
          const isHeldOnAll = reachOf(new Set(held), permission) === "all";
          const given = reaches.filter((reach) => reachOf(new Set(wanted), permission) === reach);
          expect(isHeldOnAll || given.every((reach) => held.includes(`${permission}:${reach}`))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("reachOf", () => {
  it.each<[string[], Reach | undefined]>([
    [["*"], "all"],
    [["schedule:*"], "all"],
    [["schedule:update"], "all"],
    [["schedule:update:own"], "own"],
    [["schedule:update:assigned"], "assigned"],
    [["schedule:update:assigned", "schedule:update"], "all"],
    [["schedule:update:own", "schedule:update"], "all"],
    [["schedule:read", "item:update", "item:*", "schedules:*", "sched:*"], undefined],
    [[], undefined],
  ])("%j reach schedule:update of %s rows", (held, reach) =>
    expect(reachOf(new Set(held), "schedule:update")).toBe(reach),
  );
});
