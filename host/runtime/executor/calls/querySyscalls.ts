import type { Buffer } from "node:buffer";
import { RecentMap } from "../../../recentMap";
import type { Catalog } from "../../../store/catalog";
import type { KeyRange, ScannedDocument } from "../../../store/keyRange";
import { convexSizeBytes } from "../../../values/convexSize";
import { parseJsonObject } from "../../../json";
import type { ConvexJsonObject } from "../../../values/convexJson";
import type { CursorPosition } from "../transaction/cursor";
import { planQuery, queryFingerprint, rangeAfter, rangeThrough } from "./queryPlan";
import type { PlanOperator, QueryPlan, SerializedQuery } from "./queryPlan";
import type { Transaction } from "../transaction/transaction";
import { TransactionLimitError } from "../transaction/transactionUsage";

/** Rows read ahead at first: when the number wanted is unknown, and when it is known. */
const unknownChunkRows = 16;
const wantedChunkRows = 64;
const largestChunkRows = 1024;
/** The target length of one chunk's texts, in UTF-16 code units, as estimated from earlier rows. */
const largestChunkLength = 4 << 20;
const maxPageRows = 32_000;
const maxPageBytes = 16 << 20;
const splitRecommendedRows = 6144;
const splitRecommendedShare = 0.75;

/** The queries that one function execution has open, by the numbers that convex/server gets for them. */
export class OpenQueries {
  readonly #streams = new Map<number, RowStream>();
  #nextId = 0;
  #paginated = false;

  /** `1.0/queryStream` */
  open(transaction: Transaction, argsText: string): string {
    const plan = knownPlan(argsText, transaction.host.catalog);
    const queryId = this.#nextId++;
    this.#streams.set(queryId, new RowStream(transaction, plan));
    return `{"queryId":${queryId}}`;
  }

  /** `1.0/queryStreamNext` */
  next(args: ConvexJsonObject): string {
    const stream = this.#streams.get(Number(args["queryId"]));
    if (stream === undefined) throw new Error("Query stream not found");
    const row = stream.next();
    return row === null ? '{"value":null,"done":true}' : `{"value":${row.text},"done":false}`;
  }

