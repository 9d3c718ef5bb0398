import { cp, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { checkIntegrity } from "../host/store/integrityCheck";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { databaseName, makeWhole } from "./portico/dataDirectory";
import { integrityTable } from "./portico/integrityTable";
import { readSettings } from "./portico/settings";

const usage = `Usage: npm run restore -- <backup directory>
Restores a backup into the data directory (PORTICO_DATA_DIR), which must be empty. A backup that is not whole changes nothing.`;

/** Copies a backup beside the data directory, which must be empty, checks the copy, and puts it there. */
async function main(): Promise<void> {
  const [source = ""] = commandLine({ usage, positionals: [1, 1] }).positionals;
  const backup = path.resolve(source);
  const { dataDirectory } = readSettings(process.env);
  await requireBackup(backup);
  if (isWithin(dataDirectory, backup)) throw new Error(`${dataDirectory} lies in the backup. Choose one outside.`);
  await makeWhole(dataDirectory, async (staging) => {
    // Files that links lead to, since a restored installation must not write to somebody else's.
    await cp(await realpath(backup), staging, { recursive: true, dereference: true });
    process.stdout.write(await checked(backup, staging));
  });
  process.stdout.write(`Restored to ${dataDirectory}\n`);
}

/** @throws {Error} with one line where no backup can be, before anything is copied */
async function requireBackup(backup: string): Promise<void> {
  const found = await stat(path.join(backup, databaseName)).catch(() => undefined);
  if (found?.isFile()) return;
  const directory = await stat(backup).catch(() => undefined);
  throw new Error(
    directory === undefined
      ? `There is no backup at ${backup}.`
      : `${backup} is no backup: there is no ${databaseName} in it.`,
  );
}

/** What the copy holds. @throws {Error} with one line that names the backup, whose copy is about to go */
async function checked(backup: string, staging: string): Promise<string> {
  const report = await checkIntegrity(path.join(staging, databaseName)).catch((error: unknown) => {
    throw error instanceof Error ? new Error(error.message.replaceAll(staging, backup)) : error;
  });
  if (report.problemCount === 0) return integrityTable(report);
  const [first = ""] = report.problems;
  throw new Error(
    `${backup} is damaged (${report.problemCount} problems; the first: ${first}). Nothing was restored; npm run check -- ${backup} lists them.`,
  );
}

function isWithin(inner: string, outer: string): boolean {
  return `${inner}${path.sep}`.startsWith(`${outer}${path.sep}`);
}

runMain(main);
