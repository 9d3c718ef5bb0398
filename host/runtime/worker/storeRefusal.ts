import { DiskFullError, isDiskFull } from "../../store/storeFailure";
import { sqliteCodeOf } from "../../store/sqlite";

/** Why a call is refused whose writes the store could not take. */
export interface StoreRefusal {
  /** What the doors answer as `code`; empty for an error of the host's own, which clients are not told. */
  readonly code: "DiskFull" | "StoreFailed" | "";
  readonly message: string;
}

/** Tells a full disk, other failures of the store and errors of the host itself apart. */
export function storeRefusalOf(error: unknown): StoreRefusal {
  if (isDiskFull(error)) return { code: "DiskFull", message: new DiskFullError(error).message };
  const message = error instanceof Error ? error.message : String(error);
  if (sqliteCodeOf(error)?.startsWith("SQLITE_") === true)
    return { code: "StoreFailed", message: `The store failed: nothing of this was stored (${message}).` };
  return { code: "", message };
}
