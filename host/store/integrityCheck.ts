import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { parseJson, isJsonObject } from "../json";
import type { ConvexJsonObject } from "../values/convexJson";
import { IndexKeyWriter } from "../values/indexKey";
import { Catalog, storageTableName } from "./catalog";
import type { StoredIndex, StoredTable } from "./catalog";
import { FileStore, filesDirectoryOf } from "./fileStore";
import { sqliteCodeOf } from "./sqlite";
import type { Connection, SqlRow } from "./sqlite";
import { openStoreFile, StoreError } from "./storeFile";

const chunkRows = 1024;
const maxProblems = 100;

/** What one table holds. */
interface TableReport {
  readonly name: string;
  documents: number;
  indexEntries: number;
}

/** What the check has counted, and where documents, index entries and stored files disagree. */
export interface IntegrityReport {
  readonly tables: readonly TableReport[];
  readonly storedFiles: number;
  readonly storedBytes: number;
  /** One line each, at most a hundred. */
  readonly problems: readonly string[];
  readonly problemCount: number;
}

/**
 * Checks a store that no host has open, changing nothing. Runs SQLite's own check. Checks every document, its id and its
 * entry in each index of its table, and every index entry back to a document with that key. Compares every stored file
 * with the size and SHA-256 of its document, and finds files without one.
 *
 * @throws {StoreError} when there is no store, a host is using it, or it cannot be read at all
 */
export async function checkIntegrity(file: string): Promise<IntegrityReport> {
  if (!existsSync(file)) throw new StoreError(`There is no store at ${file}.`);
  const opened = openStoreFile(file, { durable: true });
  try {
    const check = new IntegrityCheck(
      opened.connection,
      new Catalog(opened.meta),
      new FileStore(filesDirectoryOf(file)),
    );
    return await check.run();
  } finally {
    opened.release();
  }
}

class IntegrityCheck {
  readonly #connection: Connection;
  readonly #catalog: Catalog;
  readonly #files: FileStore;
  readonly #problems: string[] = [];
  readonly #tables = new Map<StoredTable, TableReport>();
  readonly #indexes = new Map<number, { readonly table: StoredTable; readonly index: StoredIndex }>();
  readonly #keyWriter = new IndexKeyWriter();
  #problemCount = 0;
  #storedFiles = 0;
  #storedBytes = 0;

  constructor(connection: Connection, catalog: Catalog, files: FileStore) {
    this.#connection = connection;
    this.#catalog = catalog;
    this.#files = files;
    for (const table of catalog.allTables()) {
      this.#tables.set(table, { name: table.qualifiedName, documents: 0, indexEntries: 0 });
      for (const index of table.indexes.values()) this.#indexes.set(index.number, { table, index });
    }
  }

