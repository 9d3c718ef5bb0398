import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProblemError } from "../wire/errors";
import { applyPlan, planList, supportedSets } from "./listPlan";
import { tableMetadata } from "../schema/tableMetadata";
import type { TableMetadata } from "../schema/table";
import type { ListOptions, ListPlan } from "./listPlan";
import type { TableNames } from "../../_generated/dataModel";

const schedules: ListOptions = {
  filters: ["status", "userId"],
  ranges: { startDate: ["startFrom", "startTo"] },
  sorts: ["startDate"],
};

describe("planList", () => {
  it.each<[string, Record<string, unknown>, Omit<ListPlan, "equals"> & { equals: unknown }]>([
    [
      "nothing: everything that is not deleted, newest first",
      {},
      { index: "by_organizationId_and_deletedAt", equals: [["deletedAt", undefined]], range: undefined, order: "desc" },
    ],
    [
      "a filter and a range on one index, in the order asked for",
      { status: "draft", startFrom: 5, sort: "startDate" },
      {
        index: "by_organizationId_and_deletedAt_and_status_and_startDate",
        equals: [
          ["deletedAt", undefined],
          ["status", "draft"],
        ],
        range: { field: "startDate", from: 5, to: undefined },
        order: "asc",
      },
    ],
    [
      "the trash",
      { deleted: "only", sort: undefined },
      {
        index: "by_organizationId_and_deletedAt",
        equals: [],
        range: { field: "deletedAt", above: true },
        order: "desc",
      },
    ],
  ])("answers %s", (_name, input, plan) => {
    expect(planList("schedules", schedules, input)).toEqual(plan);
  });

  it.each([
    { status: "draft", userId: "u" },
    { startFrom: 1, createdFrom: 1 },
    { startFrom: 1, sort: "created" },
    { deleted: "only", status: "draft" },
    { deleted: "only", createdTo: 1 },
    { status: "draft", createdFrom: 1 },
  ])("refuses %j and names the sets that work", (input) => {
    expect(() => planList("schedules", schedules, input)).toThrow(
      expect.objectContaining({
        code: "unsupported_filter",
        data: expect.objectContaining({
          detail: expect.stringContaining("{status, startFrom/startTo, sort=startDate}"),
        }),
      }),
    );
  });

  it("never plans a wrong index, and refuses only what no index answers", () => {
    let answered = 0;
    fc.assert(
      fc.property(listRequest(), ({ table, options, input }) => {
        const metadata: TableMetadata = tableMetadata[table];
        const asked = askedFor(metadata, options, input);
        const plan = planned(table, options, input);
        const candidates = Object.values(metadata.indexes).filter((fields) => answers(metadata, fields, asked));
        expect(plan !== undefined).toBe(candidates.length > 0);
        if (!plan) return;
        answered += 1;
        const fields = metadata.indexes[plan.index] ?? [];
        expect(candidates).toContainEqual(fields);
        expect(Object.fromEntries(plan.equals)).toEqual({
          ...(metadata.base === "CUD" ? { deletedAt: undefined } : {}),
          ...Object.fromEntries(asked.filters.map((name) => [name, input[name]])),
        });
        expect(readsInIndexOrder(behindTenant(metadata, fields) ?? [], plan)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(answered).toBeGreaterThan(300);
  });

  it("answers each set that it advertises", () => {
    for (const set of setsOf(supportedSets(tableMetadata.schedules, schedules))) {
      const input = Object.fromEntries(
        set.map((part) =>
          part.startsWith("sort=") ? ["sort", part.slice(5).split(" or ")[0]] : [part.split("/")[0], "x"],
        ),
      );
      expect(planned("schedules", schedules, input), JSON.stringify(input)).toBeDefined();
    }
  });
});

interface Asked {
  readonly filters: readonly string[];
  /** Fields to read by range, one for each pair of parameters that was used. */
  readonly ranged: readonly string[];
  readonly sorted: readonly string[];
}

function askedFor(metadata: TableMetadata, options: ListOptions, input: Readonly<Record<string, unknown>>): Asked {
  const isAppended = Object.values(metadata.indexes).flat().includes("createdAt");
  const created = isAppended ? "createdAt" : "_creationTime";
  const ranges: [string, readonly [string, string]][] = [
    [created, ["createdFrom", "createdTo"]],
    ...Object.entries(options.ranges ?? {}),
  ];
  const sort = typeof input["sort"] === "string" ? input["sort"].replace("-", "") : "";
  return {
    filters: (options.filters ?? []).filter((name) => input[name] !== undefined),
    ranged: ranges.flatMap(([field, names]) => (names.some((name) => input[name] !== undefined) ? [field] : [])),
    sorted: sort === "" ? [] : [sort === "created" ? created : sort],
  };
}

/** What an index holds behind the tenant, where its table has one; undefined of an index that no list may read. */
function behindTenant({ tenant }: TableMetadata, fields: readonly string[]): string[] | undefined {
  if (tenant === "none") return [...fields];
  return fields[0] === "organizationId" ? fields.slice(1) : undefined;
}

/** The law in other words: after tenant and trash flag come exactly the filtered fields, then the one that is ranged or sorted. */
function answers(metadata: TableMetadata, fields: readonly string[], { filters, ranged, sorted }: Asked): boolean {
  const afterTenant = behindTenant(metadata, fields);
  const next = new Set([...ranged, ...sorted]);
  if (!afterTenant || ranged.length > 1 || next.size > 1) return false;
  if (metadata.base === "CUD" && afterTenant.shift() !== "deletedAt") return false;
  const taken = afterTenant.splice(0, filters.length);
  const following = afterTenant[0] ?? "_creationTime";
  const [wanted = following] = next;
  return [...filters].sort().join() === taken.sort().join() && following === wanted;
}

/** Runs the plan against a builder with Convex's rules: equalities on consecutive fields, then a range on the next one. */
function readsInIndexOrder(fields: readonly string[], plan: ListPlan): boolean {
  const left = [...fields, "_creationTime"];
  let isInOrder = true;
  const builder = {
    eq: (field: string) => {
      isInOrder &&= left.shift() === field;
      return builder;
    },
    gt: (field: string) => ranged(field),
    gte: (field: string) => ranged(field),
    lt: (field: string) => ranged(field),
  };
  const ranged = (field: string) => {
    isInOrder &&= left[0] === field;
    return builder;
  };
  applyPlan(plan, builder);
  return isInOrder;
}

function planned(
  table: TableNames,
  options: ListOptions,
  input: Readonly<Record<string, unknown>>,
): ListPlan | undefined {
  try {
    return planList(table, options, input);
  } catch (error) {
    if (error instanceof ProblemError && error.code === "unsupported_filter") return undefined;
    throw error;
  }
}

function setsOf(detail: string): string[][] {
  return [...detail.matchAll(/\{([^}]+)\}/g)].map(([, parts = ""]) =>
    parts.split(", ").filter((part) => part !== "deleted=only"),
  );
}

interface ListRequest {
  readonly table: TableNames;
  readonly options: ListOptions;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Any table, any options over its indexed fields, any request that those options allow. */
function listRequest(): fc.Arbitrary<ListRequest> {
  const tables = Object.entries(tableMetadata).flatMap(([name, metadata]) =>
    metadata.tenant && isTable(name) ? [name] : [],
  );
  return fc.constantFrom(...tables).chain((table) => {
    const metadata: TableMetadata = tableMetadata[table];
    const fields = [...new Set(Object.values(metadata.indexes).flat())].filter(
      (name) => name !== "organizationId" && name !== "deletedAt",
    );
    const some = fc.subarray(fields, { maxLength: Math.min(fields.length, 3) });
    return fc.record({ filters: some, ranged: some, sorts: some }).chain(({ filters, ranged, sorts }) => {
      const ranges = Object.fromEntries(
        ranged.map((field): [string, [string, string]] => [field, [`${field}From`, `${field}To`]]),
      );
      const bounds = ["createdFrom", "createdTo", ...Object.values(ranges).flat()];
      const sort = fc.constantFrom(undefined, ...["created", ...sorts].flatMap((name) => [name, `-${name}`]));
      return fc
        .record({ filtered: fc.subarray(filters), bounded: fc.subarray(bounds, { maxLength: 2 }), sort })
        .map(({ filtered, bounded, sort: sorted }) => ({
          table,
          options: { filters, ranges, sorts },
          input: { ...Object.fromEntries([...filtered, ...bounded].map((name, at) => [name, at + 1])), sort: sorted },
        }));
    });
  });
}

function isTable(name: string): name is TableNames {
  return Object.hasOwn(tableMetadata, name);
}
