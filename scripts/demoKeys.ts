import { openDevelopmentIssuer } from "../host/development/issuer";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { installedDatabase } from "./portico/dataDirectory";
import { renewDemoKeys } from "./portico/demo";
import { asOperator } from "./portico/operator";
import { readSettings } from "./portico/settings";

const usage = `Usage: npm run demo-keys
Makes the demo's keys anew, ends those before, and writes demo.json of the data directory (PORTICO_DATA_DIR). A running
installation needs PORTICO_ADMIN_KEY.`;

async function main(): Promise<void> {
  commandLine({ usage });
  const settings = readSettings(process.env);
  const { dataDirectory } = settings;
  // A directory without an installation would become one.
  await installedDatabase(dataDirectory);
  await asOperator(settings, async ({ call, siteUrl, cloudUrl }) => {
    const issuer = await openDevelopmentIssuer(dataDirectory);
    const file = await renewDemoKeys({ call, issuer, dataDirectory, siteUrl, cloudUrl });
    process.stdout.write(`Fresh keys are in ${file}\n`);
  });
}

runMain(main);
