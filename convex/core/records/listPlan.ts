import * as z from "zod";
import { invalidField, ProblemError } from "../wire/errors";
import { described, references, rowId, timestampMs } from "../schema/fields";
import { namingFieldOf, rowNamed } from "../schema/rowNames";
import { innermost, withoutDefault } from "../schema/zod";
import { tableMetadata } from "../schema/tableMetadata";
import { typedRange, untypedRange } from "./untypedDatabase";
import type { TableMetadata, Fields } from "../schema/table";
import type { TableNames } from "../../_generated/dataModel";

/** What a list can be asked for; every combination is answered by one index or refused. */
export interface ListOptions {
  /** Fields compared for equality. */
  readonly filters?: readonly string[];
  /** Fields compared by range, with the names of the two parameters: from (inclusive) and to (exclusive). */
  readonly ranges?: Readonly<Record<string, readonly [from: string, to: string]>>;
  /** Fields to sort by, besides `created`. */
  readonly sorts?: readonly string[];
  /** False where `ranges` and `sorts` name the time of creation themselves, and it has no other names. */
  readonly created?: false;
  /** False where the list leaves the trash out, though its table has one. */
  readonly trash?: false;
  /** Default order when no sort is given: newest first unless `asc`. */
  readonly order?: "asc" | "desc";
}

export const maximumPageSize = 100;
export const defaultPageSize = 25;
const createdRange = ["createdFrom", "createdTo"] as const;

/** The query parameters of a list of `table`, besides `cursor` and `limit`. */
export function listParameters(table: TableNames, fields: Fields, options: ListOptions): Record<string, z.ZodType> {
  const metadata: TableMetadata = tableMetadata[table];
  const parameters: Record<string, z.ZodType> = {};
  for (const name of options.filters ?? []) {
    const type = fields[name];
    if (!type) throw new Error(`The filter ${name} is no field.`);
    const stored = withoutDefault(type);
    const referred = references.get(type) ?? references.get(innermost(type));
    // A text that is no id at all would list nothing, as if there were nothing.
    const named = referred && namingFieldOf(referred.table);
    const parameter = referred
      ? (named ? rowNamed(referred.table) : rowId(referred.table)).optional()
      : // A wrapper of its own, since what the field says of a row is not what a filter by it does.
        innermost(stored).optional();
    const meaning = `Lists only rows whose \`${name}\` is this${named ? `, by its id or ${named.field}` : ""}.`;
    parameters[name] = described(parameter, meaning, ...(named?.examples ?? []));
  }
  for (const [field, [from, to]] of rangesOf(metadata, options)) {
    const shown = field === "_creationTime" ? "createdAt" : field;
    // Creation may have names of its own beside those that every list has.
    const [twinFrom, twinTo] = (from === createdRange[0] && options.ranges?.[field]) || [];
    parameters[from] = rangeEnd(`Inclusive: \`${shown}\` from this time on.`, twinFrom, 9);
    parameters[to] = rangeEnd(`Exclusive: \`${shown}\` before this time.`, twinTo, 10);
  }
  const sorts = sortsOf(options).flatMap((name) => [name, `-${name}`]);
  const byDefault = defaultSort(metadata, options);
  parameters["sort"] = z
    .enum(sorts)
    .optional()
    .register(z.globalRegistry, {
      description: `Ascending, or descending with \`-\`. ${unsortedOrder(metadata, options)}`,
      // Not zod's own default: a request that names no order must stay one that combines with every filter.
      ...(byDefault === undefined ? {} : { default: byDefault }),
    });
  if (offersTrash(metadata, options)) {
    parameters["deleted"] = described(
      z.enum(["only"]),
      "Lists soft-deleted rows instead; needs the permission to delete.",
    ).optional();
  }
  lists.set(parameters, { table, options });
  return parameters;
}

const lists = new WeakMap<object, { readonly table: TableNames; readonly options: ListOptions }>();

/** The list that query parameters were made for; the generator checks that indexes answer it. */
export function listOf(parameters: object): { readonly table: TableNames; readonly options: ListOptions } | undefined {
  return lists.get(parameters);
}

function rangeEnd(meaning: string, twin: string | undefined, exampleHour: number): z.ZodType {
  const same = twin === undefined ? "" : ` The same as \`${twin}\`; send one of them.`;
  return described(timestampMs(), `${meaning}${same}`, Date.UTC(2026, 0, 15, exampleHour, 30)).optional();
}

/** How one list request is read: an index, equalities on its first fields, at most one range, an order. */
export interface ListPlan {
  readonly index: string;
  readonly equals: readonly (readonly [field: string, value: unknown])[];
  readonly range:
    | { readonly field: string; readonly from?: unknown; readonly to?: unknown; readonly above?: boolean }
    | undefined;
  readonly order: "asc" | "desc";
}

