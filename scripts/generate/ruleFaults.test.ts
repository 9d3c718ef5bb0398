import { expect, it } from "vitest";
import { ruleFaults } from "./ruleFaults";
import type { TableMetadata } from "../../convex/core/schema/table";

const place = "convex/sites/tables.ts: assets";
const lawful: TableMetadata = {
  noun: "asset",
  tenant: "required",
  base: "CUD",
  audited: true,
  secret: [],
  sealed: [],
  events: [],
  untold: [],
  unique: [{ fields: ["organizationId", "serial"], index: "by_serial", code: "name_taken" }],
  references: [{ path: ["siteIds", "[]"], table: "sites", onDelete: "restrict" }],
  indexes: { by_serial: ["organizationId", "deletedAt", "serial"] },
};

it.each<[string, Partial<TableMetadata>, readonly string[]]>([
  ["rules that can be kept", {}, []],
  [
    "a unique rule without its index",
    { indexes: {} },
    [`${place} is unique by the index by_serial, which it does not have: declare it.`],
  ],
  [
    "a unique rule whose index lacks a field",
    { indexes: { by_serial: ["organizationId"] } },
    [`${place} is unique by by_serial, which lacks serial.`],
  ],
  [
    "a reference to no table",
    { references: [{ path: ["siteIds", "[]"], table: "siets", onDelete: "restrict" }] },
    [`${place}.siteIds.[] refers to siets, which is no table.`],
  ],
  [
    "a sealed secret of no organization",
    { tenant: "optional", sealed: ["apiKey"] },
    [`${place} holds apiKey sealed, which binds it to an organization: make it a tenantTable.`],
  ],
])("%s", (_title, changes, faults) => {
  expect(ruleFaults("convex/sites/tables.ts", "assets", { ...lawful, ...changes }, new Set(["sites"]))).toEqual(faults);
});
