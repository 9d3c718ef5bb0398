import path from "node:path";
import { load } from "../load";
import { rounded, withProgress } from "../report";
import { measuredRequests } from "../requests";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { newKeys } from "../world";
import type { Options } from "../options";
import type { Row, Section } from "../report";
import type { World } from "../world";

const connections = 16;
const warmUpSeconds = 2;
const smallRows = 1000;
const measured = ["create", "get", "page"];

/** CPU time per request with few and with many rows in the store, taken in turn in one run. */
export async function growthSection(options: Options): Promise<Section> {
  const sizes = [smallRows, options.rows, ...(options.million ? [1_000_000] : [])];
  const rows = await inScratchDirectory(async (directory) => {
    const servers: ServerProcess<World>[] = [];
    try {
      for (const scheduleCount of sizes) {
        const order = { directory: path.join(directory, String(scheduleCount)), keys: newKeys(), scheduleCount };
        servers.push(
          await withProgress(`filling a store with ${scheduleCount} rows`, () =>
            ServerProcess.start<World>(path.join(import.meta.dirname, "../productServer.ts"), order),
          ),
        );
      }
      const table: Row[] = [];
      for (const request of measured) table.push(await rowOf(request, servers, sizes, options));
      return table;
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });
  return { title: `CPU µs per request by rows in the store, ${connections} connections`, rows };
}

async function rowOf(
  request: string,
  servers: readonly ServerProcess<World>[],
  sizes: readonly number[],
  options: Options,
): Promise<Row> {
  const totalsUs = servers.map(() => 0);
  for (const server of servers) await cpuUsOf(request, server, sizes, warmUpSeconds);
  for (let round = 0; round < options.rounds; round++)
    for (const [at, server] of servers.entries())
      totalsUs[at] = (totalsUs[at] ?? 0) + (await cpuUsOf(request, server, sizes, options.seconds));
  const means = totalsUs.map((total) => total / options.rounds);
  return {
    request,
    ...Object.fromEntries(sizes.map((size, at) => [`${size} rows`, rounded(means[at] ?? 0)])),
    "largest / smallest": rounded((means.at(-1) ?? 0) / (means[0] ?? 1)),
  };
}

async function cpuUsOf(
  request: string,
  server: ServerProcess<World>,
  sizes: readonly number[],
  seconds: number,
): Promise<number> {
  const requests = (await measuredRequests[request]?.(server.world, sizes[0] ?? 0)) ?? [];
  const before = await server.usage();
  const result = await withProgress(request, () => load({ url: server.world.url, connections, seconds, requests }));
  return ((await server.usage()).cpuUs - before.cpuUs) / result.requests;
}