  /** `1.0/queryCleanup` */
  cleanup(args: ConvexJsonObject): string {
    return String(this.#streams.delete(Number(args["queryId"])));
  }

  /** `1.0/queryPage`: one page per function execution. */
  page(transaction: Transaction, args: ConvexJsonObject): string {
    if (this.#paginated)
      throw new Error(
        "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
      );
    this.#paginated = true;
    return readPage(transaction, args);
  }
}

/** Plans of one catalog by the texts of their queries: callers, tenants and members are looked up by every function. */
interface KnownPlans {
  readonly version: number;
  readonly byText: RecentMap<QueryPlan>;
}

const maxKnownPlans = 2048;
const maxKnownTextLength = 1024;
const knownPlans = new WeakMap<Catalog, KnownPlans>();

function knownPlan(argsText: string, catalog: Catalog): QueryPlan {
  const make = (): QueryPlan => planQuery(serializedQuery(parseJsonObject(argsText)), catalog);
  if (argsText.length > maxKnownTextLength) return make();
  let plans = knownPlans.get(catalog);
  if (plans?.version !== catalog.version)
    knownPlans.set(catalog, (plans = { version: catalog.version, byText: new RecentMap(maxKnownPlans) }));
  let plan = plans.byText.get(argsText);
  if (plan === undefined) plans.byText.set(argsText, (plan = make()));
  return plan;
}

/** convex/server's QueryImpl made the query; its JSON has the shape of {@link SerializedQuery}. */
function serializedQuery(args: ConvexJsonObject): SerializedQuery {
  return args["query"] as unknown as SerializedQuery;
}

/** Walks a plan's rows in order, reading ahead in chunks and reading again when the transaction has written since. */
class RowStream {
  readonly #transaction: Transaction;
  readonly #plan: QueryPlan;
  readonly #remaining: number[];
  readonly #start: QueryPlan["range"];
  readonly #rowsWanted: number;
  #range: QueryPlan["range"];
  #chunk: readonly ScannedDocument[] = [];
  #chunkAt = 0;
  #chunkRows: number;
  #exhausted = false;
  #foundEnd = false;
  #seenWriteCount: number;
  #lastRow: ScannedDocument | null = null;
  /** Rows scanned, whether or not a filter kept them. */
  rowsScanned = 0;

  constructor(
    transaction: Transaction,
    plan: QueryPlan,
    range = plan.range,
    rowsWanted = plan.rowsWanted,
    firstChunkRows = rowsWanted === Infinity ? unknownChunkRows : wantedChunkRows,
  ) {
    this.#transaction = transaction;
    this.#plan = plan;
    this.#start = range;
    this.#range = range;
    this.#remaining = plan.operators.map((operator) => ("limit" in operator ? operator.limit : Infinity));
    this.#rowsWanted = rowsWanted;
    this.#chunkRows = firstChunkRows;
    this.#seenWriteCount = transaction.host.store.writeCount;
    transaction.usage.countRangeRead();
    transaction.reads?.addScan(this);
  }

  /** The part of the range that has been looked at: all of it once the end was found, else through the last row. */
  scannedRange(): KeyRange | null {
    if (this.#start === null || this.#foundEnd) return this.#start;
    return this.#lastRow === null ? null : rangeThrough(this.#start, this.#plan.order, this.keyOf(this.#lastRow));
  }

  /** Where a row stands in the plan's index. */
  keyOf(row: ScannedDocument): Buffer {
    if (this.#start === null) throw new Error("A query without a range has no rows");
    return this.#transaction.host.store.keyOf(this.#start, row);
  }

  /** The next row that passes every filter and limit, or null at the end. */
  next(): ScannedDocument | null {
    while (!this.limitReached()) {
      const row = this.nextScanned();
      if (row === null) return null;
      if (this.passes(row)) return row;
    }
    return null;
  }

  limitReached(): boolean {
    return this.#remaining.includes(0);
  }

  /** The next row of the range, before filters. */
  nextScanned(): ScannedDocument | null {
    const { store } = this.#transaction.host;
    if (this.#seenWriteCount !== store.writeCount) this.#readAgain(store.writeCount);
    if (this.#chunkAt >= this.#chunk.length && !this.#readChunk()) {
      this.#foundEnd = true;
      return null;
    }
    const row = this.#chunk[this.#chunkAt++];
    if (row === undefined) return null;
    this.#lastRow = row;
    this.rowsScanned++;
    this.#transaction.usage.countRead(row.text);
    return row;
  }

  /** Applies the operators in order; a limit counts the rows that reach it. */
  passes(row: ScannedDocument): boolean {
    const { operators } = this.#plan;
    if (operators.length === 0) return true;
    let document: ConvexJsonObject | null = null;
    for (const [i, operator] of operators.entries()) {
      if (isFilter(operator)) {
        document ??= parseJsonObject(row.text);
        if (!operator.filter(document)) return false;
      } else {
        const left = this.#remaining[i] ?? 0;
        if (left <= 0) return false;
        this.#remaining[i] = left - 1;
      }
    }
    return true;
  }

  #readChunk(): boolean {
    if (this.#exhausted || this.#range === null) return false;
    const previous = this.#chunk.at(-1);
    if (previous !== undefined) this.#range = rangeAfter(this.#range, this.#plan.order, this.keyOf(previous));
    const rows = Math.max(1, Math.min(this.#rowsWanted - this.rowsScanned, this.#chunkRows));
    this.#chunk = this.#transaction.host.store.scan(this.#range, this.#plan.order, rows);
    this.#chunkAt = 0;
    this.#exhausted = this.#chunk.length < rows;
    this.#chunkRows = Math.min(this.#chunkRows * 4, largestChunkRows, rowsOfLength(largestChunkLength, this.#chunk));
    return this.#chunk.length > 0;
  }

  /** The transaction's own writes become visible to an open scan, so rows read ahead may be stale. */
  #readAgain(writeCount: number): void {
    this.#seenWriteCount = writeCount;
    this.#chunk = [];
    this.#chunkAt = 0;
    this.#exhausted = false;
    this.#range =
      this.#start === null || this.#lastRow === null
        ? this.#start
        : rangeAfter(this.#start, this.#plan.order, this.keyOf(this.#lastRow));
  }
}

/** How many rows of the average length of these add up to that length, at least one. */
function rowsOfLength(length: number, rows: readonly ScannedDocument[]): number {
  const total = rows.reduce((sum, { text }) => sum + text.length, 0);
  return Math.max(1, Math.floor((length * rows.length) / Math.max(1, total)));
}

function isFilter(operator: PlanOperator): operator is Extract<PlanOperator, { filter: unknown }> {
  return "filter" in operator;
}

function readPage(transaction: Transaction, args: ConvexJsonObject): string {
  const query = serializedQuery(args);
  const pageSize = Number(args["pageSize"]);
  if (!Number.isInteger(pageSize)) throw new Error(`The number of items of a page must be an integer: ${pageSize}`);
  if (pageSize < 1) throw new Error("Must request at least 1 document while paginating");
  if (pageSize > maxPageRows) throw new Error(`Requested too many items: ${pageSize}`);
  const maxRows = readLimit(args["maximumRowsRead"]);
  const maxBytes = readLimit(args["maximumBytesRead"]);
  const { cursors, catalog } = transaction.host;
  const plan = planQuery(query, catalog);
  const fingerprint = queryFingerprint(query, plan);
  const start = typeof args["cursor"] === "string" ? cursors.open(args["cursor"], fingerprint) : null;
  const end = endOf(transaction, args, fingerprint);
  // Everything up to an end cursor belongs to the page, whatever its size.
  const limits = {
    rows: end === null ? maxRows : Infinity,
    bytes: end === null ? maxBytes : Infinity,
    page: end === null ? pageSize : Infinity,
    crowdedRows: Math.min(maxRows, maxPageRows) * splitRecommendedShare,
    crowdedBytes: Math.min(maxBytes, maxPageBytes) * splitRecommendedShare,
  };
  const page = collectPage(transaction, plan, start, end?.position ?? null, limits);
  const { splitKey } = page;
  const continueCursor = page.position === end?.position ? end.cursor : cursors.seal(page.position, fingerprint);
  const splitCursor = splitKey === null ? null : cursors.seal({ kind: "after", key: splitKey }, fingerprint);
  transaction.reads?.recordPage(continueCursor);
  return (
    `{"page":[${page.texts.join(",")}],"isDone":${page.position.kind === "end"},` +
    `"continueCursor":${JSON.stringify(continueCursor)},"splitCursor":${JSON.stringify(splitCursor)},` +
    `"pageStatus":${page.status === null ? "null" : `"${page.status}"`}}`
  );
}

/** A requested end of the page, and the cursor text it came as. */
interface PageEnd {
  readonly cursor: string;
  readonly position: CursorPosition;
}

/** Where the page has to end: where the caller says, or where it ended when the same live query ran before. */
function endOf(transaction: Transaction, args: ConvexJsonObject, fingerprint: Buffer): PageEnd | null {
  const { cursors } = transaction.host;
  const endCursor = args["endCursor"];
  if (typeof endCursor === "string") return { cursor: endCursor, position: cursors.open(endCursor, fingerprint) };
  const journal = transaction.reads?.journal ?? null;
  if (journal === null) return null;
  // New code or a nested function may bring the journal of another query, which says nothing about this page.
  const position = cursors.openOwn(journal, fingerprint);
  return position === null ? null : { cursor: journal, position };
}

interface Page {
  readonly texts: readonly string[];
  readonly position: CursorPosition;
  readonly splitKey: Buffer | null;
  readonly status: "SplitRecommended" | "SplitRequired" | null;
}

interface PageLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly page: number;
  /** Above these, splitting the page is recommended. */
  readonly crowdedRows: number;
  readonly crowdedBytes: number;
}

function collectPage(
  transaction: Transaction,
  plan: QueryPlan,
  start: CursorPosition | null,
  end: CursorPosition | null,
  limits: PageLimits,
): Page {
  if (start?.kind === "end") return { texts: [], position: { kind: "end" }, splitKey: null, status: null };
  let { range } = plan;
  if (range !== null && start !== null) range = rangeAfter(range, plan.order, start.key);
  if (range !== null && end?.kind === "after") range = rangeThrough(range, plan.order, end.key);
  const rowsWanted = plan.operators.length === 0 ? limits.page : Infinity;
  // A page with a given end is read in full.
  const firstChunkRows = rowsWanted === Infinity && end === null ? unknownChunkRows : wantedChunkRows;
  const stream = new RowStream(transaction, plan, range, rowsWanted, firstChunkRows);
  const texts: string[] = [];
  const rows: ScannedDocument[] = [];
  let position: CursorPosition | null = null;
  let isCut = false;
  let bytesScanned = 0;
  const measuresBytes = limits.bytes !== Infinity;
  while (texts.length < limits.page) {
    if (stream.rowsScanned >= limits.rows || bytesScanned >= limits.bytes) {
      isCut = true;
      break;
    }
    let row: ScannedDocument | null;
    try {
      row = stream.limitReached() ? null : stream.nextScanned();
    } catch (error) {
      // A transaction at its read limits still answers with the part of the page that it has read.
      if (!(error instanceof TransactionLimitError) || rows.length === 0) throw error;
      isCut = true;
      break;
    }
    if (row === null) {
      position = end ?? { kind: "end" };
      break;
    }
    rows.push(row);
    // Only a byte limit is worth parsing the rows for; otherwise the text's length is close enough to recommend a split.
    bytesScanned += measuresBytes ? convexSizeBytes(parseJsonObject(row.text)) : row.text.length;
    if (stream.passes(row)) texts.push(row.text);
  }
  if (position === null) {
    const last = rows.at(-1);
    position = last === undefined ? (start ?? { kind: "end" }) : { kind: "after", key: stream.keyOf(last) };
  }
  const middle = rows[rows.length >> 1];
  const crowded =
    texts.length > splitRecommendedRows ||
    stream.rowsScanned > limits.crowdedRows ||
    bytesScanned > limits.crowdedBytes;
  return {
    texts,
    position,
    splitKey: middle === undefined || rows.length <= 2 ? null : stream.keyOf(middle),
    status: isCut ? "SplitRequired" : crowded ? "SplitRecommended" : null,
  };
}

function readLimit(value: unknown): number {
  if (typeof value !== "number") return Infinity;
  if (value <= 0) throw new Error("maximumRowsRead and maximumBytesRead must be greater than 0");
  if (!Number.isInteger(value)) throw new Error(`A limit of what a page reads must be an integer: ${value}`);
  return value;
}
