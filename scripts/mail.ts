import path from "node:path";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { followMail, writeMissingMail, writeWaitingMail } from "./portico/localMail";
import { asOperator } from "./portico/operator";
import { readSettings } from "./portico/settings";
import type { WrittenMail } from "./portico/localMail";

const usage = `Usage: npm run mail -- [--follow | --again]
Writes the e-mails that wait to .eml files below the data directory (PORTICO_DATA_DIR), as they are sent where no mail
provider is set: with links and tokens that work. A running installation needs PORTICO_ADMIN_KEY.
  --follow  go on until Ctrl-C
  --again   write those of the last three days again whose files are gone, as after a restore`;

async function main(): Promise<void> {
  const { flags } = commandLine({ usage, flags: ["follow", "again"] });
  const settings = readSettings(process.env);
  const { dataDirectory } = settings;
  await asOperator(settings, async ({ call }) => {
    const options = { call, dataDirectory, onWritten: tell };
    if (!flags.has("follow")) {
      const isAgain = flags.has("again");
      const written = await (isAgain ? writeMissingMail(options) : writeWaitingMail(options));
      if (written === 0) process.stdout.write(isAgain ? "No file is missing.\n" : "No e-mail waits.\n");
      return;
    }
    const ending = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
    await followMail(options, {
      signal: ending.signal,
      onTrouble: (message) => process.stderr.write(`${message}\n`),
    });
  });
}

function tell({ to, subject, file }: WrittenMail): void {
  process.stdout.write(`${to}  ${subject}  ${path.relative(process.cwd(), file)}\n`);
}

runMain(main);
