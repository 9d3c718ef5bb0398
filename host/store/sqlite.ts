import Database from "libsql";
import type { Buffer } from "node:buffer";

/** What a column holds or a parameter binds: blobs are Buffers. */
export type SqlValue = string | number | Buffer | null;
/** The columns of one row, in the order in which the statement names them. */
export type SqlRow = readonly SqlValue[];

/** A prepared statement whose rows are arrays. Parameters always travel in one array: libsql aborts on a lone Buffer. */
export interface Statement {
  run(parameters: readonly SqlValue[]): void;
  all(parameters: readonly SqlValue[]): readonly SqlRow[];
  get(parameters: readonly SqlValue[]): SqlRow | undefined;
}

/** One SQLite connection; synchronous, owned by one thread. */
export interface Connection {
  /**
   * The first error that SQLite raised in a prepared statement. Until it is cleared every statement throws it: some errors
   * have made SQLite roll back on its own, after which each further write would commit by itself.
   */
  failure: Error | null;
  readonly inTransaction: boolean;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** Opens a SQLite file with the libsql driver. Errors carry SQLite's code in `code` (for example `SQLITE_BUSY`). */
export function openConnection(file: string): Connection {
  const database = openDatabase(file);
  const connection: Connection = {
    failure: null,
    get inTransaction() {
      return database.inTransaction;
    },
    exec: (sql) => void database.exec(sql),
    prepare(sql) {
      const prepared = (): Database.Statement => {
        const fresh = database.prepare(sql);
        return fresh.reader ? fresh.raw(true) : fresh;
      };
      let statement: Database.Statement | null = prepared();
      // Function code may catch what a syscall throws, so the failure is remembered as well as thrown.
      const remember = (error: unknown): never => {
        connection.failure ??= error instanceof Error ? error : new Error(String(error));
        // The driver goes on failing with a statement whose first row could not be read.
        statement = null;
        throw error;
      };
      const sound = (): Database.Statement => {
        if (connection.failure !== null) throw connection.failure;
        return (statement ??= prepared());
      };
      return {
        run(parameters) {
          const usable = sound();
          try {
            usable.run(parameters);
          } catch (error) {
            remember(error);
          }
        },
        all(parameters) {
          const usable = sound();
          try {
            return rowsOf(usable.all(parameters));
          } catch (error) {
            return remember(error);
          }
        },
        get(parameters) {
          const usable = sound();
          try {
            return rowOf(usable.get(parameters));
          } catch (error) {
            return remember(error);
          }
        },
      };
    },
    close: () => void database.close(),
  };
  return connection;
}

/** The driver words failures of opening itself and gives them no SQLite code. */
function openDatabase(file: string): Database.Database {
  try {
    return new Database(file);
  } catch (cause) {
    throw Object.assign(new Error("unable to open database file", { cause }), { code: "SQLITE_CANTOPEN" });
  }
}

/** `.raw(true)` was set on every reader above, so libsql answers with arrays of SQLite values. */
function rowsOf(rows: unknown): readonly SqlRow[] {
  return rows as readonly SqlRow[];
}

/** Same guarantee as {@link rowsOf}, for a single row. */
function rowOf(row: unknown): SqlRow | undefined {
  return row as SqlRow | undefined;
}

/** SQLite's error code of a thrown value, or null. */
export function sqliteCodeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
