import { hash } from "node:crypto";
import { Buffer } from "node:buffer";
import { isHiddenTable } from "../../../store/catalog";
import type { Catalog, StoredTable } from "../../../store/catalog";
import type { KeyRange } from "../../../store/keyRange";
import { wholeIndex } from "../../../store/documentStore";
import { isJsonObject } from "../../../json";
import type { ConvexJson } from "../../../values/convexJson";
import { idBoundsOfTable } from "../../../values/documentId";
import { afterPrefix, IndexKeyWriter } from "../../../values/indexKey";
import { compileFilter } from "./filter";
import type { DocumentFilter } from "./filter";

/** A query as convex/server serializes it. */
export interface SerializedQuery {
  readonly source:
    | { readonly type: "FullTableScan"; readonly tableName: string; readonly order: Order | null }
    | {
        readonly type: "IndexRange";
        readonly indexName: string;
        readonly range: readonly RangeExpression[];
        readonly order: Order | null;
      }
    | { readonly type: "Search"; readonly indexName: string };
  readonly operators: readonly ({ readonly filter: ConvexJson } | { readonly limit: number })[];
}

type Order = "asc" | "desc";

interface RangeExpression {
  readonly type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  readonly fieldPath: string;
  readonly value: ConvexJson;
}

/** A query ready to scan: a key range, a direction, and what happens to each row. */
export interface QueryPlan {
  readonly tableName: string;
  readonly isSystemTable: boolean;
  /** Null when the table does not exist: such a query has no rows. */
  readonly range: KeyRange | null;
  readonly order: Order;
  readonly operators: readonly PlanOperator[];
  /** The smallest `limit` that precedes every filter, so that a `first()` reads one row. */
  readonly rowsWanted: number;
}

/** One step that every row of a query passes after the index: a filter, or a limit on those before it. */
export type PlanOperator = { readonly filter: DocumentFilter } | { readonly limit: number };

const maxQueryOperators = 256;

const keyWriter = new IndexKeyWriter();

/** Plans a query against the tables and indexes of the store. @throws {Error} with Convex's texts on a bad index or range */
export function planQuery(query: SerializedQuery, catalog: Catalog): QueryPlan {
  const { source } = query;
  if (query.operators.length > maxQueryOperators)
    throw new Error(`Query has too many operators: ${query.operators.length}`);
  if (source.type === "Search")
    throw new Error(`Text search is not supported by this host: ${source.indexName} was queried.`);
  const tableName = source.type === "FullTableScan" ? source.tableName : (source.indexName.split(".", 1)[0] ?? "");
  const table = isHiddenTable(tableName) ? undefined : catalog.table(tableName);
  const range = source.type === "FullTableScan" ? fullScan(table) : indexRange(table, source.indexName, source.range);
  const operators = query.operators.map((operator) =>
    "limit" in operator ? operator : { filter: compileFilter(operator.filter) },
  );
  let rowsWanted = Infinity;
  for (const operator of operators) {
    if ("filter" in operator) break;
    rowsWanted = Math.min(rowsWanted, operator.limit);
  }
  return {
    tableName,
    isSystemTable: tableName.startsWith("_"),
    range,
    order: source.order ?? "asc",
    operators,
    rowsWanted,
  };
}

/**
 * Identifies what a query reads, so that a cursor only continues the query that made it: the same texts on an index of
 * other fields are another query.
 */
export function queryFingerprint(query: SerializedQuery, { range }: QueryPlan): Buffer {
  const text = JSON.stringify([query.source, query.operators, range?.index?.number ?? null]);
  return hash("sha256", text, "buffer").subarray(0, 16);
}

function fullScan(table: StoredTable | undefined): KeyRange | null {
  return table === undefined ? null : { index: table.byCreationTime, ...wholeIndex(table.byCreationTime) };
}

function indexRange(
  table: StoredTable | undefined,
  indexName: string,
  expressions: readonly RangeExpression[],
): KeyRange | null {
  const name = indexName.slice(indexName.indexOf(".") + 1);
  if (name === "by_id") return table === undefined ? null : idRange(table, expressions);
  const index = table?.indexes.get(name);
  if (index === undefined || name.startsWith("_")) {
    if (table === undefined && name === "by_creation_time") return null;
    throw new Error(`Index ${indexName} not found.`);
  }
  const { equal, lower, upper } = sortRange(expressions, indexName, [...index.paths.map((p) => p.join(".")), "_id"]);
  keyWriter.reset(index.number);
  for (const value of equal) keyWriter.write(value);
  const prefix = keyWriter.take();
  const bound = (value: ConvexJson): Buffer => keyWriter.resetTo(prefix).write(value).take();
  return {
    index,
    lower: lower === null ? prefix : lower.type === "Gte" ? bound(lower.value) : afterPrefix(bound(lower.value)),
    upper:
      upper === null ? afterPrefix(prefix) : upper.type === "Lt" ? bound(upper.value) : afterPrefix(bound(upper.value)),
  };
}

