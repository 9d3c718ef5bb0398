import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { copyClosedStore } from "../host/store/copyStore";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { backupName, removeOldBackups } from "./portico/backups";
import {
  copyInstallationFiles,
  installedDatabase,
  makeWhole,
  moveDirectory,
  requireEmpty,
} from "./portico/dataDirectory";
import { keyNeeded } from "./portico/operator";
import { explainedInUse, runningAt } from "./portico/servedBy";
import { readSettings } from "./portico/settings";
import type { Settings } from "./portico/settings";

const usage = `Usage: npm run backup -- [--keep 7] <directory>
Backs up the data directory (PORTICO_DATA_DIR) while the installation serves, or when it is stopped.
  --keep  make a backup named by its time in the directory, and remove all but so many of the latest`;
const answerSchema = z.object({ directory: z.string() });

/**
 * Backs up the data directory: database, stored files, keys. A running installation is asked over HTTP, which needs
 * PORTICO_ADMIN_KEY, and keeps serving; a stopped one is copied. A backup has its name once it is whole.
 */
async function main(): Promise<void> {
  const { positionals, texts } = commandLine({ usage, texts: ["keep"], positionals: [1, 1] });
  const target = path.resolve(positionals[0] ?? "");
  const keep = keepOf(texts.get("keep"));
  const now = new Date();
  const directory = keep === undefined ? target : path.join(target, backupName(now));
  const settings = readSettings(process.env);
  if (`${directory}${path.sep}`.startsWith(`${path.resolve(settings.dataDirectory)}${path.sep}`))
    throw new Error(`${directory} lies in the data directory, which would copy it into itself. Choose one outside.`);
  await requireEmpty(directory);
  await backUp(settings, directory);
  if (keep !== undefined) await removeOldBackups(target, keep, now);
  process.stdout.write(`Backed up to ${directory}\n`);
}

async function backUp(settings: Settings, directory: string): Promise<void> {
  const { dataDirectory } = settings;
  const database = await installedDatabase(dataDirectory);
  const made = await backupOfRunning(settings);
  try {
    await makeWhole(directory, async (staging) => {
      if (made === null) await copyClosedStore(database, staging);
      else for (const name of await readdir(made)) await moveDirectory(path.join(made, name), path.join(staging, name));
      await copyInstallationFiles(dataDirectory, staging);
    });
  } catch (error) {
    throw await explainedInUse(error, dataDirectory);
  } finally {
    if (made !== null) await rm(made, { recursive: true, force: true });
  }
}

function keepOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const keep = Number(value);
  if (Number.isInteger(keep) && keep > 0) return keep;
  throw new Error(`--keep takes how many backups to keep, 1 or more, not "${value}".`);
}

/** Asks the running installation, wherever it answers; null when none does. */
async function backupOfRunning(settings: Settings): Promise<string | null> {
  const running = await runningAt(settings);
  if (running === null) return null;
  if (settings.adminKey === undefined) throw keyNeeded(running);
  const response = await fetch(`${running.cloudUrl}/api/host/backup`, {
    method: "POST",
    headers: { authorization: `Convex ${settings.adminKey}` },
  });
  if (!response.ok) throw new Error(`The running installation refused: ${await response.text()}`);
  return answerSchema.parse(await response.json()).directory;
}

runMain(main);
