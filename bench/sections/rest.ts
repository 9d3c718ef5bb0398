import path from "node:path";
import { load } from "../load";
import { rounded, withProgress } from "../report";
import { measuredRequests } from "../requests";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { newKeys } from "../world";
import type { LoadRequest, LoadResult } from "../load";
import type { Options } from "../options";
import type { Row, Section } from "../report";
import type { World } from "../world";

/** Enough for the optimizing compiler; a slow machine is warmed for no longer than the limit. */
const warmUpRequests = 10_000;
const longestWarmUpMs = 12_000;

interface Measurement {
  readonly requestsPerSecond: number;
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The product's REST requests beside the same work written by hand, in turn in one run. */
export async function restSection(options: Options): Promise<Section> {
  const rows = await inScratchDirectory(async (directory) => {
    const order = { directory, keys: newKeys(), scheduleCount: options.rows };
    const modules = path.join(import.meta.dirname, "..");
    const profile =
      options.profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${options.profileDirectory}`];
    const [product, baseline] = await withProgress(`filling both stores with ${options.rows} rows`, () =>
      Promise.all([
        ServerProcess.start<World>(path.join(modules, "productServer.ts"), order, profile),
        ServerProcess.start<World>(path.join(modules, "baseline/server.ts"), order),
      ]),
    );
    try {
      return await measureAll(options, product, baseline);
    } finally {
      await Promise.all([product.stop(), baseline.stop()]);
    }
  });
  return {
    title: `REST, ${options.rows} schedules in the store`,
    rows,
    notes: [
      "CPU µs: user and system time of all threads of the server per request. Ratios: baseline CPU / product CPU, product rate / baseline rate.",
    ],
  };
}

async function measureAll(
  options: Options,
  product: ServerProcess<World>,
  baseline: ServerProcess<World>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [name, requestsOf] of Object.entries(measuredRequests)) {
    if (options.requests.length > 0 && !options.requests.includes(name)) continue;
    const productRequests = await withProgress(`${name}: preparing`, () => requestsOf(product.world, options.rows));
    const baselineRequests = await requestsOf(baseline.world, options.rows);
    for (const [server, requests] of [
      [product, productRequests],
      [baseline, baselineRequests],
    ] as const)
      await withProgress(`${name}: warming up`, () => warmUp(server, options.seconds, requests));
    for (const connections of options.connections) {
      const turns: Record<"product" | "baseline", Measurement[]> = { product: [], baseline: [] };
      for (let round = 0; round < options.rounds; round++) {
        turns.product.push(await measure(name, product, connections, options.seconds, productRequests));
        turns.baseline.push(await measure(name, baseline, connections, options.seconds, baselineRequests));
      }
      rows.push(rowOf(name, connections, meanOf(turns.product), meanOf(turns.baseline)));
    }
  }
  return rows;
}

async function warmUp(server: ServerProcess<World>, seconds: number, requests: readonly LoadRequest[]): Promise<void> {
  const startedAtMs = performance.now();
  for (let done = 0; done < warmUpRequests && performance.now() - startedAtMs < longestWarmUpMs;)
    done += (await load({ url: server.world.url, connections: 64, seconds, requests })).requests;
}

async function measure(
  name: string,
  server: ServerProcess<World>,
  connections: number,
  seconds: number,
  requests: readonly LoadRequest[],
): Promise<Measurement> {
  const before = await server.usage();
  const result: LoadResult = await withProgress(`${name}: ${connections} connections`, () =>
    load({ url: server.world.url, connections, seconds, requests }),
  );
  const after = await server.usage();
  return {
    requestsPerSecond: result.requests / result.seconds,
    cpuUs: (after.cpuUs - before.cpuUs) / result.requests,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  };
}

function meanOf(measurements: readonly Measurement[]): Measurement {
  const mean = (pick: (measurement: Measurement) => number) =>
    measurements.reduce((sum, measurement) => sum + pick(measurement), 0) / measurements.length;
  return {
    requestsPerSecond: mean((each) => each.requestsPerSecond),
    cpuUs: mean((each) => each.cpuUs),
    p50Ms: mean((each) => each.p50Ms),
    p99Ms: mean((each) => each.p99Ms),
  };
}

function rowOf(request: string, connections: number, product: Measurement, baseline: Measurement): Row {
  return {
    request,
    connections,
    "req/s": Math.round(product.requestsPerSecond),
    "CPU µs": rounded(product.cpuUs),
    "p50 ms": rounded(product.p50Ms),
    "p99 ms": rounded(product.p99Ms),
    "baseline req/s": Math.round(baseline.requestsPerSecond),
    "baseline CPU µs": rounded(baseline.cpuUs),
    "baseline p99 ms": rounded(baseline.p99Ms),
    "CPU ratio": rounded(baseline.cpuUs / product.cpuUs),
    "rate ratio": rounded(product.requestsPerSecond / baseline.requestsPerSecond),
  };
}
