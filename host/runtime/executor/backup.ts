import { storageTableName } from "../../store/catalog";
import { FileStore } from "../../store/fileStore";
import type { Connection } from "../../store/sqlite";
import { walCheckpointPages } from "../../store/storeFile";
import type { ExecutionHost } from "./transaction/transaction";

/**
 * Writes everything committed into the database file and keeps later commits out of it, so that it can be copied while
 * the host serves. Later commits collect in the write-ahead log until {@link endBackup}. Stored files never change, so
 * hard links serve as copies.
 *
 * @param filesDirectory where the backup keeps its stored files, on the same file system
 */
export function beginBackup(connection: Connection, host: ExecutionHost, filesDirectory: string): void {
  connection.exec("PRAGMA wal_autocheckpoint = 0");
  const busy = connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get([])?.[0];
  if (busy !== 0) throw new Error("The write-ahead log could not be emptied.");
  const target = new FileStore(filesDirectory);
  for (const table of host.catalog.allTables())
    if (table.name === storageTableName)
      for (const { id } of host.store.documentsOf(table)) host.storage.files.linkInto(target, id);
}

/** Lets commits reach the database file again. */
export function endBackup(connection: Connection): void {
  connection.exec(`PRAGMA wal_autocheckpoint = ${walCheckpointPages}`);
}
