import * as fc from "fast-check";
import { expect, test } from "vitest";
import { builtInRoles } from "./roles";
import { builtInRights, isBuiltInRole } from "./rights";
import { allows } from "./allows.testing";
import { everyRow } from "./reach";
import { assertMayAssign, assertMayChange, assertMayEntrust, assertMayReach, ownerRank } from "./assigning";
import type { BuiltInRole } from "./roles";

const rank = fc.integer({ min: 0, max: 100 });

const everything = { rank: 100, rights: new Set(["*"]) };
const custom = (rights: string[], ofRank = 10) =>
  ({ key: "custom", rank: ofRank, rights, scope: "organization" }) as const;
const builtIn = (key: BuiltInRole) => ({ key, rights: [], ...builtInRoles[key] });
const person = (key: BuiltInRole) => ({ rights: builtInRights(key), rank: builtInRoles[key].rank });
const viewerRights = builtInRights("viewer");
const withRights = (ofRank: number, ...rights: string[]) => ({ rank: ofRank, rights: new Set(rights) });

test("nobody gives a right that they lack, whatever their rank", () => {
  const inviter = withRights(80, "member:invite", "member:update", ...viewerRights);
  expect(allows(() => assertMayAssign(inviter, builtIn("admin")))).toBe(false);
  expect(allows(() => assertMayAssign(inviter, builtIn("member")))).toBe(false);
  expect(allows(() => assertMayAssign(inviter, custom(["schedule:delete"])))).toBe(false);
  expect(allows(() => assertMayAssign(inviter, custom(["member:invite"])))).toBe(true);
});

test("the owner gives every built-in role but ownership, an administrator every one for people", () => {
  for (const key of Object.keys(builtInRoles).filter(isBuiltInRole)) {
    expect([key, allows(() => assertMayAssign(everything, builtIn(key)))]).toEqual([key, key !== "owner"]);
    const forPeople = key !== "owner" && key !== "agent";
    expect([key, allows(() => assertMayAssign(person("admin"), builtIn(key)))]).toEqual([key, forPeople]);
  }
});

test("an API key gives roles within its scopes, and no way to read more", () => {
  const inviting = withRights(100, "member:invite");
  expect(allows(() => assertMayAssign(inviting, builtIn("admin")))).toBe(false);
  expect(allows(() => assertMayAssign(inviting, builtIn("viewer")))).toBe(false);
  expect(allows(() => assertMayAssign(inviting, custom([])))).toBe(false);
  const wide = withRights(
    100,
    "member:invite",
    ...[...builtInRights("member")].map((right) => right.replace(":own", "")),
  );
  for (const key of ["member", "viewer", "client"] as const)
    expect([key, allows(() => assertMayAssign(wide, builtIn(key)))]).toEqual([key, true]);
});

test("members change those below themselves; the owner changes everyone", () => {
  fc.assert(
    fc.property(rank, rank, (actor, target) => {
      const isAllowed = allows(() => assertMayChange(withRights(actor, "*"), withRights(target, "item:read")));
      expect(isAllowed).toBe(actor === ownerRank || target < actor);
    }),
  );
});

test("an administrator is changed only by who holds all of an administrator's rights", () => {
  const keyOfOwner = withRights(100, "member:update", "member:remove");
  const narrowRole = withRights(99, "member:update", "member:ban", ...viewerRights);
  for (const narrow of [keyOfOwner, narrowRole]) {
    expect(() => assertMayChange(narrow, person("admin"))).toThrow(expect.objectContaining({ code: "forbidden" }));
    expect(allows(() => assertMayChange(narrow, person("moderator")))).toBe(true);
  }
  expect(allows(() => assertMayChange(everything, person("admin")))).toBe(true);
  const deputy = { rank: 99, rights: builtInRights("admin") };
  expect(allows(() => assertMayChange(deputy, person("admin")))).toBe(true);
});

test("nobody assigns a role above themselves, and nobody assigns ownership", () => {
  fc.assert(
    fc.property(rank, rank, (actor, assigned) => {
      const giver = withRights(actor, "*");
      expect(allows(() => assertMayAssign(giver, custom([], assigned)))).toBe(assigned <= actor);
      expect(allows(() => assertMayAssign(giver, builtIn("owner")))).toBe(false);
    }),
  );
});

test("refusals carry the code of the rule", () => {
  expect(() => assertMayChange(person("admin"), person("admin"))).toThrow(
    expect.objectContaining({ code: "rank_too_low" }),
  );
  expect(() => assertMayAssign(everything, builtIn("owner"))).toThrow(expect.objectContaining({ code: "forbidden" }));
});

test("whoever brings somebody into a team gives what that person holds on assigned rows", () => {
  const byBelonging = { every: false, own: false, assigned: true, holders: [] };
  const held = (...rights: string[]) => withRights(50, "team:manageMembers", ...rights);
  const comes = { rights: new Set(["client:read:assigned", "site:read"]) };
  const entrusts = (...[giver, reach]: [Parameters<typeof assertMayEntrust>[0], typeof everyRow]) =>
    allows(() => assertMayEntrust(giver, reach, comes));
  for (const reach of [everyRow, byBelonging]) {
    expect(entrusts(held("client:read"), reach)).toBe(true);
    expect(entrusts(held(), reach)).toBe(false);
    expect(entrusts(held("client:read:own"), reach)).toBe(false);
    expect(allows(() => assertMayEntrust(held(), reach, { rights: new Set(["site:read"]) }))).toBe(true);
  }
  expect(entrusts(held("client:read:assigned"), byBelonging)).toBe(true);
  expect(entrusts(held("client:read:assigned"), everyRow)).toBe(false);
});

test("a right on assigned rows is given by who has it on every row, or belongs wherever its holder does", () => {
  const portal = { ...custom(["client:read"]), scope: "assigned" } as const;
  const [own, other] = [{ id: "own" }, { id: "other" }];
  const narrow = withRights(50, "member:update", "client:read:assigned");
  const wide = withRights(50, "member:update", "client:read");
  const may = (giver: typeof narrow, givers: readonly { id: string }[], holders: readonly { id: string }[]) =>
    allows(() => assertMayReach(giver, givers, portal, holders));
  expect(may(narrow, [own], [])).toBe(true);
  expect(may(narrow, [own], [own])).toBe(true);
  expect(may(narrow, [own], [own, other])).toBe(false);
  expect(may(narrow, [], [other])).toBe(false);
  expect(may(wide, [], [own, other])).toBe(true);
});
