import * as fc from "fast-check";
import { expect, test } from "vitest";
import { allows } from "../../core/access/allows.testing";
import { adminRank } from "../../core/access/assigning";
import { isInForce } from "../../core/access/standing";
import { administers, assertMayOwn } from "./rules";

const rank = fc.integer({ min: 0, max: 100 });

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
