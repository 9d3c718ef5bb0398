import { cp } from "node:fs/promises";
import path from "node:path";
import { checkIntegrity } from "../host/store/integrityCheck";
import { runMain } from "./lib/runMain";
import { databaseName, requireEmpty } from "./portico/dataDirectory";
import { integrityTable } from "./portico/integrityTable";
import { readSettings } from "./portico/settings";

const usage = "Usage: npm run restore -- <backup directory>";

/** Restores a backup into the data directory, which must be empty, and checks what is there afterwards. */
async function main(): Promise<void> {
  const [source] = process.argv.slice(2);
  if (source === undefined) throw new Error(usage);
  const { dataDirectory } = readSettings(process.env, []);
  await requireEmpty(dataDirectory);
  await cp(path.resolve(source), dataDirectory, { recursive: true });
  const report = await checkIntegrity(path.join(dataDirectory, databaseName));
  process.stdout.write(integrityTable(report));
  if (report.problemCount > 0) throw new Error(`The backup was restored to ${dataDirectory}, but it is damaged.`);
  process.stdout.write(`Restored to ${dataDirectory}\n`);
}

runMain(main);
