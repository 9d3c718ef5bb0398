import path from "node:path";
import { checkIntegrity } from "../host/store/integrityCheck";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { databaseIn, installedDatabase } from "./portico/dataDirectory";
import { integrityTable } from "./portico/integrityTable";
import { explainedInUse } from "./portico/servedBy";
import { readSettings } from "./portico/settings";

const usage = `Usage: npm run check -- [directory]
Checks a stopped installation or a backup: the directory, or the data directory (PORTICO_DATA_DIR).`;

/**
 * Walks every document, index entry and stored file of a stopped installation or of a backup. The directory is the first
 * argument, or the data directory. Exit code 1 when anything is wrong.
 */
async function main(): Promise<void> {
  const [given] = commandLine({ usage, positionals: [0, 1] }).positionals;
  const { dataDirectory } = readSettings(process.env);
  const database = await (given === undefined ? installedDatabase(dataDirectory) : databaseIn(given));
  const report = await checkIntegrity(database).catch(async (error: unknown) => {
    throw await explainedInUse(error, path.dirname(database));
  });
  process.stdout.write(integrityTable(report));
  if (report.problemCount > 0) process.exitCode = 1;
}

runMain(main);
