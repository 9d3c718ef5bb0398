import { mkdir } from "node:fs/promises";
import path from "node:path";
import { databaseName } from "../../scripts/portico/dataDirectory";
import { measureGrowth } from "../growth";
import { withProgress } from "../report";
import { measuredRequests } from "../requests";
import { inScratchDirectory } from "../scratch";
import { seedProduct } from "../seed/seedProduct";
import { ServerProcess } from "../serverProcess";
import { newKeys } from "../setup";
import type { GrownServer } from "../growth";
import type { Options } from "../options";
import type { Section } from "../report";
import type { StoreOrder } from "../serverProcess";
import type { Setup } from "../setup";

const requests = ["get", "page", "create"];

/** The product's REST requests on stores of several sizes. */
export async function growthSection(options: Options): Promise<Section> {
  return await inScratchDirectory((parent) =>
    measureGrowth({ title: "REST", requests, start: (rows) => startProduct(parent, rows) }, options),
  );
}

async function startProduct(parent: string, rows: number): Promise<GrownServer> {
  const directory = path.join(parent, String(rows));
  await mkdir(directory);
  const file = path.join(directory, databaseName);
  const keys = newKeys();
  const scheduleIds = await withProgress(`filling a store with ${rows} rows`, () => seedProduct(file, keys, rows));
  const order: StoreOrder = { directory, keys, scheduleCount: rows, isSeeded: true };
  const server = await ServerProcess.start<Setup>(path.join(import.meta.dirname, "../productServer.ts"), order);
  const setup: Setup = { ...server.setup, scheduleIds };
  return {
    server,
    file,
    load: async (request) => ({ server, requests: (await measuredRequests[request]?.(setup, rows)) ?? [] }),
  };
}
