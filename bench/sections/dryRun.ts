import path from "node:path";
import { rounded } from "../report";
import { measuredRequests } from "../requests";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { inTurn, meanOf, warmUp } from "../sideBySide";
import { newKeys } from "../setup";
import type { Options } from "../options";
import type { Row, Section } from "../report";
import type { Setup } from "../setup";

/** What a dry run of a request costs beside the request itself, on one server in turn. */
export async function dryRunSection(options: Options): Promise<Section> {
  const rows = await inScratchDirectory(async (directory) => {
    const order = { directory, keys: newKeys(), scheduleCount: Math.min(options.rows, 1000) };
    const server = await ServerProcess.start<Setup>(path.join(import.meta.dirname, "../productServer.ts"), order);
    try {
      const measured: Row[] = [];
      for (const name of ["create", "check-in"]) measured.push(...(await measureRequest(name, server, options)));
      return measured;
    } finally {
      await server.stop();
    }
  });
  return { title: "A dry run beside the change itself, over REST", rows };
}

async function measureRequest(name: string, server: ServerProcess<Setup>, options: Options): Promise<readonly Row[]> {
  const requests = (await measuredRequests[name]?.(server.setup, options.rows)) ?? [];
  const tried = requests.map((request) => ({
    ...request,
    headers: { ...request.headers, "portico-dry-run": "true" },
  }));
  const contestants = [
    { server, requests: tried },
    { server, requests },
  ];
  for (const loaded of contestants) await warmUp(name, loaded, options.seconds);
  const rows: Row[] = [];
  for (const connections of options.connections) {
    const [dry, real] = (await inTurn(name, contestants, connections, options)).map(meanOf);
    if (!dry || !real) continue;
    rows.push({
      request: name,
      connections,
      "dry req/s": Math.round(dry.requestsPerSecond),
      "real req/s": Math.round(real.requestsPerSecond),
      "dry CPU µs": rounded(dry.cpuUs),
      "real CPU µs": rounded(real.cpuUs),
      "CPU ratio": rounded(dry.cpuUs / real.cpuUs),
      "dry p99 ms": rounded(dry.p99Ms),
      "real p99 ms": rounded(real.p99Ms),
    });
  }
  return rows;
}
