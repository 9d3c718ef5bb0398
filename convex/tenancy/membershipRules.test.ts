import fc from "fast-check";
import { expect, test } from "vitest";
import { builtInRoles } from "../core/permissionCatalogue";
import { administers, adminRank, assertMayAssign, assertMayChange, isInForce, ownerRank } from "./membershipRules";

const rank = fc.integer({ min: 0, max: 100 });
const allows = (rule: () => void): boolean => {
  try {
    rule();
    return true;
  } catch {
    return false;
  }
};

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
      expect(allows(() => assertMayAssign(actor, { key: "custom", rank: assigned }))).toBe(assigned <= actor);
      expect(allows(() => assertMayAssign(actor, { key: "owner", rank: builtInRoles.owner.rank }))).toBe(false);
    }),
  );
});

test("refusals carry the code of the rule", () => {
  expect(() => assertMayChange(80, 80)).toThrow(expect.objectContaining({ code: "rank_too_low" }));
  expect(() => assertMayAssign(100, { key: "owner", rank: 100 })).toThrow(
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
