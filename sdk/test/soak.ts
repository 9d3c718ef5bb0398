import { once, setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type AgentStorage, createAgent, memoryStorage } from "../src/agent";
import { isRecord } from "../src/runtime/json";

/** How long which fleet is tried. */
export interface SoakOptions {
  readonly agents: number;
  readonly seconds: number;
  /** The interval that the server asks for, and in which the agents start. */
  readonly intervalSeconds: number;
  /** When the server is killed, and for how long, in seconds from the start. */
  readonly outages: readonly { readonly atSeconds: number; readonly forSeconds: number }[];
  /** The share of requests that the network loses, half of them on the way there, half on the way back. */
  readonly lossShare: number;
}

/** What came of a soak. */
export interface SoakReport {
  /** Check-ins that a device knows to have arrived. */
  readonly acknowledged: number;
  /** Of these, what the server does not have. */
  readonly missing: readonly string[];
  /** What the server has more than once. */
  readonly twice: readonly string[];
  /** Agents that have not come back after the last outage. */
  readonly silent: number;
  readonly requests: number;
  /** The busiest second after the first interval over the mean of all seconds in which the server ran. */
  readonly peakOverMean: number;
}

const longestWaitSeconds = 400;

/** A third of the devices has a clock that is wrong, by an hour or by ten years. */
const clockErrorsMs = [0, 0, 0, 0, 3_600_000, -315_360_000_000];

/**
 * Lets agents check in over a network that loses requests, at a server that is killed and restarted. Each check-in carries a trouble of
 * its own, so that what arrived, and how often, can be told. The server remembers idempotency keys as the API does.
 */
export async function soak({ agents, seconds, intervalSeconds, outages, lossShare }: SoakOptions): Promise<SoakReport> {
  const api = new MortalApi(intervalSeconds);
  await api.start();
  const startedAtMs = performance.now();
  const until = (atSeconds: number) => sleep(Math.max(0, startedAtMs + atSeconds * 1_000 - performance.now()));
  const acknowledged: string[] = [];
  const latest = new Map<number, number>();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  let isNetworkSound = false;

  const network = (device: number): typeof fetch => {
    return async (input, init) => {
      const isLost = () => !isNetworkSound && Math.random() < lossShare / 2;
      if (isLost()) throw new TypeError("fetch failed");
      const response = await fetch(input, init);
      if (isLost()) throw new TypeError("socket hang up");
      if (!response.ok) return response;
      acknowledged.push(...troublesOf(JSON.parse(typeof init?.body === "string" ? init.body : "{}")));
      latest.set(device, performance.now());
      return response;
    };
  };

  const fleet = Array.from({ length: agents }, async (_, device) => {
    await until((device / agents) * intervalSeconds);
    const storage = memoryStorage();
    let checkIns = 0;
    const options = { url: api.url, device, storage, fetch: network(device), name: () => `${device}-${checkIns++}` };
    // Every tenth is restarted on the way, with what its storage has.
    if (device % 10 === 0) await runDevice(options, AbortSignal.any([stop.signal, AbortSignal.timeout(seconds * 500)]));
    if (!stop.signal.aborted) await runDevice(options, stop.signal);
  });

  for (const { atSeconds, forSeconds } of outages) {
    await until(atSeconds);
    await api.kill();
    await sleep(forSeconds * 1_000);
    await api.start();
  }
  const lastStartMs = performance.now();
  await until(seconds);
  isNetworkSound = true;
  const silent = () => agents - [...latest.values()].filter((atMs) => atMs > lastStartMs).length;
  // Each comes back in its own time, the longest back-off at the latest.
  for (let waited = 0; silent() > 0 && waited < longestWaitSeconds; waited++) await sleep(1_000);
  const silentAgents = silent();
  stop.abort();
  await Promise.all(fleet);
  await api.kill();
  const { counts, perSecond } = api;
  const later = perSecond.slice(Math.ceil(intervalSeconds)).filter((count) => count !== undefined);
  const requests = perSecond.reduce((sum, count) => sum + count, 0);
  return {
    acknowledged: acknowledged.length,
    missing: acknowledged.filter((name) => !counts.has(name)),
    twice: [...counts].filter(([, count]) => count > 1).map(([name]) => name),
    silent: silentAgents,
    requests,
    peakOverMean: Math.max(...later) / (requests / perSecond.filter((count) => count > 0).length),
  };
}

async function runDevice(
  {
    url,
    device,
    storage,
    fetch,
    name,
  }: {
    readonly url: string;
    readonly device: number;
    readonly storage: AgentStorage;
    readonly fetch: typeof globalThis.fetch;
    readonly name: () => string;
  },
  stop: AbortSignal,
): Promise<void> {
  const offMs = clockErrorsMs[device % clockErrorsMs.length] ?? 0;
  const agent = createAgent({
    baseUrl: url,
    enrollmentToken: "enr_of-the-soak",
    storage,
    guid: `device-${device}`,
    device: { hostname: `device-${device}`, platform: "linux", version: "1.0.0" },
    fetch,
    now: () => Date.now() + offMs,
    report: async () => {
      await agent.note(`[${name()}]`);
      return { version: "1.0.0" };
    },
  });
  await agent.run(stop);
}

/** The names of the check-ins that a report carries. */
function troublesOf(body: unknown): string[] {
  const errors: unknown = isRecord(body) ? body["errors"] : undefined;
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error) => /\[(\d+-\d+)\]$/.exec(String(error))?.[1] ?? []);
}

/** A server that can be killed, with what it has taken; whoever is connected loses the connection. */
class MortalApi {
  url = "";
  /** How often the server has each check-in. */
  readonly counts = new Map<string, number>();
  /** Requests by second since the start. */
  readonly perSecond: number[] = [];
  readonly #answered = new Set<string>();
  readonly #intervalSeconds: number;
  readonly #startedAtMs = performance.now();
  #server: Server | undefined;
  #port = 0;

  constructor(intervalSeconds: number) {
    this.#intervalSeconds = intervalSeconds;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    this.#port = address.port;
    this.url = `http://127.0.0.1:${address.port}`;
    this.#server = server;
  }

  async kill(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
    if (this.#server?.listening) await once(this.#server, "close");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const second = Math.floor((performance.now() - this.#startedAtMs) / 1_000);
    while (this.perSecond.length <= second) this.perSecond.push(0);
    this.perSecond[second] = (this.perSecond[second] ?? 0) + 1;
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const key = `${request.headers.authorization} ${String(request.headers["idempotency-key"])}`;
    if (!this.#answered.has(key)) {
      this.#answered.add(key);
      for (const name of troublesOf(JSON.parse(text))) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
    // What was taken before the kill is there, whether or not the answer arrives.
    await sleep(Math.random() * 20);
    const { guid } = JSON.parse(text);
    const answer = request.url?.endsWith("/enroll")
      ? { id: guid, key: `agt_${guid}` }
      : { serverTime: Date.now(), nextCheckinInSeconds: this.#intervalSeconds, settings: {} };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }
}
