import { compareValues } from "convex/values";
import { base64UrlOf, bytesOfBase64Url } from "../wire/base64Url";
import { ProblemError } from "../wire/errors";
import { murmurHash3 } from "../wire/murmurHash3";
import { tableMetadata } from "../schema/tableMetadata";
import { engineTables } from "../wire/engineTables";
import { assignedValues } from "./assignedRows";
import { planList, supportedSets } from "./listPlan";
import { untypedReader } from "./untypedDatabase";
import { ownerFieldNames } from "../access/reach";
import type { RowReach } from "../access/reach";
import type { TableMetadata } from "../schema/table";
import type { Assignment } from "./assignedRows";
import type { ListOptions, ListPlan } from "./listPlan";
import type { UntypedRange, UntypedRow } from "./untypedDatabase";
import type { Id, TableNames } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";
import type { Value } from "convex/values";

/** A list of the rows that a caller reaches, where those are not all. */
export interface ReachedList {
  readonly table: TableNames;
  readonly options: ListOptions;
  /** The ways in which rows are assigned; none for a resource whose rows are not. */
  readonly ways: readonly Assignment[];
  readonly reach: RowReach;
  readonly organizationId: Id<"organizations">;
  readonly person: Id<"users"> | undefined;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A row of one of the lists, with its table. */
export interface ReachedRow {
  readonly table: TableNames;
  readonly row: UntypedRow;
}

export interface ReachedPage {
  readonly page: readonly ReachedRow[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}

/** Where a row stands in the order of a list: by what the list is sorted by, then by age. */
type Position = readonly [key: Value | undefined, creationTime: number, id: string];

/** Rows in the order of the list, from a position on. */
type Rows = AsyncIterator<ReachedRow, unknown>;

/**
 * One full page of rows that are assigned to the caller or their own, of one list or of several in one order. Each team, each client
 * and each field of ownership is an index range of its own, and all are merged, so that neither what is read nor the cursor depends
 * on rows of others.
 * @throws {ProblemError} 400 for filters that no index answers so, and for a cursor of another list
 */
export async function reachedPage(
  ctx: Pick<QueryCtx, "db">,
  lists: readonly ReachedList[],
  cursor: string | undefined,
  limit: number,
): Promise<ReachedPage> {
  const sources = (await Promise.all(lists.map((list) => sourcesOf(ctx, list)))).flat();
  const shape = orderOf(lists, sources);
  const position = cursor === undefined ? undefined : positionAt(cursor, shape.fingerprint);
  const compare = comparisonOf(shape.order);
  const streams = sources.map((source) => rowsOf(ctx, source, shape, position)[Symbol.asyncIterator]());
  const page = await merged(streams, ({ row }) => positionOf(row, shape.key), compare, limit + 1);
  const isDone = page.length <= limit;
  const shown = page.slice(0, limit);
  const last = shown.at(-1);
  const continueCursor = last ? cursorAt(positionOf(last.row, shape.key), shape.fingerprint) : "";
  return { page: shown, isDone, continueCursor };
}

/** One row by its id, or those with a value in a field, as an index gives them. */
interface Source {
  readonly list: ReachedList;
  readonly plan: ListPlan;
  /** What comes after the plan's equalities in its index, the time of creation last. */
  readonly rest: readonly string[];
  readonly id?: string;
}

async function sourcesOf(ctx: Pick<QueryCtx, "db">, list: ReachedList): Promise<readonly Source[]> {
  const { table, ways, reach, organizationId, person, input } = list;
  if (input["deleted"] !== undefined)
    throw new ProblemError("unsupported_filter", "The trash is listed to those whose permission reaches every row.");
  const metadata: TableMetadata = tableMetadata[table];
  const sources: Source[] = [];
  for (const way of ways) {
    for (const value of await assignedValues(ctx, organizationId, way, reach, input[way.field])) {
      if (way.field === "_id") sources.push({ ...planned(list, undefined, undefined), id: value });
      else if (isAsked(input, way.field, value)) sources.push(planned(list, way.field, value));
    }
  }
  // What cannot be asked for is refused alike, whether or not anything is assigned.
  planned(list, undefined, undefined);
  if (!reach.own || person === undefined) return sources;
  for (const field of ownerFields(metadata)) {
    if (!Object.values(metadata.indexes).some((fields) => isLedBy(metadata, fields, field)))
      throw new ProblemError(
        "forbidden",
        `The permission reaches only one's own rows, and this list cannot tell them.`,
      );
    if (isAsked(input, field, person)) sources.push(planned(list, field, person));
  }
  return sources;
}

function isAsked(input: ReachedList["input"], field: string, value: string): boolean {
  return input[field] === undefined || input[field] === value;
}

function ownerFields({ references }: Pick<TableMetadata, "references">): readonly string[] {
  return references.flatMap(({ path: [field = "", ...more], table }) =>
    table === engineTables.people && more.length === 0 && ownerFieldNames.includes(field) ? [field] : [],
  );
}

function isLedBy({ base }: TableMetadata, fields: readonly string[], field: string): boolean {
  const start = base === "CUD" ? ["organizationId", "deletedAt", field] : ["organizationId", field];
  return start.every((name, at) => fields[at] === name);
}

/** How the list is read where `field` is `value` besides; without a field, how it is read as a whole. */
function planned(list: ReachedList, field: string | undefined, value: unknown): Source {
  const { table, options, input } = list;
  const metadata: TableMetadata = tableMetadata[table];
  const filters = [...new Set([...(options.filters ?? []), ...(field === undefined ? [] : [field])])];
  const isOrdered =
    input["sort"] !== undefined ||
    Object.values(options.ranges ?? {})
      .flat()
      .some((name) => input[name] !== undefined);
  const sort = isOrdered || options.created === false ? {} : { sort: options.order === "asc" ? "created" : "-created" };
  const plan = planList(
    table,
    { ...options, filters },
    { ...input, ...sort, ...(field === undefined ? {} : { [field]: value }) },
  );
  const prefix = 1 + plan.equals.length;
  return { list, plan, rest: [...(metadata.indexes[plan.index]?.slice(prefix) ?? []), "_creationTime"] };
}

interface Order {
  readonly key: string;
  readonly order: "asc" | "desc";
  readonly fingerprint: string;
}

/** The order that all sources share. @throws {ProblemError} 400 where their indexes do not go on alike */
function orderOf(lists: readonly ReachedList[], sources: readonly Source[]): Order {
  const wholes = lists.map((list) => planned(list, undefined, undefined));
  const key = wholes[0]?.rest[0] ?? "_creationTime";
  const order = wholes[0]?.plan.order ?? "desc";
  for (const { id, list, rest } of sources) {
    if (id !== undefined || (rest[0] === key && rest.length <= 2)) continue;
    throw new ProblemError("unsupported_filter", supportedSets(tableMetadata[list.table], list.options));
  }
  const asked = wholes.map(({ list: { organizationId, person, table, input }, plan: { equals, range } }) => [
    organizationId,
    person,
    table,
    equals,
    range,
    key,
    order,
    input["sort"],
  ]);
  const fingerprint = murmurHash3(new TextEncoder().encode(JSON.stringify(asked)))
    .map((word) => word.toString(36))
    .join("");
  return { key, order, fingerprint };
}

async function* rowsOf(
  ctx: Pick<QueryCtx, "db">,
  { list: { table, organizationId }, plan, id }: Source,
  { key, order }: Order,
  position: Position | undefined,
): AsyncGenerator<ReachedRow> {
  const isAfter = (row: UntypedRow) =>
    position === undefined || comparisonOf(order)(positionOf(row, key), position) > 0;
  if (id !== undefined) {
    const row = await untypedReader(ctx).get(id);
    if (row && row["organizationId"] === organizationId && matches(plan, row) && isAfter(row)) yield { table, row };
    return;
  }
  const equals = (q: UntypedRange) =>
    plan.equals.reduce((bound, [field, value]) => bound.eq(field, value), q.eq("organizationId", organizationId));
  const read = (range: (q: UntypedRange) => UntypedRange) =>
    untypedReader(ctx)
      .query(table)
      .withIndex(plan.index, (q) => range(equals(q)))
      .order(order);
  for (const range of rangesAfter(plan, key, order, position)) {
    for await (const row of read(range)) if (isAfter(row)) yield { table, row };
  }
}

type Range = (q: UntypedRange) => UntypedRange;

/** The parts of an index range from a position on: the rest of its key, then what follows it. */
function rangesAfter(
  { range }: ListPlan,
  key: string,
  order: "asc" | "desc",
  position: Position | undefined,
): readonly Range[] {
  const from = range?.from;
  const to = range?.to;
  const lower = (q: UntypedRange) => (from === undefined ? q : q.gte(key, from));
  const upper = (q: UntypedRange) => (to === undefined ? q : q.lt(key, to));
  if (!position) return [(q) => upper(lower(q))];
  const [at, creationTime] = position;
  const isAscending = order === "asc";
  if (key === "_creationTime")
    return [(q) => (isAscending ? upper(q.gte(key, creationTime)) : lower(q).lte(key, creationTime))];
  return [
    (q) =>
      isAscending ? q.eq(key, at).gte("_creationTime", creationTime) : q.eq(key, at).lte("_creationTime", creationTime),
    (q) => (isAscending ? upper(q.gt(key, at)) : lower(q).lt(key, at)),
  ];
}

function matches({ equals, range }: ListPlan, row: UntypedRow): boolean {
  if (!equals.every(([field, value]) => row[field] === value)) return false;
  if (!range) return true;
  const value = Number(row[range.field]);
  return (
    (range.from === undefined || value >= Number(range.from)) && (range.to === undefined || value < Number(range.to))
  );
}

/** Up to `count` rows of all streams in order, a row of several once. Every stream ends here. */
async function merged(
  streams: readonly Rows[],
  positionIn: (row: ReachedRow) => Position,
  compare: (left: Position, right: Position) => number,
  count: number,
): Promise<ReachedRow[]> {
  const heads = await Promise.all(streams.map(async (stream) => headOf(await stream.next())));
  const rows: ReachedRow[] = [];
  while (rows.length < count) {
    let first: number | undefined;
    for (const [at, head] of heads.entries()) {
      const best = first === undefined ? undefined : heads[first];
      if (head && (!best || compare(positionIn(head), positionIn(best)) < 0)) first = at;
    }
    const row = first === undefined ? undefined : heads[first];
    if (first === undefined || !row) break;
    if (rows.at(-1)?.row._id !== row.row._id) rows.push(row);
    const next = await streams[first]?.next();
    heads[first] = next && headOf(next);
  }
  await Promise.all(streams.map(async (stream) => stream.return?.()));
  return rows;
}

function headOf(result: IteratorResult<ReachedRow, unknown>): ReachedRow | undefined {
  return result.done ? undefined : result.value;
}

function comparisonOf(order: "asc" | "desc") {
  const sign = order === "asc" ? 1 : -1;
  return ([leftKey, leftTime, leftId]: Position, [rightKey, rightTime, rightId]: Position): number =>
    sign * (compareValues(leftKey, rightKey) || leftTime - rightTime || compareValues(leftId, rightId));
}

function positionOf(row: UntypedRow, key: string): Position {
  return [asKey(row[key]), Number(row["_creationTime"]), row._id];
}

/** Indexed fields that lists are sorted by hold plain values. */
function asKey(value: unknown): Value | undefined {
  return value as Value | undefined;
}

function cursorAt([key, creationTime, id]: Position, fingerprint: string): string {
  const text = JSON.stringify([fingerprint, key ?? null, creationTime, id]);
  return base64UrlOf(new TextEncoder().encode(encodeURIComponent(text)));
}

/** The position of a cursor of the same list. @throws {ProblemError} 400 for any other */
function positionAt(cursor: string, fingerprint: string): Position {
  const parsed = parsedCursor(cursor);
  const [list, key, creationTime, id] = Array.isArray(parsed) ? parsed : [];
  const isKey = key === null || typeof key === "string" || typeof key === "number" || typeof key === "boolean";
  if (list !== fingerprint || !isKey || typeof creationTime !== "number" || typeof id !== "string")
    throw new ProblemError("invalid_cursor", "The cursor belongs to another list, or is none.");
  return [key ?? undefined, creationTime, id];
}

function parsedCursor(cursor: string): unknown {
  try {
    const bytes = bytesOfBase64Url(cursor);
    return bytes && JSON.parse(decodeURIComponent(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}
