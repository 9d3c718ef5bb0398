import fc from "fast-check";
import { expect, test } from "vitest";
import { permissionCatalogue } from "../core/permissionCatalogue";
import { builtInRights, reachOf } from "../core/rights";
import { assertGrantable, assertLifetime, assertNarrowed } from "./apiKeyRules";

const permissions = Object.entries(permissionCatalogue);
const notAllowed = expect.objectContaining({ code: "scope_not_allowed" });

test("exactly the permissions that a role has on all rows, and that machines may have, can be granted", () => {
  for (const role of ["owner", "admin", "member", "viewer"] as const) {
    for (const [permission, { keys }] of permissions) {
      const grant = () => assertGrantable(builtInRights(role), [permission]);
      if (keys && reachOf(builtInRights(role), permission) === "all") expect(grant, permission).not.toThrow();
      else expect(grant, permission).toThrow(notAllowed);
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
      const narrow = () => assertNarrowed(current, next);
      if (next.every((scope) => current.includes(scope))) expect(narrow).not.toThrow();
      else expect(narrow).toThrow(notAllowed);
    }),
  );
});

test("a key ends in the future, within two years", () => {
  const year = 365 * 86_400_000;
  expect(() => assertLifetime(undefined, 0)).not.toThrow();
  expect(() => assertLifetime(2 * year + 5, 5)).not.toThrow();
  expect(() => assertLifetime(2 * year + 6, 5)).toThrow();
  expect(() => assertLifetime(5, 5)).toThrow();
});
