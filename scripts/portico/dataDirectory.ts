import { access, constants, cp, mkdir, mkdtemp, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { DiskFullError, isDiskFull } from "../../host/store/storeFailure";
import { messageOf } from "../lib/runMain";
import { processFiles } from "./servedBy";

/** The database's name in every data directory and backup. */
export const databaseName = "portico.sqlite";

/** Where the local transport writes e-mails, secrets included, in every data directory. */
export const mailFolderName = "mail";

/** What lies beside the database and belongs to it, or is no part of an installation's state. */
const skipped = new Set([
  "backups",
  ...processFiles,
  mailFolderName,
  databaseName,
  ...["-wal", "-shm", "-files"].map((end) => databaseName + end),
]);

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
    if (!skipped.has(name))
      await cp(path.join(from, name), path.join(to, name), { recursive: true, dereference: true });
  }
}

/**
 * Makes a directory whole or not at all: `fill` writes elsewhere on its disk, and renames put it there, the database last.
 * Whatever goes wrong leaves what was there before, which is nothing.
 * @throws {Error} with one line when `directory` holds anything, the disk is full, or it cannot be written
 */
export async function makeWhole(directory: string, fill: (staging: string) => Promise<void>): Promise<void> {
  await requireEmpty(directory);
  try {
    // One that is there may be all that this user can write, or a disk of its own.
    if (await isThere(directory)) await fillInside(directory, fill);
    else await fillBeside(directory, fill);
  } catch (error) {
    throw explained(error, directory);
  }
}

async function fillInside(directory: string, fill: (staging: string) => Promise<void>): Promise<void> {
  try {
    const staging = await mkdtemp(path.join(directory, ".unfinished-"));
    await fill(staging);
    for (const name of (await readdir(staging)).toSorted(databaseLast))
      await rename(path.join(staging, name), path.join(directory, name));
    await rmdir(staging);
  } catch (error) {
    // It was empty.
    for (const name of await readdir(directory)) await rm(path.join(directory, name), { recursive: true, force: true });
    throw error;
  }
}

async function fillBeside(directory: string, fill: (staging: string) => Promise<void>): Promise<void> {
  const parent = path.dirname(directory);
  await mkdir(parent, { recursive: true });
  const staging = await mkdtemp(path.join(parent, `.${path.basename(directory)}.unfinished-`));
  try {
    await fill(staging);
    await rename(staging, directory);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

function databaseLast(left: string, right: string): number {
  return Number(left === databaseName) - Number(right === databaseName);
}

/** True if there is a file or directory of that name. */
export function isThere(name: string): Promise<boolean> {
  return access(name).then(
    () => true,
    () => false,
  );
}

/** Moves a finished copy to where nothing is; across file systems it is copied. It is gone from where it was also when that fails. */
export async function moveDirectory(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error;
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

/**
 * The database of the installation that `PORTICO_DATA_DIR` names.
 * @throws {Error} with one line that names the variable when there is none
 */
export async function installedDatabase(dataDirectory: string): Promise<string> {
  try {
    return await databaseIn(dataDirectory);
  } catch (cause) {
    throw new Error(`${messageOf(cause)} Set PORTICO_DATA_DIR as for npm start.`, { cause });
  }
}

/** @throws {Error} with one line when the directory exists and holds anything */
export async function requireEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    if (codeOf(error) === "ENOTDIR") throw new Error(`${directory} is no directory. Choose another.`);
    throw error;
  });
  if (names.length > 0) throw new Error(`${directory} is not empty. Choose a new directory.`);
}

/** What the system says, for people; what already is for people stays. */
function explained(error: unknown, directory: string): unknown {
  if (error instanceof DiskFullError || isDiskFull(error))
    return new Error(`There is no space for ${directory}: the disk is full. Free some and try again.`);
  const code = codeOf(error);
  if (code === undefined) return error;
  return new Error(`${directory} cannot be made (${code}). Choose a directory that can be written.`);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
