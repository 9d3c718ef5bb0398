import { access, constants, cp, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";

/** The database's name in every data directory and backup. */
export const databaseName = "portico.sqlite";

/** What lies beside the database and belongs to it, or is no part of an installation's state. */
const skipped = new Set(["backups", databaseName, ...["-wal", "-shm", "-files"].map((end) => databaseName + end)]);

/**
 * Makes the data directory unless it is there.
 * @throws {Error} with one line when it cannot be made or written
 */
export async function makeDataDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
  } catch (cause) {
    throw new Error(`The data directory ${directory} cannot be made or written. Choose another PORTICO_DATA_DIR.`, {
      cause,
    });
  }
}

/** Copies keys and demo data, which an installation cannot do without, beside a copied database. */
export async function copyInstallationFiles(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    if (!skipped.has(name)) await cp(path.join(from, name), path.join(to, name), { recursive: true });
  }
}

/** Moves a finished backup; across file systems it is copied. It is gone from where it was also when that fails. */
export async function moveDirectory(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error;
    try {
      await cp(from, to, { recursive: true });
    } finally {
      await rm(from, { recursive: true });
    }
  }
}

/**
 * The database in a directory that somebody named.
 * @throws {Error} with one line when that is no directory, or not one of an installation or a backup
 */
export async function databaseIn(directory: string): Promise<string> {
  if (directory.trim() === "") throw new Error("The path is empty. Name the directory of an installation or a backup.");
  const found = path.resolve(directory);
  const kindOf = async (place: string) => {
    const stats = await stat(place).catch(() => undefined);
    return stats?.isDirectory() ? "directory" : stats?.isFile() ? "file" : undefined;
  };
  const kind = await kindOf(found);
  if (kind === undefined) throw new Error(`There is no directory ${found}.`);
  if (kind === "file") throw new Error(`${found} is a file. Name the directory that it is in.`);
  const database = path.join(found, databaseName);
  if ((await kindOf(database)) === "file") return database;
  throw new Error(`${found} is neither a data directory nor a backup: it holds no file ${databaseName}.`);
}

/** @throws {Error} with one line when the directory exists and holds anything */
export async function requireEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  if (names.length > 0) throw new Error(`${directory} is not empty. Choose a new directory.`);
}
