// The started product in a process of its own, on a store that the benchmark filled.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { databaseName } from "../scripts/portico/dataDirectory";
import { freePorts } from "../scripts/lib/freePorts";
import { raisedLimits } from "../scripts/portico/raisedLimits.testing";
import { startPortico } from "../scripts/portico/startPortico";
import { seedProduct } from "./seed/seedProduct";
import { serve } from "./serverProcess";
import type { StoreOrder } from "./serverProcess";

serve<StoreOrder>(async ({ directory, keys, scheduleCount, isSeeded }) => {
  const file = path.join(directory, databaseName);
  await mkdir(directory, { recursive: true });
  // The measured start is that of the process on what is there.
  const scheduleIds = isSeeded || existsSync(file) ? [] : await seedProduct(file, keys, scheduleCount);
  const [cloudPort, sitePort] = await freePorts();
  const settings = {
    dataDirectory: directory,
    cloudPort,
    sitePort,
    seed: "none",
    redactErrors: true,
  } as const;
  // Each load ends in the middle of requests, which functions may log; answers that fail are counted by the client.
  const portico = await startPortico(settings, () => undefined, { passed: { ...raisedLimits, ...process.env } });
  return { setup: { ...keys, url: portico.siteUrl, scheduleIds }, close: () => portico.close() };
});
