import type { IncomingMessage } from "node:http";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** Open connections of both ports. */
export interface OpenSockets {
  readonly cloud: number;
  readonly site: number;
}

let processMetrics: Registry | undefined;

/** What the process uses: CPU time, memory, event loop lag, garbage collection. There is one process, however many servers. */
export function observeProcess(): Registry {
  if (processMetrics === undefined) {
    processMetrics = new Registry();
    collectDefaultMetrics({ register: processMetrics });
  }
  return processMetrics;
}

/** What the process and the ports of one server use, in Prometheus' text form. */
export async function serverMetricsText(openSockets: OpenSockets): Promise<string> {
  const registry = new Registry();
  const gauge = new Gauge({
    name: "convex_open_sockets",
    help: "Open connections by port.",
    labelNames: ["port"],
    registers: [registry],
  });
  gauge.set({ port: "cloud" }, openSockets.cloud);
  gauge.set({ port: "site" }, openSockets.site);
  return (await registry.metrics()) + (await observeProcess().metrics());
}

/**
 * Whether a scrape comes from this machine itself. A reverse proxy on it also connects from loopback, but says for whom.
 */
export function isLocalScrape({ socket, headers }: IncomingMessage): boolean {
  const isForwarded = headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined;
  return !isForwarded && /^(?:127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? "");
}
