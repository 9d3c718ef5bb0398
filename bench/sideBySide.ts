import { load } from "./load";
import { rounded, withProgress } from "./report";
import type { LoadRequest } from "./load";
import type { Options } from "./options";
import type { Row } from "./report";
import type { ServerProcess } from "./serverProcess";

/** Enough for the optimizing compiler; a slow server is warmed for no longer than the limit. */
const warmUpRequests = 10_000;
const longestWarmUpMs = 3000;

/** A server under one kind of load. */
export interface Loaded {
  readonly server: ServerProcess<{ readonly url: string }>;
  readonly requests: readonly LoadRequest[];
  /** Waits for work that the load has left behind; its time and CPU time count. */
  readonly settle?: () => Promise<void>;
  /** Removes what the load has stored; not measured. */
  readonly cleanUp?: () => Promise<void>;
}

export interface Measurement {
  readonly requestsPerSecond: number;
  /** User and system time of all threads of the server per request. */
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Measures a subject beside its hand-written baseline, in turn, at every number of connections.
 *
 * @returns a row per number of connections, with ratios that are larger when the subject is better
 */
export async function compare(
  name: string,
  subject: Loaded,
  baseline: Loaded,
  options: Options,
): Promise<readonly Row[]> {
  for (const loaded of [subject, baseline]) await warmUp(name, loaded, options.seconds);
  const rows: Row[] = [];
  for (const connections of options.connections) {
    const turns = await inTurn(name, [subject, baseline], connections, options);
    const [ofSubject, ofBaseline] = turns.map(meanOf);
    if (ofSubject && ofBaseline) rows.push(comparisonRow(name, connections, ofSubject, ofBaseline));
  }
  return rows;
}

/** Sends requests until a server's code is compiled. */
export async function warmUp(name: string, loaded: Loaded, seconds: number): Promise<void> {
  const startedAtMs = performance.now();
  await withProgress(`${name}: warming up`, async () => {
    for (let done = 0; done < warmUpRequests && performance.now() - startedAtMs < longestWarmUpMs;)
      done += (await load(orderOf(loaded, 64, seconds))).requests;
    await loaded.settle?.();
    await loaded.cleanUp?.();
  });
}

/** Measures every server once per round, one after the other. */
export async function inTurn(
  name: string,
  contestants: readonly Loaded[],
  connections: number,
  { rounds, seconds }: Options,
): Promise<readonly (readonly Measurement[])[]> {
  const turns = contestants.map((): Measurement[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [at, loaded] of contestants.entries())
      turns[at]?.push(
        await withProgress(`${name}: ${connections} connections`, () => measure(loaded, connections, seconds)),
      );
  return turns;
}

async function measure(loaded: Loaded, connections: number, seconds: number): Promise<Measurement> {
  const { server, settle, cleanUp } = loaded;
  const before = await server.usage();
  const result = await load(orderOf(loaded, connections, seconds));
  const loadedAtMs = performance.now();
  await settle?.();
  const settleSeconds = settle === undefined ? 0 : (performance.now() - loadedAtMs) / 1000;
  const after = await server.usage();
  await cleanUp?.();
  return {
    requestsPerSecond: result.requests / (result.seconds + settleSeconds),
    cpuUs: (after.cpuUs - before.cpuUs) / result.requests,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  };
}

function orderOf({ server, requests }: Loaded, connections: number, seconds: number) {
  return { url: server.setup.url, connections, seconds, requests };
}

export function meanOf(measurements: readonly Measurement[]): Measurement {
  const mean = (pick: (measurement: Measurement) => number) =>
    measurements.reduce((sum, measurement) => sum + pick(measurement), 0) / measurements.length;
  return {
    requestsPerSecond: mean((each) => each.requestsPerSecond),
    cpuUs: mean((each) => each.cpuUs),
    p50Ms: mean((each) => each.p50Ms),
    p99Ms: mean((each) => each.p99Ms),
  };
}

function comparisonRow(name: string, connections: number, subject: Measurement, baseline: Measurement): Row {
  return {
    request: name,
    connections,
    "req/s": Math.round(subject.requestsPerSecond),
    "CPU µs": rounded(subject.cpuUs),
    "p50 ms": rounded(subject.p50Ms),
    "p99 ms": rounded(subject.p99Ms),
    "baseline req/s": Math.round(baseline.requestsPerSecond),
    "baseline CPU µs": rounded(baseline.cpuUs),
    "baseline p99 ms": rounded(baseline.p99Ms),
    "CPU ratio": rounded(baseline.cpuUs / subject.cpuUs),
    "rate ratio": rounded(subject.requestsPerSecond / baseline.requestsPerSecond),
  };
}
