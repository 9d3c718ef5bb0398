import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dayMs } from "../../core/wire/durations";
import { permissionCatalogue } from "../../core/access/permissions";
import { ProblemError } from "../../core/wire/errors";
import { builtInRights, reachOf } from "../../core/access/rights";
import { assertGrantable, assertLifetime, assertMayTakeOver, assertNarrowed } from "./rules";

const permissions = Object.entries(permissionCatalogue);
const notAllowed = expect.objectContaining({ code: "scope_not_allowed" });

test("exactly the permissions that a role has on all rows, and that machines may have, can be granted", () => {
  for (const role of ["owner", "admin", "member", "viewer"] as const) {
    for (const [permission, { keys }] of permissions) {
      const isAllowed = keys && reachOf(builtInRights(role), permission) === "all";
      const code = codeOf(() => assertGrantable(builtInRights(role), [permission]));
      expect(code, permission).toBe(isAllowed ? undefined : "scope_not_allowed");
    }
  }
});

test("a member's own-rows right is no scope, and neither are wildcards or unknown names", () => {
  for (const scope of ["schedule:update", "schedule:*", "*", "dragon:read", "__proto__:read"]) {
    expect(() => assertGrantable(builtInRights("member"), [scope]), scope).toThrow(notAllowed);
  }
});

test("scopes only shrink", () => {
  const scopes = fc.uniqueArray(fc.constantFrom(...permissions.map(([permission]) => permission)), { maxLength: 10 });
  fc.assert(
    fc.property(scopes, scopes, (current, next) => {
      const isNarrower = next.every((scope) => current.includes(scope));
      expect(codeOf(() => assertNarrowed(current, next))).toBe(isNarrower ? undefined : "scope_not_allowed");
    }),
  );
});

test("a key ends in the future, within two years", () => {
  const year = 365 * dayMs;
  expect(() => assertLifetime(undefined, 0)).not.toThrow();
  expect(() => assertLifetime(2 * year + 5, 5)).not.toThrow();
  expect(codeOf(() => assertLifetime(2 * year + 6, 5))).toBe("validation_failed");
  expect(codeOf(() => assertLifetime(5, 5))).toBe("validation_failed");
});

/** The code of the problem that `run` throws; undefined when it throws nothing. */
function codeOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof ProblemError ? error.code : String(error);
  }
}

test("only who could do all that a key can takes it over", () => {
  const rights = new Set(["item:read", "member:update"]);
  const codeOfTaking = (scopes: readonly string[], ownerRank: number) =>
    codeOf(() => assertMayTakeOver({ rank: 50, rights }, scopes, ownerRank));
  expect(codeOfTaking(["item:read"], 50)).toBeUndefined();
  expect(codeOfTaking([], 0)).toBeUndefined();
  expect(codeOfTaking(["item:read", "item:delete"], 50)).toBe("forbidden");
  expect(codeOfTaking(["item:read"], 51)).toBe("rank_too_low");
});
