import { cp } from "node:fs/promises";
import path from "node:path";
import { checkIntegrity } from "../host/store/integrityCheck";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { databaseName, requireEmpty } from "./portico/dataDirectory";
import { integrityTable } from "./portico/integrityTable";
import { readSettings } from "./portico/settings";

const usage = `Usage: npm run restore -- <backup directory>
Restores a backup into the data directory (PORTICO_DATA_DIR), which must be empty.`;

/** Restores a backup into the data directory, which must be empty, and checks what is there afterwards. */
async function main(): Promise<void> {
  const [source = ""] = commandLine({ usage, positionals: [1, 1] }).positionals;
  const { dataDirectory } = readSettings(process.env);
  await requireEmpty(dataDirectory);
  await cp(path.resolve(source), dataDirectory, { recursive: true });
  const report = await checkIntegrity(path.join(dataDirectory, databaseName));
  process.stdout.write(integrityTable(report));
  if (report.problemCount > 0) throw new Error(`The backup was restored to ${dataDirectory}, but it is damaged.`);
  process.stdout.write(`Restored to ${dataDirectory}\n`);
}

runMain(main);
