import { expect, test } from "vitest";
import { builtInRoles, permissionCatalogue } from "./permissionCatalogue";
import {
  builtInRights,
  customRights,
  effectiveRights,
  isBuiltInRole,
  isGrantable,
  isKnownRight,
  reachOf,
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

test.each(["schedule:read", "schedule:update:own", "schedule:*"])("%s is a right", (right) => {
  expect(isKnownRight(right)).toBe(true);
});

test.each(["*", "*:*", "schedule", "schedule:", "schedule:fly", "dragon:*", "schedule:*:own", "constructor:*"])(
  "%s is no right",
  (right) => {
    expect(isKnownRight(right)).toBe(false);
  },
);

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
