import path from "node:path";
import { checkIntegrity } from "../host/store/integrityCheck";
import { runMain } from "./lib/runMain";
import { databaseName } from "./portico/dataDirectory";
import { integrityTable } from "./portico/integrityTable";
import { readSettings } from "./portico/settings";

/**
 * Walks every document, index entry and stored file of a stopped installation or of a backup. The directory is the first
 * argument, or the data directory. Exit code 1 when anything is wrong.
 */
async function main(): Promise<void> {
  const [given] = process.argv.slice(2);
  const directory = given === undefined ? readSettings(process.env, []).dataDirectory : path.resolve(given);
  const report = await checkIntegrity(path.join(directory, databaseName));
  process.stdout.write(integrityTable(report));
  if (report.problemCount > 0) process.exitCode = 1;
}

runMain(main);
