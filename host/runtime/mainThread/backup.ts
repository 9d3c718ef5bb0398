import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { copyDatabaseFile } from "../../store/copyStore";
import { filesDirectoryOf, syncDirectory } from "../../store/fileStore";
import type { ExecutorClient } from "../rpc/executorClient";

/**
 * Writes a consistent copy of a store that is being served, beside it under `backups/`. Calls wait only while the
 * write-ahead log is emptied, not while the file is copied.
 *
 * @returns the backup's directory, which holds the database and its stored files
 */
export async function backUpStore(executor: ExecutorClient, file: string, now: Date): Promise<string> {
  const directory = join(dirname(file), "backups", now.toISOString().replaceAll(":", "-"));
  const copy = join(directory, basename(file));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    await executor.whileDatabaseRests(filesDirectoryOf(copy), () => copyDatabaseFile(file, copy));
    syncDirectory(directory);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return directory;
}
