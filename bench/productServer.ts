// The started product in a process of its own, on a store that the benchmark filled.
import { createServer } from "node:http";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { databaseName } from "../scripts/portico/dataDirectory";
import { startPortico } from "../scripts/portico/startPortico";
import { seedProduct } from "./seed/seedProduct";
import { serve } from "./serverProcess";
import type { StoreOrder } from "./serverProcess";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new TypeError("A TCP server has a port.");
  return address.port;
}

serve<StoreOrder>(async ({ directory, keys, scheduleCount, isSeeded }) => {
  const file = path.join(directory, databaseName);
  await mkdir(directory, { recursive: true });
  // The measured start is that of the process on what is there.
  const scheduleIds = isSeeded || existsSync(file) ? [] : await seedProduct(file, keys, scheduleCount);
  const settings = {
    dataDirectory: directory,
    cloudPort: await freePort(),
    sitePort: await freePort(),
    seed: "none",
  } as const;
  // Each load ends in the middle of requests, which functions may log; answers that fail are counted by the client.
  const portico = await startPortico(settings, () => undefined);
  return { world: { ...keys, url: portico.siteUrl, scheduleIds }, close: () => portico.close() };
});
