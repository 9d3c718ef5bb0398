import { randomBytes } from "node:crypto";
import { accessSync, chmodSync, closeSync, constants, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { openConnection, sqliteCodeOf } from "./sqlite";
import type { Connection, Statement } from "./sqlite";
import { isDiskFull } from "./storeFailure";

const formatVersion = 1;
const smallestPageBytes = 512;
const inMemoryFile = ":memory:";
const ownerOnlyMode = 0o600;
/** Pages that many commits touch are copied back once per 32 MiB of log instead of once per 4. */
export const walCheckpointPages = 8000;

/** A store that cannot be opened, with one line that says why and what to do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** Another process holds the store. */
export class StoreInUseError extends StoreError {
  constructor(readonly file: string) {
    super(`${file} is in use by another process. Stop that one first, or choose another data directory.`);
  }
}

/** The open SQLite file with its small key-value table for everything that is neither document nor index entry. */
export interface StoreFile {
  readonly connection: Connection;
  readonly meta: MetaTable;
  /** Random, made with the file: seals cursors, signs function handles and upload tokens, hides storage ids. */
  readonly secret: string;
  /** Closes the file; its lock is released with the thread at the latest. */
  close(): void;
  /**
   * Closes the file and releases the lock at once, for a thread that lives on. SQLite itself keeps a closed connection
   * and its lock for as long as statements of it have not been collected.
   */
  release(): void;
}

/** Text values by key. Keys are namespaced with a colon, for example `env:NAME`. */
export class MetaTable {
  readonly #get: Statement;
  readonly #set: Statement;
  readonly #delete: Statement;
  readonly #list: Statement;

  constructor(connection: Connection) {
    this.#get = connection.prepare("SELECT value FROM meta WHERE key = ?");
    this.#set = connection.prepare(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    this.#delete = connection.prepare("DELETE FROM meta WHERE key = ?");
    this.#list = connection.prepare("SELECT key, value FROM meta WHERE key >= ? AND key < ? ORDER BY key");
  }

  /** The value that is stored under a key, or null. */
  get(key: string): string | null {
    const value = this.#get.get([key])?.[0];
    return typeof value === "string" ? value : null;
  }

  /** Stores a value under a key, in place of what was there. */
  set(key: string, value: string): void {
    this.#set.run([key, value]);
  }

  /** Removes a key; without effect when it is not there. */
  delete(key: string): void {
    this.#delete.run([key]);
  }

  /** Every entry whose key starts with `namespace:`, with that prefix removed. */
  entries(namespace: string): readonly (readonly [name: string, value: string])[] {
    return this.#list
      .all([`${namespace}:`, `${namespace};`])
      .map(([key, value]) => [String(key).slice(namespace.length + 1), String(value)] as const);
  }
}

/**
 * Opens or creates a store and takes the exclusive operating-system lock that it keeps until it is closed.
 *
 * @param file path of the SQLite file
 * @throws {StoreInUseError} when another process holds the file
 * @throws {StoreError} when it is damaged, or a newer version wrote it
 */
export function openStoreFile(file: string, options: { readonly durable: boolean }): StoreFile {
  let connection: Connection | null = null;
  try {
    assertUsable(file);
    if (file !== inMemoryFile) keepPrivate(file);
    connection = openConnection(file);
    connection.exec("PRAGMA locking_mode = EXCLUSIVE");
    assertOurs(connection, file);
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec(`PRAGMA synchronous = ${options.durable ? "FULL" : "OFF"}`);
    connection.exec("PRAGMA cache_size = -65536");
    connection.exec("PRAGMA temp_store = MEMORY");
    connection.exec(`PRAGMA wal_autocheckpoint = ${walCheckpointPages}`);
    const meta = prepareFormat(connection, file);
    const open = connection;
    return {
      connection: open,
      meta,
      secret: secretOf(meta, file),
      close: () => open.close(),
      release() {
        open.exec("PRAGMA journal_mode = DELETE");
        open.exec("PRAGMA locking_mode = NORMAL");
        meta.get("formatVersion");
        open.close();
      },
    };
  } catch (error) {
    connection?.close();
    throw toStoreError(file, error);
  }
}

/**
 * Reports what SQLite would report as a disk error or not at all. Checks the path only, since closing a descriptor would
 * release SQLite's lock.
 */
function assertUsable(file: string): void {
  try {
    // The dot ensures that it is a directory.
    accessSync(`${dirname(file)}/.`, constants.W_OK);
  } catch {
    throw notWritable(file);
  }
  // A file that is too small for a page is an empty database to SQLite, which would write over it.
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes > 0 && sizeBytes < smallestPageBytes) throw damaged(file);
}