/**
 * Finds the index that answers `input`.
 * @throws {ProblemError} 400 `unsupported_filter` with the sets that can be combined
 */
export function planList(table: TableNames, options: ListOptions, input: Readonly<Record<string, unknown>>): ListPlan {
  const metadata: TableMetadata = tableMetadata[table];
  const base = sharedFields(metadata);
  const filters = (options.filters ?? []).filter((name) => input[name] !== undefined);
  const created = createdFieldOf(metadata);
  const ranges = rangesOf(metadata, options).filter(
    ([, [from, to]]) => input[from] !== undefined || input[to] !== undefined,
  );
  const sort = typeof input["sort"] === "string" ? input["sort"] : undefined;
  const sortField = sort && fieldOfSort(sort, created);
  const order = sort ? (sort.startsWith("-") ? "desc" : "asc") : (options.order ?? "desc");
  for (const [, [from, to]] of ranges) {
    if (Number(input[from]) > Number(input[to]))
      throw invalidField(`/${to}`, "too_small", `${to} is before ${from}, so that nothing could be listed.`);
  }
  const onlyDeleted = input["deleted"] === "only";
  const next = new Set([...ranges.map(([field]) => field), ...(sortField === undefined ? [] : [sortField])]);
  const refuse = () => new ProblemError("unsupported_filter", supportedSets(metadata, options));

  if (onlyDeleted) {
    if (filters.length > 0 || next.size > 0) throw refuse();
    const index = indexNamed(metadata, ["organizationId", "deletedAt"]);
    return { index, equals: [], range: { field: "deletedAt", above: true }, order };
  }
  if (next.size > 1 || ranges.length > 1) throw refuse();
  const [wanted] = next;
  const candidates = Object.entries(metadata.indexes)
    .map(([index, fields]) => ({ index, rest: restAfter(fields, base, filters) }))
    .filter(({ rest }) => rest !== undefined && (wanted === undefined || (rest[0] ?? "_creationTime") === wanted))
    .sort((left, right) => (left.rest?.length ?? 0) - (right.rest?.length ?? 0));
  const best = candidates[0];
  if (!best) throw refuse();
  const prefix = (metadata.indexes[best.index] ?? []).slice(base.length, base.length + filters.length);
  const [range] = ranges;
  return {
    index: best.index,
    equals: [
      ...(base.includes("deletedAt") ? [["deletedAt", undefined] as const] : []),
      ...prefix.map((field) => [field, input[field]] as const),
    ],
    range: range && { field: range[0], from: input[range[1][0]], to: input[range[1][1]] },
    order,
  };
}

/** Appended tables are indexed by their own `createdAt`; all others by the creation time that ends every index. */
function createdFieldOf({ indexes }: TableMetadata): string {
  return Object.values(indexes).some((fields) => fields.includes("createdAt")) ? "createdAt" : "_creationTime";
}

function rangesOf(metadata: TableMetadata, options: ListOptions): [field: string, names: readonly [string, string]][] {
  const created: [string, typeof createdRange][] =
    options.created === false ? [] : [[createdFieldOf(metadata), createdRange]];
  return [...created, ...Object.entries(options.ranges ?? {})];
}

function sortsOf({ created, sorts = [] }: ListOptions): readonly string[] {
  return created === false ? sorts : ["created", ...sorts];
}

function offersTrash({ base }: TableMetadata, { trash }: ListOptions): boolean {
  return base === "CUD" && trash !== false;
}

/**
 * The sort that a request without one gets, if every such request gets the same: an index that goes on by another field orders by
 * that, and the trash is ordered by deletion.
 */
function defaultSort(metadata: TableMetadata, options: ListOptions): string | undefined {
  const created = createdFieldOf(metadata);
  const order = options.order ?? "desc";
  const sets = answerableSets(metadata, options);
  const name = sets.find(({ filters, next }) => filters.length === 0 && next === created)?.sorts[0];
  const isUniform = sets.every(({ next }) => next === created);
  if (name === undefined || !isUniform || offersTrash(metadata, options)) return undefined;
  return order === "desc" ? `-${name}` : name;
}

/** In which order rows come where no sort is asked for. */
function unsortedOrder(metadata: TableMetadata, options: ListOptions): string {
  const created = createdFieldOf(metadata);
  const others = new Map<string, Set<string>>();
  for (const { filters, next, ranges } of answerableSets(metadata, options)) {
    if (next === created) continue;
    const asked = [...filters, ...ranges.flat()].map((name) => `\`${name}\``);
    others.set(next, new Set([...(others.get(next) ?? []), ...asked]));
  }
  const [first, last] = options.order === "asc" ? ["oldest", "earliest"] : ["newest", "latest"];
  const ways = [...others].flatMap(([field, names]) =>
    names.size === 0 ? [] : [`; by \`${field}\`, ${last} first, where one of ${[...names].join(", ")} is given`],
  );
  const trash = offersTrash(metadata, options) ? "; last deleted first in the trash" : "";
  return `Unless given: ${first} first${ways.join("")}${trash}.`;
}

