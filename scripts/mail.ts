import path from "node:path";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { followMail, writeWaitingMail } from "./portico/localMail";
import { asOperator } from "./portico/operator";
import { readSettings } from "./portico/settings";
import type { WrittenMail } from "./portico/localMail";

const usage = `Usage: npm run mail -- [--follow]
Writes the e-mails that wait to .eml files below the data directory (PORTICO_DATA_DIR), as they are sent where no mail
provider is set: with links and tokens that work. A running installation needs PORTICO_ADMIN_KEY.
  --follow  go on until Ctrl-C`;

async function main(): Promise<void> {
  const { flags } = commandLine({ usage, flags: ["follow"] });
  const settings = readSettings(process.env);
  const { dataDirectory } = settings;
  await asOperator(settings, async ({ call }) => {
    const options = { call, dataDirectory, onWritten: tell };
    if (!flags.has("follow")) {
      const written = await writeWaitingMail(options);
      if (written === 0) process.stdout.write("No e-mail waits.\n");
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