/**
 * Restricts the database and its log to their owner, whatever the umask and the directory allow, since every tenant's
 * rows are in them. SQLite gives a new log its database's mode.
 */
function keepPrivate(file: string): void {
  if (process.platform === "win32") return;
  // Nobody holds a lock on a file that does not exist yet, so closing its descriptor releases none.
  if (statSync(file, { throwIfNoEntry: false }) === undefined) closeSync(openSync(file, "ax", ownerOnlyMode));
  for (const part of [file, `${file}-wal`]) {
    const mode = statSync(part, { throwIfNoEntry: false })?.mode ?? 0;
    if ((mode & 0o077) !== 0) chmodSync(part, ownerOnlyMode);
  }
}

/** @throws {StoreError} when the file is a database of some other program, which must not get our tables and settings */
function assertOurs(connection: Connection, file: string): void {
  const tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all([]);
  const names = new Set(tables.map(([name]) => name));
  // All of them are made in one transaction.
  if (names.size === 0 || ["meta", "documents", "index_entries"].every((name) => names.has(name))) return;
  throw new StoreError(`${file} is a database of another program. Choose another data directory.`);
}

function prepareFormat(connection: Connection, file: string): MetaTable {
  // A write transaction takes the exclusive lock now rather than at the first mutation.
  connection.exec("BEGIN IMMEDIATE");
  connection.exec("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
  const meta = new MetaTable(connection);
  const version = meta.get("formatVersion");
  if (version === null) {
    connection.exec("CREATE TABLE documents (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    connection.exec("CREATE TABLE index_entries (key BLOB PRIMARY KEY, document_id TEXT NOT NULL) WITHOUT ROWID");
    meta.set("formatVersion", String(formatVersion));
    meta.set("cursorKey", randomBytes(32).toString("base64"));
  } else if (Number(version) !== formatVersion) {
    throw new StoreError(
      `${file} has format version ${version}, but this host reads version ${formatVersion}. Use the host that wrote it.`,
    );
  }
  connection.exec("COMMIT");
  return meta;
}

function secretOf(meta: MetaTable, file: string): string {
  const secret = meta.get("cursorKey");
  // Continuing without it would sign and seal with an empty key that everybody knows.
  if (secret === null) throw new StoreError(`${file} has lost its secret. Restore it from a backup.`);
  return secret;
}

function notWritable(file: string): StoreError {
  return new StoreError(`${file} cannot be opened for writing. Check that the directory exists and is writable.`);
}

function damaged(file: string): StoreError {
  return new StoreError(`${file} is damaged or not a store of this host. Restore it from a backup.`);
}

/** What SQLite's error means to whoever starts a host, in one line; other errors stay as they are. */
export function toStoreError(file: string, error: unknown): Error {
  if (error instanceof StoreError) return error;
  if (isDiskFull(error)) return new StoreError(`${file} cannot be written: the disk is full. Free some space first.`);
  switch (sqliteCodeOf(error)) {
    case "SQLITE_BUSY":
      return new StoreInUseError(file);
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return damaged(file);
    case "SQLITE_CANTOPEN":
    case "SQLITE_PERM":
    case "SQLITE_READONLY":
      return notWritable(file);
    case null:
      return error instanceof Error ? error : new StoreError(`${file} cannot be opened: ${String(error)}`);
    default:
      return new StoreError(`${file} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
