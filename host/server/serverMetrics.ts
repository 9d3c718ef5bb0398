import type { IncomingMessage } from "node:http";
import { Reading, metricsText } from "../prometheus";

/** Open connections of both ports. */
export interface OpenSockets {
  readonly cloud: number;
  readonly site: number;
}

/** What the process and its ports use, in Prometheus' text form. */
export function serverMetricsText(openSockets: OpenSockets): string {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const gauge = (name: string, help: string, value: number): Reading => new Reading(name, help, () => [[{}, value]]);
  return metricsText([
    new Reading("convex_open_sockets", "Open connections by port.", () => [
      [{ port: "cloud" }, openSockets.cloud],
      [{ port: "site" }, openSockets.site],
    ]),
    gauge("process_resident_memory_bytes", "Resident memory of the process.", rss),
    gauge("nodejs_heap_used_bytes", "Used heap of the main thread.", heapUsed),
    new Reading(
      "process_cpu_seconds_total",
      "CPU time of the process.",
      () => [[{}, (user + system) / 1e6]],
      "counter",
    ),
    gauge("process_uptime_seconds", "Time since the process started.", process.uptime()),
  ]);
}

/**
 * Whether a scrape comes from this machine itself. A reverse proxy on it also connects from loopback, but says for whom.
 */
export function isLocalScrape({ socket, headers }: IncomingMessage): boolean {
  const isForwarded = headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined;
  return !isForwarded && /^(?:127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? "");
}
