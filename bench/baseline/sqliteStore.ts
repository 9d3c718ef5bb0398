import Database from "libsql";
import { randomUUID } from "node:crypto";

/** A hand-written server's database with prepared statements; the driver and its settings are the host's. */
export class SqliteStore {
  readonly #database: InstanceType<typeof Database>;
  readonly #statements = new Map<string, ReturnType<InstanceType<typeof Database>["prepare"]>>();
  #creation = 0;

  constructor(file: string, tables: string) {
    this.#database = new Database(file);
    for (const pragma of [
      "locking_mode = EXCLUSIVE",
      "journal_mode = WAL",
      "synchronous = FULL",
      "cache_size = -65536",
      "wal_autocheckpoint = 8000",
    ])
      this.#database.exec(`PRAGMA ${pragma}`);
    this.#database.exec(tables);
  }

  /** The first row as an array of columns, or undefined. */
  get(sql: string, parameters: readonly unknown[]): readonly unknown[] | undefined {
    return arrayOf(this.#prepared(sql).get(parameters));
  }

  all(sql: string, parameters: readonly unknown[]): readonly (readonly unknown[])[] {
    return this.#prepared(sql)
      .all(parameters)
      .map((row: unknown) => arrayOf(row) ?? []);
  }

  run(sql: string, parameters: readonly unknown[] = []): void {
    this.#prepared(sql).run(parameters);
  }

  /** Orders rows by creation, as the host's `_creationTime` does. */
  nextCreation(): number {
    return (this.#creation = Math.max(Date.now() * 1000, this.#creation + 1));
  }

  close(): void {
    this.#database.close();
  }

  #prepared(sql: string) {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      if (statement.reader) statement.raw(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** A 32-character id that begins with the time, so that new rows land beside each other as in the host's store. */
export function timeOrderedId(created: number): string {
  return created.toString(16).padStart(14, "0") + randomUUID().replaceAll("-", "").slice(0, 18);
}

function arrayOf(row: unknown): readonly unknown[] | undefined {
  return Array.isArray(row) ? row : undefined;
}
