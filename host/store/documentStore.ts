import { parseJsonObject, textField } from "../json";
import type { ConvexJsonObject } from "../values/convexJson";
import { afterPrefix, IndexKeyWriter } from "../values/indexKey";
import { Buffer } from "node:buffer";
import type { Catalog, IndexDefinition, StoredIndex, StoredTable } from "./catalog";
import type { DocumentWrite } from "./documentWrite";
import type { KeyRange, ScanOrder, ScannedDocument } from "./keyRange";
import type { PastState } from "./pastState";
import { RowCache } from "./rowCache";
import type { Connection, SqlValue, Statement } from "./sqlite";

const maxEntriesPerStatement = 8;
/** What live queries scan is kept up to this many rows at a time: pages, not whole tables. */
const maxRowsReadAgain = 128;

/** Writes that are out of sight; see {@link DocumentStore.stashWrites}. */
export interface WriteStash {
  /** Newest first. */
  readonly entries: DocumentWrite[];
}

/**
 * Documents and their index entries inside the batch's SQLite transaction. Every write is recorded in an undo log, so
 * that one failed function undoes only its own writes while the rest of the batch commits.
 */
export class DocumentStore {
  readonly #connection: Connection;
  readonly #get: Statement;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #delete: Statement;
  /** By number of entries: one statement writes all entries of a document, up to the longest of these. */
  readonly #insertEntries: readonly Statement[];
  readonly #moveEntry: Statement;
  readonly #deleteEntry: Statement;
  readonly #deleteEntries: Statement;
  readonly #scan: { readonly asc: Statement; readonly desc: Statement };
  readonly #scanIds: { readonly asc: Statement; readonly desc: Statement };
  /** The ids alone, from the index alone. */
  readonly #scanEntries: { readonly asc: Statement; readonly desc: Statement };
  readonly #count: Statement;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #autoCheckpoint: Statement;
  readonly #emptyLog: Statement;
  readonly #keyWriter = new IndexKeyWriter();
  readonly #undoLog: DocumentWrite[] = [];
  readonly #cache = new RowCache();
  /** The past state that reads see in place of the present one, or null. */
  #past: PastState | null = null;
  /** True for live queries: thousands of them read the same rows, and the same ones read them after every write. */
  #readsAgain = false;
  #inTransaction = false;
  /** Counts writes, so that an open scan knows when its look-ahead is stale. */
  writeCount = 0;
  /** Counts writes to system tables, which are jobs and crons. */
  jobWriteCount = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#get = connection.prepare("SELECT value FROM documents WHERE id = ?");
    this.#insert = connection.prepare("INSERT INTO documents (id, value) VALUES (?, ?)");
    this.#update = connection.prepare("UPDATE documents SET value = ? WHERE id = ?");
    this.#delete = connection.prepare("DELETE FROM documents WHERE id = ?");
    this.#insertEntries = Array.from({ length: maxEntriesPerStatement }, (_, i) =>
      connection.prepare(
        `INSERT INTO index_entries (key, document_id) VALUES ${Array(i + 1)
          .fill("(?, ?)")
          .join(", ")}`,
      ),
    );
    this.#moveEntry = connection.prepare("UPDATE index_entries SET key = ? WHERE key = ?");
    this.#deleteEntry = connection.prepare("DELETE FROM index_entries WHERE key = ?");
    this.#deleteEntries = connection.prepare("DELETE FROM index_entries WHERE key >= ? AND key < ?");
    // The driver takes over a microsecond for each row, so a chunk leaves SQLite as one text.
    const prepareScan = (rows: string) =>
      connection.prepare(`SELECT group_concat(id || char(9) || value, char(10)) FROM (${rows} LIMIT ?)`);
    const scan = (order: string) =>
      prepareScan(
        `SELECT document.id, document.value FROM index_entries AS entry CROSS JOIN documents AS document
         ON document.id = entry.document_id WHERE entry.key >= ? AND entry.key < ? ORDER BY entry.key ${order}`,
      );
    const scanIds = (order: string) =>
      prepareScan(`SELECT id, value FROM documents WHERE id >= ? AND id < ? ORDER BY id ${order}`);
    this.#scan = { asc: scan("ASC"), desc: scan("DESC") };
    this.#scanIds = { asc: scanIds("ASC"), desc: scanIds("DESC") };
    const scanEntries = (order: string) =>
      connection.prepare(
        `SELECT group_concat(document_id, char(10)) FROM (SELECT document_id FROM index_entries
         WHERE key >= ? AND key < ? ORDER BY key ${order} LIMIT ?)`,
      );
    this.#scanEntries = { asc: scanEntries("ASC"), desc: scanEntries("DESC") };
    this.#count = connection.prepare("SELECT count(*) FROM index_entries WHERE key >= ? AND key < ?");
    this.#begin = connection.prepare("BEGIN IMMEDIATE");
    this.#commit = connection.prepare("COMMIT");
    this.#rollback = connection.prepare("ROLLBACK");
    this.#autoCheckpoint = connection.prepare("PRAGMA wal_autocheckpoint");
    this.#emptyLog = connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** Opens the batch's transaction if it is not open yet. */
  ensureTransaction(): void {
    if (this.#inTransaction) return;
    this.#begin.run([]);
    this.#inTransaction = true;
  }

  /** Why the store cannot be trusted to commit the current batch, or null. */
  get failure(): Error | null {
    return this.#connection.failure;
  }

  /** Whether the batch has opened its transaction, which waits for its first call. */
  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** Makes the batch durable: one fsync for all its calls. */
  commit(): void {
    if (this.#inTransaction) this.#commit.run([]);
    this.#inTransaction = false;
    this.#undoLog.length = 0;
  }

  /** Drops the whole batch, after a failed commit or load. */
  rollback(): void {
    this.#connection.failure = null;
    // Some errors, such as a full disk, have made SQLite roll back on its own.
    if (this.#connection.inTransaction) this.#rollback.run([]);
    this.#cache.clear();
    this.#inTransaction = false;
    this.#undoLog.length = 0;
    this.writeCount++;
  }

  /**
   * Empties the write-ahead log into the database file, which releases the space of pages that the log holds several
   * times. Not while a backup copies that file.
   */
  giveBackLogSpace(): void {
    if (this.#autoCheckpoint.get([])?.[0] !== 0) this.#emptyLog.get([]);
  }

  /** What the running call has written so far, in order; what it has undone is not in it. */
  get callWrites(): readonly DocumentWrite[] {
    return this.#undoLog;
  }

  /** A point to return to with {@link undoTo}. */
  mark(): number {
    return this.#undoLog.length;
  }

  /** Undoes every write since `mark`, newest first. */
  undoTo(mark: number): void {
    for (let entry = this.#popAbove(mark); entry !== undefined; entry = this.#popAbove(mark))
      this.#apply(entry.table, entry.id, entry.after, entry.before);
  }

  /** Takes every write since `mark` out of sight, for a query of the state before them. */
  stashWrites(mark: number): WriteStash {
    const entries: DocumentWrite[] = [];
    for (let entry = this.#popAbove(mark); entry !== undefined; entry = this.#popAbove(mark)) {
      this.#apply(entry.table, entry.id, entry.after, entry.before);
      entries.push(entry);
    }
    return { entries };
  }

  /** Brings stashed writes back, once. */
  restoreWrites(stash: WriteStash): void {
    for (let entry = stash.entries.pop(); entry !== undefined; entry = stash.entries.pop()) {
      this.#apply(entry.table, entry.id, entry.before, entry.after);
      this.#undoLog.push(entry);
    }
  }

  /** Forgets the undo log once a top-level call has succeeded. */
  keepAll(): void {
    this.#undoLog.length = 0;
  }

  /** Shows the state that `past` remembers to everything that `read` reads. It must not write. */
  async readPast<T>(past: PastState, read: () => Promise<T>): Promise<T> {
    this.#past = past.isPresent ? null : past;
    this.#readsAgain = true;
    try {
      return await read();
    } finally {
      this.#past = null;
      this.#readsAgain = false;
    }
  }

  /** A document's text by its id, or null when there is none; under {@link readPast}, as it was then. */
  get(id: string): string | null {
    const then = this.#past?.text(id);
    if (then !== undefined) return then;
    const known = this.#cache.text(id);
    if (known !== undefined) return known;
    const value = this.#get.get([id])?.[0];
    const text = typeof value === "string" ? value : null;
    this.#cache.keep(id, text);
    return text;
  }

  /** Adds a document with its index entries; `text` is what `document` reads from. */
  insert(table: StoredTable, id: string, text: string, document: ConvexJsonObject): void {
    this.#record({ table, id, before: null, after: text });
    this.#write(table, id, text, document);
  }

  /** Puts a document in place of what it was, and moves the index entries that differ. */
  replace(
    table: StoredTable,
    id: string,
    before: { readonly text: string; readonly document: ConvexJsonObject },
    after: { readonly text: string; readonly document: ConvexJsonObject },
  ): void {
    this.#record({ table, id, before: before.text, after: after.text });
    this.#rewrite(table, id, before.document, after.text, after.document);
  }

  /** Erases a document with its index entries. */
  remove(table: StoredTable, id: string, text: string, document: ConvexJsonObject): void {
    this.#record({ table, id, before: text, after: null });
    this.#erase(table, id, document);
  }

  /** Up to `limit` documents of a range in index order. */
  scan(range: KeyRange, order: ScanOrder, limit: number): readonly ScannedDocument[] {
    if (this.#past !== null) return this.#past.scan(range, order, limit, (...now) => this.#scanAgain(...now));
    return this.#readsAgain ? this.#scanAgain(range, order, limit) : this.#scanNow(range, order, limit);
  }

  /** Reads the index alone where every document that it leads to is known. */
  #scanAgain(range: KeyRange, order: ScanOrder, limit: number): readonly ScannedDocument[] {
    if (range.index === null || limit > maxRowsReadAgain) return this.#scanNow(range, order, limit);
    const known = this.#cache.lookup(range, order, limit);
    if (known !== undefined) return known;
    const ids = this.#cache.pageIds(range, order, limit) ?? this.#pageIds(range, order, limit);
    const rows: ScannedDocument[] = [];
    for (const id of ids) {
      const text = this.#cache.text(id);
      if (text === undefined || text === null) return this.#scanAndKeep(range, order, limit);
      rows.push({ id, text });
    }
    return rows;
  }

  #pageIds(range: KeyRange, order: ScanOrder, limit: number): readonly string[] {
    const text = this.#scanEntries[order].get([range.lower, range.upper, limit])?.[0];
    const ids = typeof text === "string" ? text.split("\n") : [];
    this.#cache.keepPageIds(range, order, limit, ids);
    return ids;
  }

  #scanAndKeep(range: KeyRange, order: ScanOrder, limit: number): readonly ScannedDocument[] {
    const rows = this.#scanNow(range, order, limit);
    for (const { id, text } of rows) this.#cache.keep(id, text);
    return rows;
  }

  #scanNow(range: KeyRange, order: ScanOrder, limit: number): readonly ScannedDocument[] {
    if (range.index === null)
      return rowsOf(this.#scanIds[order], [range.lower.toString("utf8"), range.upper.toString("utf8"), limit]);
    const known = this.#cache.lookup(range, order, limit);
    if (known !== undefined) return known;
    const rows = rowsOf(this.#scan[order], [range.lower, range.upper, limit]);
    this.#cache.keepLookup(range, order, limit, rows);
    return rows;
  }

  /** Where a scanned document stands in its range; computed on demand, since most rows are never continued from. */
  keyOf({ index }: Pick<KeyRange, "index">, { id, text }: ScannedDocument): Buffer {
    return index === null ? Buffer.from(id, "utf8") : index.keyOf(this.#keyWriter, parseJsonObject(text), id);
  }

  /** The number of documents in a table. */
  count(table: StoredTable): number {
    const { lower, upper } = wholeIndex(table.byCreationTime);
    const now = Number(this.#count.get([lower, upper])?.[0] ?? 0);
    return this.#past?.count(table, now) ?? now;
  }

  /** Adds an index and its entries for every existing document. */
  backfillIndex(catalog: Catalog, table: StoredTable, definition: IndexDefinition): void {
    const index = catalog.addIndex(table, definition);
    this.#cache.forgetLookups(index.number);
    for (const { id, document } of this.documentsOf(table))
      this.#insertEntries[0]?.run([index.keyOf(this.#keyWriter, document, id), id]);
  }

  /** Brings the system tables of the app or of a component to what this version needs. */
  backfillSystemIndexes(catalog: Catalog): void {
    for (const [table, definition] of catalog.missingSystemIndexes()) this.backfillIndex(catalog, table, definition);
  }

  /** Removes an index that the schema no longer has, with all its entries. */
  dropIndex(catalog: Catalog, table: StoredTable, index: StoredIndex): void {
    catalog.removeIndex(table, index);
    const { lower, upper } = wholeIndex(index);
    this.#deleteEntries.run([lower, upper]);
    this.#cache.forgetLookups(index.number);
  }

  /** Every document of a table in creation order, read in chunks. */
  *documentsOf(table: StoredTable): Generator<{ readonly id: string; readonly document: ConvexJsonObject }> {
    const chunk = 64;
    let { lower } = wholeIndex(table.byCreationTime);
    const { upper } = wholeIndex(table.byCreationTime);
    for (;;) {
      const rows = this.scan({ index: table.byCreationTime, lower, upper }, "asc", chunk);
      for (const row of rows) {
        const document = parseJsonObject(row.text);
        yield { id: textField(document, "_id"), document };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < chunk) return;
      lower = Buffer.concat([this.keyOf({ index: table.byCreationTime }, last), Buffer.of(0)]);
    }
  }

  #popAbove(mark: number): DocumentWrite | undefined {
    return this.#undoLog.length > mark ? this.#undoLog.pop() : undefined;
  }

  #record(entry: DocumentWrite): void {
    this.ensureTransaction();
    this.#undoLog.push(entry);
    this.writeCount++;
    if (entry.table.name.startsWith("_")) this.jobWriteCount++;
  }

  #apply(table: StoredTable, id: string, from: string | null, to: string | null): void {
    this.writeCount++;
    if (from === null && to !== null) {
      this.#write(table, id, to, parseJsonObject(to));
    } else if (from !== null && to === null) this.#erase(table, id, parseJsonObject(from));
    else if (from !== null && to !== null) this.#rewrite(table, id, parseJsonObject(from), to, parseJsonObject(to));
  }

  #write(table: StoredTable, id: string, text: string, document: ConvexJsonObject): void {
    this.#insert.run([id, text]);
    this.#cache.forget(id);
    let parameters: SqlValue[] = [];
    for (const index of table.indexes.values()) {
      this.#cache.forgetLookups(index.number);
      parameters.push(index.keyOf(this.#keyWriter, document, id), id);
      if (parameters.length < 2 * maxEntriesPerStatement) continue;
      this.#insertEntries.at(-1)?.run(parameters);
      parameters = [];
    }
    if (parameters.length > 0) this.#insertEntries[parameters.length / 2 - 1]?.run(parameters);
  }

  #rewrite(table: StoredTable, id: string, before: ConvexJsonObject, afterText: string, after: ConvexJsonObject): void {
    this.#update.run([afterText, id]);
    this.#cache.keep(id, afterText);
    for (const index of table.indexes.values()) {
      const oldKey = index.keyOf(this.#keyWriter, before, id);
      const newKey = index.keyOf(this.#keyWriter, after, id);
      if (oldKey.equals(newKey)) continue;
      this.#moveEntry.run([newKey, oldKey]);
      this.#cache.forgetLookups(index.number);
    }
  }

  #erase(table: StoredTable, id: string, document: ConvexJsonObject): void {
    this.#delete.run([id]);
    this.#cache.forget(id);
    for (const index of table.indexes.values()) {
      this.#deleteEntry.run([index.keyOf(this.#keyWriter, document, id)]);
      this.#cache.forgetLookups(index.number);
    }
  }

  /** Closes the SQLite connection; what has not been committed is lost. */
  close(): void {
    this.#connection.close();
  }
}

/** The key range of every entry of one index. */
export function wholeIndex(index: StoredIndex): { readonly lower: Buffer; readonly upper: Buffer } {
  const lower = new IndexKeyWriter().reset(index.number).take();
  return { lower, upper: afterPrefix(lower) };
}

/** Ids and JSON texts hold no control characters, so these part them. */
function rowsOf(scan: Statement, parameters: readonly SqlValue[]): readonly ScannedDocument[] {
  const lines = scan.get(parameters)?.[0];
  if (typeof lines !== "string") return [];
  return lines.split("\n").map((line) => {
    const textAt = line.indexOf("\t");
    return { id: line.slice(0, textAt), text: line.slice(textAt + 1) };
  });
}