function fieldOfSort(sort: string, created: string): string {
  const name = sort.replace(/^-/, "");
  return name === "created" ? created : name;
}

/** The fields that every list of a table compares: whose a row is, unless it is the deployment's, and whether it is in the trash. */
export function sharedFields({ tenant, base }: TableMetadata): readonly string[] {
  return [...(tenant === "none" ? [] : ["organizationId"]), ...(base === "CUD" ? ["deletedAt"] : [])];
}

/** The index's fields after the tenant, the trash flag and exactly the filtered fields; undefined if it does not fit. */
function restAfter(
  fields: readonly string[],
  base: readonly string[],
  filters: readonly string[],
): readonly string[] | undefined {
  if (!base.every((field, at) => fields[at] === field)) return undefined;
  const filtered = fields.slice(base.length, base.length + filters.length);
  return filters.every((field) => filtered.includes(field)) ? fields.slice(base.length + filters.length) : undefined;
}

function indexNamed(metadata: TableMetadata, fields: readonly string[]): string {
  const found = Object.entries(metadata.indexes).find(([, own]) => own.join() === fields.join());
  if (!found) throw new Error(`${metadata.noun} has no index over ${fields.join(", ")}.`);
  return found[0];
}

/** Filters that one index answers together, the field that it goes on by, and what can be asked of that field. */
export interface FilterSet {
  readonly filters: readonly string[];
  readonly next: string;
  /** Names of the range parameters over `next`, and of its sorts. */
  readonly ranges: readonly (readonly [from: string, to: string])[];
  readonly sorts: readonly string[];
}

/** Every set of filters that some index answers, with what can be asked beside it. */
export function answerableSets(metadata: TableMetadata, options: ListOptions): FilterSet[] {
  const base = sharedFields(metadata);
  const created = createdFieldOf(metadata);
  const sets: FilterSet[] = [];
  for (const fields of Object.values(metadata.indexes)) {
    for (let count = 0; count <= fields.length; count++) {
      const filters = fields.slice(base.length, base.length + count);
      const rest = restAfter(fields, base, filters);
      if (!rest || filters.length !== count || filters.some((field) => !options.filters?.includes(field))) continue;
      const next = rest[0] ?? "_creationTime";
      const ranges = rangesOf(metadata, options).flatMap(([field, names]) => (field === next ? [names] : []));
      const sorts = sortsOf(options).filter((name) => fieldOfSort(name, created) === next);
      if (filters.length > 0 || ranges.length > 0 || sorts.length > 0) sets.push({ filters, next, ranges, sorts });
    }
  }
  // An index that goes on by what cannot be asked for is not taken where another one answers the same filters.
  const isTaken = ({ filters, ranges, sorts }: FilterSet) =>
    ranges.length > 0 || sorts.length > 0 || !sets.some((other) => isBetter(other, filters));
  return sets.filter(isTaken);
}

function isBetter({ filters, ranges, sorts }: FilterSet, wanted: readonly string[]): boolean {
  return filters.toSorted().join() === wanted.toSorted().join() && ranges.length + sorts.length > 0;
}

/** The sets of filters, ranges and sorts that one index each can answer, in words; also part of the OpenAPI document. */
export function supportedSets(metadata: TableMetadata, options: ListOptions): string {
  const sets = answerableSets(metadata, options).map(({ filters, ranges, sorts }) => {
    const parts = [
      ...filters,
      ...(ranges.length > 0 ? [ranges.map((names) => names.join("/")).join(" or ")] : []),
      ...(sorts.length > 0 ? [`sort=${sorts.join(" or ")}`] : []),
    ];
    return `{${parts.join(", ")}}`;
  });
  const trash = offersTrash(metadata, options) ? ", {deleted=only}" : "";
  return `Supported together: ${[...new Set(sets)].sort().join(", ")}${trash}.`;
}

/** Applies a plan's range part to an index builder positioned after the tenant. */
export function applyPlan<Range>(plan: ListPlan, q: Range): Range {
  // The plan was made from the index's own fields, so each call is one that the typed builder has.
  let range = untypedRange(q);
  for (const [field, value] of plan.equals) range = range.eq(field, value);
  if (plan.range?.above) range = range.gt(plan.range.field, undefined);
  if (plan.range?.from !== undefined) range = range.gte(plan.range.field, plan.range.from);
  if (plan.range?.to !== undefined) range = range.lt(plan.range.field, plan.range.to);
  return typedRange<Range>(range);
}
