import * as fc from "fast-check";
import { expect, test } from "vitest";
import { builtInRoles } from "../core/permissionCatalogue";
import { builtInRights, isBuiltInRole } from "../core/rights";
import {
  administers,
  adminRank,
  assertMayAssign,
  assertMayChange,
  assertMayOwn,
  isInForce,
  ownerRank,
} from "./membershipRules";

const rank = fc.integer({ min: 0, max: 100 });
const allows = (rule: () => void): boolean => {
  try {
    rule();
    return true;
  } catch {
    return false;
  }
};

const everything = { rights: new Set(["*"]), needsReadRight: false };
const custom = (rights: string[], ofRank = 10) =>
  ({ key: "custom", rank: ofRank, rights, scope: "organization" }) as const;
const builtIn = (key: keyof typeof builtInRoles) => ({ key, rights: [], ...builtInRoles[key] });
const person = (key: "admin" | "moderator" | "member") => ({ rights: builtInRights(key), needsReadRight: false });
const apiKey = (...scopes: string[]) => ({ rights: new Set(scopes), needsReadRight: true });

test("nobody gives a right that they lack, whatever their rank", () => {
  const inviter = { rights: new Set(["member:invite", "member:update"]), needsReadRight: false };
  expect(allows(() => assertMayAssign(80, inviter, builtIn("admin")))).toBe(false);
  expect(allows(() => assertMayAssign(50, inviter, builtIn("member")))).toBe(false);
  expect(allows(() => assertMayAssign(50, inviter, custom(["schedule:delete"])))).toBe(false);
  expect(allows(() => assertMayAssign(50, inviter, custom(["member:invite"])))).toBe(true);
});

test("the owner gives every built-in role but ownership, an administrator every one for people", () => {
  for (const key of Object.keys(builtInRoles).filter(isBuiltInRole)) {
    expect([key, allows(() => assertMayAssign(100, everything, builtIn(key)))]).toEqual([key, key !== "owner"]);
    const forPeople = key !== "owner" && key !== "agent";
    expect([key, allows(() => assertMayAssign(80, person("admin"), builtIn(key)))]).toEqual([key, forPeople]);
  }
});

test("an API key gives roles within its scopes, and no way to read more", () => {
  expect(allows(() => assertMayAssign(100, apiKey("member:invite"), builtIn("admin")))).toBe(false);
  expect(allows(() => assertMayAssign(100, apiKey("member:invite"), builtIn("viewer")))).toBe(false);
  expect(allows(() => assertMayAssign(100, apiKey("member:invite"), custom([])))).toBe(false);
  const wide = apiKey("member:invite", ...[...builtInRights("member")].map((right) => right.replace(":own", "")));
  for (const key of ["member", "viewer", "client"] as const)
    expect([key, allows(() => assertMayAssign(100, wide, builtIn(key)))]).toEqual([key, true]);
});

test("members change those below themselves; the owner changes everyone", () => {
  fc.assert(
    fc.property(rank, rank, (actor, target) => {
      expect(allows(() => assertMayChange(actor, target))).toBe(actor === ownerRank || target < actor);
    }),
  );
});

test("nobody assigns a role above themselves, and nobody assigns ownership", () => {
  fc.assert(
    fc.property(rank, rank, (actor, assigned) => {
      expect(allows(() => assertMayAssign(actor, everything, custom([], assigned)))).toBe(assigned <= actor);
      expect(allows(() => assertMayAssign(actor, everything, builtIn("owner")))).toBe(false);
    }),
  );
});

test("refusals carry the code of the rule", () => {
  expect(() => assertMayChange(80, 80)).toThrow(expect.objectContaining({ code: "rank_too_low" }));
  expect(() => assertMayAssign(100, everything, builtIn("owner"))).toThrow(
    expect.objectContaining({ code: "forbidden" }),
  );
});

test("whoever is not in force administers nothing, whatever the rank", () => {
  fc.assert(
    fc.property(rank, fc.constantFrom("active", "inactive", "pending"), fc.boolean(), (own, status, banned) => {
      const membership = { status, ...(banned ? { bannedAt: 1 } : {}) } as const;
      expect(administers(membership, own, 10)).toBe(own >= adminRank && status === "active" && !banned);
    }),
  );
});

test("a ban counts until it ends", () => {
  expect(isInForce({ status: "active" }, 10)).toBe(true);
  expect(isInForce({ status: "active", bannedAt: 1 }, 10)).toBe(false);
  expect(isInForce({ status: "active", bannedAt: 1, bannedUntil: 11 }, 10)).toBe(false);
  expect(isInForce({ status: "active", bannedAt: 1, bannedUntil: 10 }, 10)).toBe(true);
  expect(isInForce({ status: "inactive" }, 10)).toBe(false);
});

test("only an active member who can sign in takes an organization over", () => {
  const now = 1000;
  const user = { status: "active" } as const;
  const member = { status: "active" } as const;
  const takesOver = (...[who, as]: [Parameters<typeof assertMayOwn>[0], Parameters<typeof assertMayOwn>[1]]) =>
    allows(() => assertMayOwn(who, as, now));
  expect(takesOver(user, member)).toBe(true);
  expect(takesOver(user, { ...member, bannedAt: 1, bannedUntil: 999 })).toBe(true);
  expect(takesOver(user, { ...member, bannedAt: 1, bannedUntil: 1001 })).toBe(false);
  expect(takesOver(user, { ...member, bannedAt: 1 })).toBe(false);
  for (const status of ["pending", "inactive"] as const) {
    expect([status, takesOver(user, { ...member, status })]).toEqual([status, false]);
    expect([status, takesOver({ status }, member)]).toEqual([status, false]);
  }
  expect(takesOver(user, null)).toBe(false);
  expect(takesOver(null, member)).toBe(false);
});
