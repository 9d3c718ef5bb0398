import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { filesDirectoryOf, syncDirectory } from "./fileStore";
import { DiskFullError } from "./storeFailure";
import { openStoreFile } from "./storeFile";

const run = promisify(execFile);

const copyProgram = `
  const { constants, copyFileSync, openSync, fsyncSync, closeSync } = require("node:fs");
  const [from, to] = process.argv.slice(1);
  copyFileSync(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  const descriptor = openSync(to, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
`;

/**
 * Copies a database file that this process has open. A separate process does it: closing any descriptor of a file
 * releases every POSIX lock that the process holds on it, SQLite's included, and another host could then open the store.
 *
 * @throws {DiskFullError} when the disk has no room for the copy
 */
export async function copyDatabaseFile(from: string, to: string): Promise<void> {
  try {
    await run(process.execPath, ["--eval", copyProgram, from, to]);
  } catch (error) {
    throw String(error).includes("ENOSPC") ? new DiskFullError(error) : error;
  }
}

/**
 * Copies a store that no host has open, with its stored files, into a directory.
 *
 * @throws {StoreError} when a host is using it
 */
export async function copyClosedStore(file: string, directory: string): Promise<void> {
  const opened = openStoreFile(file, { durable: true });
  try {
    opened.connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get([]);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const copy = join(directory, basename(file));
    await copyDatabaseFile(file, copy);
    const files = filesDirectoryOf(file);
    if (existsSync(files)) cpSync(files, filesDirectoryOf(copy), { recursive: true });
    syncDirectory(directory);
  } finally {
    opened.release();
  }
}
