import * as z from "zod";
import { expect, it } from "vitest";
import { listOf } from "../convex/core/records/listPlan";
import { tableMetadata } from "../convex/core/schema/tableMetadata";
import {
  deprecationFaults,
  dryRunFaults,
  listFaults,
  operationFaults,
  stateFaults,
  summaryFaults,
} from "./operationFaults";
import { openApiDocument } from "./document";
import { registry } from "./registry";
import type { Day } from "../convex/core/wire/deprecation";

const file = "convex/workspace/schedules.ts";

it("finds nothing in the product's own operations", () => {
  expect(registry.flatMap(operationFaults)).toEqual([]);
});

it("knows the parameters of every list, but for those that page over an index of their own", () => {
  const unknown = registry.filter(({ isList, declaration: { query } }) => isList && !(query && listOf(query)));
  expect(unknown.map(({ declaration }) => declaration.name).sort()).toEqual([
    "access/clientResources:list",
    "access/teams:listMine",
    "infrastructure/operationPermissions:list",
    "infrastructure/operationServices:listRuns",
    "infrastructure/projectResources:listProjects",
    "tenancy/me:listInvitations",
    "tenancy/organizations:list",
  ]);
});

it("finds filters, sorts and ranges that no index answers", () => {
  const options = {
    filters: ["status", "title"],
    sorts: ["startDate", "endDate"],
    ranges: { startDate: ["startFrom", "startTo"], endDate: ["endFrom", "endTo"] },
  } as const;
  const advice = (field: string) => `give the table one over organizationId, deletedAt, ${field}, or leave it out.`;
  expect(listFaults(`${file}: `, "schedules", tableMetadata.schedules, options)).toEqual([
    `${file}: no index of schedules answers the filter title: ${advice("title")}`,
    `${file}: no index of schedules answers the sort endDate: ${advice("endDate")}`,
    `${file}: no index of schedules answers the range endDate: ${advice("endDate")}`,
  ]);
});

it("finds a state that the enum does not have", () => {
  const document = z.object({ status: z.enum(["inStock", "lent"]).optional() });
  expect(stateFaults(file, { field: "status", transitions: { inStock: ["lent"], lent: ["stok"] } }, document)).toEqual([
    `${file}: status has no state stok: its enum has inStock, lent.`,
  ]);
  expect(stateFaults(file, { field: "state", transitions: {} }, document)).toEqual([
    `${file}: states names state, which is no field with an enum.`,
  ]);
});

it("finds a dry run that could not be undone, by its verb", () => {
  const claim = (verb: string, on?: object, supportsDryRun = true) =>
    dryRunFaults(file, { verb, supportsDryRun, declaration: { on } });
  expect(claim("redeliver", {})).toEqual([
    `${file}: redeliver reaches beyond the database: say \`dryRun: false\`, since it cannot be tried.`,
  ]);
  expect(claim("uploadPicture")).toHaveLength(1);
  expect(claim("redeliver", {}, false)).toEqual([]);
  // Not with somebody else: `POST /me/sync` works on no row.
  expect(claim("sync")).toEqual([]);
});

it("finds an operation that does not say what it does", () => {
  const faults = (declaration: { summary?: unknown }) => summaryFaults(file, { verb: "cancel", declaration });
  const fault = `${file}: cancel has no summary: say in a few words what it does, such as "Cancel a schedule".`;
  expect([{}, { summary: undefined }, { summary: " " }].map(faults)).toEqual([[fault], [fault], [fault]]);
  expect(faults({ summary: "Cancel a schedule" })).toEqual([]);
});

it("is asked before anything of an operation is written", () => {
  const [operation] = registry;
  if (!operation) throw new Error("There is no operation.");
  const silent = Object.create(operation, {
    declaration: { value: Object.create(operation.declaration, { summary: { value: undefined } }) },
  });
  expect(() => openApiDocument([silent])).toThrow(
    new RegExp(`^convex/${operation.domain}/${operation.resource}\\.ts: ${operation.verb} has no summary`),
  );
});

it("finds a deprecation that gives clients less time than promised, or none that can be read", () => {
  const faults = (since: Day, until: Day) => deprecationFaults(`${file}: get`, { since, until });
  expect(faults("2026-11-01", "2027-04-30")).toEqual([]);
  expect(faults("2026-11-01", "2027-04-29")).toEqual([
    `${file}: get ends 179 days after it was deprecated: give clients 180.`,
  ]);
  expect(faults("2026-13-01", "2027-05-01")).toEqual([
    `${file}: get is deprecated since 2026-13-01 until 2027-05-01: write days, 2026-11-01.`,
  ]);
});
