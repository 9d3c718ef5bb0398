import { DiskFullError, isDiskFull } from "../../store/storeFailure";
import { sqliteCodeOf } from "../../store/sqlite";
import type { StoreRefusal } from "../rpc/results";

/** Tells a full disk, other failures of the store and errors of the host itself apart. */
export function storeRefusalOf(error: unknown): StoreRefusal {
  if (isDiskFull(error)) return { code: "DiskFull", message: new DiskFullError(error).message };
  const message = error instanceof Error ? error.message : String(error);
  if (sqliteCodeOf(error)?.startsWith("SQLITE_") === true)
    return { code: "StoreFailed", message: `The store failed: nothing of this was stored (${message}).` };
  return { code: "", message };
}