  async run(): Promise<IntegrityReport> {
    await this.#asFarAsReadable("pages", () => this.#checkPages());
    await this.#asFarAsReadable("documents", () => this.#checkDocuments());
    await this.#asFarAsReadable("index entries", () => this.#checkIndexEntries());
    await this.#asFarAsReadable("stored files", () => this.#checkFiles());
    return {
      tables: [...this.#tables.values()],
      storedFiles: this.#storedFiles,
      storedBytes: this.#storedBytes,
      problems: this.#problems,
      problemCount: this.#problemCount,
    };
  }

  #checkPages(): void {
    for (const [text] of this.#connection.prepare("PRAGMA integrity_check").all([]))
      for (const line of String(text).split("\n")) if (line !== "ok") this.#report(`SQLite: ${line}`);
  }

  /** A damaged page ends its walk and is a problem like any other. */
  async #asFarAsReadable(what: string, check: () => void | Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      if (sqliteCodeOf(error)?.startsWith("SQLITE_CORRUPT") !== true) throw error;
      this.#connection.failure = null;
      this.#report(`SQLite: the ${what} cannot all be read.`);
    }
  }

  #checkDocuments(): void {
    const entry = this.#connection.prepare("SELECT document_id FROM index_entries WHERE key = ?");
    for (const [id, text] of this.#rows("SELECT id, value FROM documents WHERE id > ? ORDER BY id LIMIT ?", "")) {
      const table = this.#catalog.anyTableOfId(String(id));
      const document = parseDocument(text);
      if (table === undefined) this.#report(`Document ${String(id)} belongs to no table.`);
      else if (document === null) this.#report(`Document ${String(id)} of ${table.qualifiedName} is not readable.`);
      else if (typeof id !== "string" || document["_id"] !== id)
        this.#report(`Document ${String(id)} of ${table.qualifiedName} carries another id.`);
      else {
        this.#reportOf(table).documents++;
        for (const index of table.indexes.values())
          if (entry.get([index.keyOf(this.#keyWriter, document, id)])?.[0] !== id)
            this.#report(`Document ${id} is missing from index ${table.qualifiedName}.${index.definition.name}.`);
      }
    }
  }

  #checkIndexEntries(): void {
    const get = this.#connection.prepare("SELECT value FROM documents WHERE id = ?");
    const sql = "SELECT key, document_id FROM index_entries WHERE key > ? ORDER BY key LIMIT ?";
    for (const [key, id] of this.#rows(sql, Buffer.alloc(0))) {
      const known = Buffer.isBuffer(key) && key.length >= 4 ? this.#indexes.get(key.readUInt32BE(0)) : undefined;
      if (known === undefined || !Buffer.isBuffer(key)) {
        this.#report(`An entry of document ${String(id)} belongs to no index.`);
        continue;
      }
      const { table, index } = known;
      this.#reportOf(table).indexEntries++;
      const name = `${table.qualifiedName}.${index.definition.name}`;
      const document = parseDocument(get.get([String(id)])?.[0]);
      if (document === null) this.#report(`Index ${name} has an entry of document ${String(id)}, which is not there.`);
      else if (!index.keyOf(this.#keyWriter, document, String(id)).equals(key))
        this.#report(`Index ${name} has document ${String(id)} in the wrong place.`);
    }
  }

  async #checkFiles(): Promise<void> {
    const known = new Set<string>();
    for (const [id, text] of this.#rows("SELECT id, value FROM documents WHERE id > ? ORDER BY id LIMIT ?", "")) {
      if (this.#catalog.anyTableOfId(String(id))?.name !== storageTableName) continue;
      const document = parseDocument(text);
      if (document === null) continue;
      known.add(String(id));
      this.#storedFiles++;
      this.#storedBytes += Number(document["size"]);
      const problem = await this.#fileProblem(String(id), document);
      if (problem !== null) this.#report(`Stored file ${String(id)} ${problem}.`);
    }
    for (const id of this.#files.ids())
      if (!known.has(id)) this.#report(`File ${this.#files.pathOf(id)} belongs to no document; it can be deleted.`);
  }

  async #fileProblem(id: string, document: ConvexJsonObject): Promise<string | null> {
    const sizeBytes = this.#files.sizeBytes(id);
    if (sizeBytes === null) return "is missing";
    if (sizeBytes !== document["size"]) return `has ${sizeBytes} bytes instead of ${JSON.stringify(document["size"])}`;
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(this.#files.pathOf(id))) hash.update(chunk);
    return hash.digest("base64") === document["sha256"] ? null : "does not have the bytes that were stored";
  }

  /** Every row in key order, a chunk at a time; the key is the first column and the statement's first parameter. */
  *#rows(sql: string, from: string | Buffer): Generator<SqlRow> {
    const statement = this.#connection.prepare(sql);
    let after: string | Buffer = from;
    for (;;) {
      const rows = statement.all([after, chunkRows]);
      yield* rows;
      const key = rows.at(-1)?.[0];
      if (rows.length < chunkRows || key === undefined || key === null) return;
      after = typeof key === "number" ? String(key) : key;
    }
  }

  #reportOf(table: StoredTable): TableReport {
    const report = this.#tables.get(table);
    if (report === undefined) throw new Error(`Table ${table.qualifiedName} is not in the catalog`);
    return report;
  }

  #report(problem: string): void {
    this.#problemCount++;
    if (this.#problems.length < maxProblems) this.#problems.push(problem);
  }
}

function parseDocument(text: unknown): ConvexJsonObject | null {
  if (typeof text !== "string") return null;
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