interface SortedRange {
  readonly equal: readonly ConvexJson[];
  readonly lower: RangeExpression | null;
  readonly upper: RangeExpression | null;
}

/** Checks that equalities and the one inequality field form a prefix of the index; the order of calls is free. */
function sortRange(expressions: readonly RangeExpression[], indexName: string, fields: readonly string[]): SortedRange {
  const equalByField = new Map<string, ConvexJson>();
  let lower: RangeExpression | null = null;
  let upper: RangeExpression | null = null;
  for (const expression of expressions) {
    const { type, fieldPath } = expression;
    if (!fields.includes(fieldPath))
      throw new Error(
        `The index range included a comparison with "${fieldPath}", but ${indexName} with fields ${JSON.stringify(fields)} doesn't index this field.`,
      );
    if (type === "Eq") {
      if (equalByField.has(fieldPath))
        throw new Error(`Already defined an equality for "${fieldPath}" in index range on ${indexName}.`);
      equalByField.set(fieldPath, expression.value);
    } else if (type === "Gt" || type === "Gte") {
      if (lower !== null) throw new Error(`Already defined lower bound in index range. Can't add ${fieldPath}.`);
      lower = expression;
    } else {
      if (upper !== null) throw new Error(`Already defined upper bound in index range. Can't add ${fieldPath}.`);
      upper = expression;
    }
  }
  if (lower !== null && upper !== null && lower.fieldPath !== upper.fieldPath)
    throw new Error(
      `Upper and lower bounds in \`range\` can only be applied to a single index field. This query against index ${indexName} attempted to set a range bound on both "${lower.fieldPath}" and "${upper.fieldPath}".`,
    );
  const equal: ConvexJson[] = [];
  for (const field of fields.slice(0, equalByField.size)) {
    if (!equalByField.has(field)) throw invalidIndexRange(indexName, fields);
    equal.push(equalByField.get(field) ?? null);
  }
  const boundField = (lower ?? upper)?.fieldPath;
  if (boundField !== undefined && fields[equal.length] !== boundField) throw invalidIndexRange(indexName, fields);
  return { equal, lower, upper };
}

function invalidIndexRange(indexName: string, fields: readonly string[]): Error {
  return new Error(
    `Tried to query index ${indexName} but the query didn't use the index fields in order. Index fields: ${JSON.stringify(fields)}. First add equality comparisons for a prefix of them, then at most one range on the next field.`,
  );
}

/** Ranges over `by_id` are ranges over the text of ids, since the documents table is in that order. */
function idRange(table: StoredTable, expressions: readonly RangeExpression[]): KeyRange {
  const { equal, lower, upper } = sortRange(expressions, `${table.name}.by_id`, ["_id"]);
  const bounds = idBoundsOfTable(table.number);
  let first = bounds.first;
  let last = bounds.last;
  const [only] = equal;
  if (equal.length > 0) {
    first = maxText(first, idText(only));
    last = minText(last, `${idText(only)}\0`);
  }
  if (lower !== null) {
    const text = idText(lower.value);
    first = maxText(first, lower.type === "Gte" || text === greatestCharacter ? text : `${text}\0`);
  }
  if (upper !== null) {
    const text = idText(upper.value);
    last = minText(last, upper.type === "Lt" ? text : `${text}\0`);
  }
  return { index: null, lower: Buffer.from(first, "utf8"), upper: Buffer.from(last, "utf8") };
}

const greatestCharacter = "\u{10ffff}";

/** Ids are strings; a bound of another type lies before or after all of them in Convex's type order. */
function idText(value: ConvexJson | undefined): string {
  if (typeof value === "string") return value;
  const sortsAfterStrings =
    Array.isArray(value) ||
    (isJsonObject(value) && !("$undefined" in value) && !("$integer" in value) && !("$float" in value));
  return sortsAfterStrings ? greatestCharacter : "";
}

function maxText(a: string, b: string): string {
  return a > b ? a : b;
}

function minText(a: string, b: string): string {
  return a < b ? a : b;
}

/** Narrows a range to what follows `key` in scan order. */
export function rangeAfter(range: KeyRange, order: Order, key: Buffer): KeyRange {
  return order === "asc"
    ? clamped(range, Buffer.concat([key, zeroByte]), range.upper)
    : clamped(range, range.lower, key);
}

/** Narrows a range to what comes up to and including `key` in scan order. */
export function rangeThrough(range: KeyRange, order: Order, key: Buffer): KeyRange {
  return order === "asc"
    ? clamped(range, range.lower, Buffer.concat([key, zeroByte]))
    : clamped(range, key, range.upper);
}

/** The part of a range between two keys: a position narrows what a query may read and never widens it. */
function clamped(range: KeyRange, lower: Buffer, upper: Buffer): KeyRange {
  return {
    ...range,
    lower: Buffer.compare(lower, range.lower) < 0 ? range.lower : lower,
    upper: Buffer.compare(upper, range.upper) > 0 ? range.upper : upper,
  };
}

const zeroByte = Buffer.of(0);
