import * as z from "zod";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { databaseIn } from "./portico/dataDirectory";
import { asOperator } from "./portico/operator";
import { readSettings } from "./portico/settings";

const usage = `Usage: npm run reencrypt
Encrypts every stored secret of the data directory (PORTICO_DATA_DIR) with the present ENCRYPTION_MASTER_KEY, after which former keys
may go. A running installation needs PORTICO_ADMIN_KEY.`;

const position = z.object({ table: z.string(), cursor: z.string().nullable() });
const report = z.object({ reencrypted: z.number(), unreadable: z.number(), next: position.nullable() });

async function main(): Promise<void> {
  commandLine({ usage });
  const settings = readSettings(process.env);
  // A directory without an installation would become one.
  await databaseIn(settings.dataDirectory);
  await asOperator(settings, async ({ call }) => {
    let [reencrypted, unreadable] = [0, 0];
    let from: z.infer<typeof position> | null | undefined;
    while (from !== null) {
      const args = from === undefined ? {} : { from };
      const done = report.parse(await call("action", "core/records/reencryption:reencryptSecrets", args));
      reencrypted += done.reencrypted;
      unreadable += done.unreadable;
      from = done.next;
    }
    process.stdout.write(`Encrypted ${reencrypted} secrets with the present key.\n`);
    if (unreadable > 0)
      throw new Error(
        `${unreadable} secrets could not be read by any key that is set. Keep the former keys, and set them all.`,
      );
  });
}

runMain(main);
