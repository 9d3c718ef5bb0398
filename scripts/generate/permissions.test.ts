import { expect, test } from "vitest";
import { completeRow } from "./permissions";

const file = "convex/sites/grants.ts";
const valid = { all: ["owner", "admin"], own: ["member"], keys: true, description: "Change sites." };

test("a permission is completed with the reaches that it leaves out", () => {
  const complete = { all: ["owner", "admin"], assigned: [], own: ["member"], keys: true, description: "Change sites." };
  expect(completeRow(file, "site:update", valid)).toEqual(complete);
});

test.each<[string, object, string]>([
  ["site", {}, "site is no permission: write `resource:action`."],
  ["site:update:own", {}, "site:update:own is no permission: write `resource:action`."],
  ["site:update", { keys: undefined }, "site:update needs `keys`"],
  ["site:update", { description: undefined }, "site:update needs `keys`"],
  ["site:update", { owned: ["member"] }, "site:update: owned is no reach; they are all, assigned, own."],
  ["site:update", { assigned: ["janitor"] }, "site:update: there is no role janitor."],
  ["site:update", { assigned: ["member"] }, "site:update: member holds it twice."],
])("%s with %j is refused in one line with the file", (permission, change, message) => {
  expect(() => completeRow(file, permission, { ...valid, ...change })).toThrow(`${file}: ${message}`);
});
