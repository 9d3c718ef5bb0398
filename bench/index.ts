/**
 * Measures the product and the host beside their references and prints a table per section.
 *
 *   npm run bench                        every section
 *   npm run bench -- rest start-up       some of them
 *   npm run bench -- --million --save    up to a million rows; keeps the figures in `bench/results.json` and the README
 *   npm run bench -- rest --requests get,page --connections 64 --profile profiles
 *   npm run bench -- crash --kills 100 --writers 64
 */
import { writeFileSync } from "node:fs";
import { runMain } from "../scripts/lib/runMain";
import { readOptions } from "./options";
import { readmeFile, readmeText } from "./readmeFigures";
import { printSection } from "./report";
import { saveSection } from "./results";
import { billSection } from "./sections/bill";
import { contextsSection } from "./sections/contexts";
import { convexTestSection } from "./sections/convexTest";
import { crashRestSection, crashSection } from "./sections/crash";
import { docksSection } from "./sections/docks";
import { doorsSection } from "./sections/doors";
import { dryRunSection } from "./sections/dryRun";
import { foreignTimingSection } from "./sections/foreignTiming";
import { entitiesSection } from "./sections/entities";
import { floodsSection, starvationSection } from "./sections/floods";
import { growthSection } from "./sections/growth";
import { hostSection } from "./sections/host";
import { hostGrowthSection } from "./sections/hostGrowth";
import { jobsSection } from "./sections/jobs";
import { purgeSection } from "./sections/purge";
import { restSection } from "./sections/rest";
import { sdkSection } from "./sections/sdk";
import { startUpSection } from "./sections/startUp";
import { trailSection } from "./sections/trail";
import { typesSection } from "./sections/types";
import { webhookCostSection } from "./sections/webhookCost";
import { webhooksSection } from "./sections/webhooks";
import { ServerProcess } from "./serverProcess";
import type { Options } from "./options";
import type { Section } from "./report";

const sections: Readonly<Record<string, (options: Options) => Promise<Section>>> = {
  rest: restSection,
  growth: growthSection,
  host: hostSection,
  "host-growth": hostGrowthSection,
  "convex-test": convexTestSection,
  contexts: contextsSection,
  "start-up": startUpSection,
  sdk: sdkSection,
  types: typesSection,
  doors: doorsSection,
  crash: crashSection,
  "crash-rest": crashRestSection,
  purge: purgeSection,
  trail: trailSection,
  "dry-run": dryRunSection,
  floods: floodsSection,
  starvation: starvationSection,
  "foreign-timing": foreignTimingSection,
  webhooks: webhooksSection,
  "webhook-cost": webhookCostSection,
  entities: entitiesSection,
  docks: docksSection,
  jobs: jobsSection,
  bill: billSection,
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const names = options.sections.length > 0 ? options.sections : Object.keys(sections);
  for (const name of names) {
    const run = sections[name];
    if (!run) throw new Error(`There is no section "${name}"; there are ${Object.keys(sections).join(", ")}.`);
    const section = await run(options);
    printSection(section);
    if (options.save) saveSection(name, section);
  }
  if (options.save) writeFileSync(readmeFile, readmeText());
}

runMain(async () => {
  try {
    await main();
  } finally {
    ServerProcess.killLiving();
  }
});
