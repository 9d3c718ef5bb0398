import path from "node:path";
import { load } from "../load";
import { rounded, withProgress } from "../report";
import { ServerProcess } from "../serverProcess";
import type { DoorsOrder, DoorsSetup } from "../doorsServer";
import type { LoadRequest } from "../load";
import type { Options } from "../options";
import type { Row, Section } from "../report";

const warmUpSeconds = 2;
const body = JSON.stringify({ guid: "8a7f", hostname: "host-1", facts: "x".repeat(400) });
const json = { "content-type": "application/json" };

interface Door {
  readonly kind: DoorsOrder["kind"];
  readonly name: string;
  readonly url: (setup: DoorsSetup) => string;
  readonly request: (setup: DoorsSetup) => LoadRequest;
}

const doors: readonly Door[] = [
  { kind: "bare", name: "node:http GET", url: siteOf, request: () => ({ method: "GET", path: "/", headers: {} }) },
  { kind: "doors", name: "site port GET", url: siteOf, request: () => ({ method: "GET", path: "/", headers: {} }) },
  {
    kind: "bare",
    name: "node:http POST",
    url: siteOf,
    request: () => ({ method: "POST", path: "/", headers: json, body }),
  },
  {
    kind: "doors",
    name: "site port POST, ES256 token",
    url: siteOf,
    request: ({ token }) => ({
      method: "POST",
      path: "/",
      headers: { ...json, authorization: `Bearer ${token}` },
      body,
    }),
  },
  {
    kind: "doors",
    name: "POST /api/query, ES256 token",
    url: ({ cloudUrl }) => cloudUrl,
    request: ({ token }) => ({
      method: "POST",
      path: "/api/query",
      headers: { ...json, authorization: `Bearer ${token}` },
      body: JSON.stringify({ path: "a:b", format: "convex_encoded_json", args: { body } }),
    }),
  },
];

/** The host's doors before a deployment that does nothing, beside bare node:http. */
export async function doorsSection(options: Options): Promise<Section> {
  const start = (kind: DoorsOrder["kind"]) =>
    ServerProcess.start<DoorsSetup>(path.join(import.meta.dirname, "../doorsServer.ts"), { kind } satisfies DoorsOrder);
  const servers = { bare: await start("bare"), doors: await start("doors") };
  const rows: Row[] = [];
  try {
    for (const { kind, name, url, request } of doors) {
      const server = servers[kind];
      const send = (connections: number, seconds: number) =>
        withProgress(name, () =>
          load({ url: url(server.setup), connections, seconds, requests: [request(server.setup)] }),
        );
      await send(16, warmUpSeconds);
      for (const connections of options.connections) {
        const before = await server.usage();
        const { requests, seconds, p99Ms } = await send(connections, options.seconds);
        const cpuUs = ((await server.usage()).cpuUs - before.cpuUs) / requests;
        rows.push({
          door: name,
          connections,
          "req/s": Math.round(requests / seconds),
          "CPU µs": rounded(cpuUs),
          "p99 ms": rounded(p99Ms),
        });
      }
    }
  } finally {
    await Promise.all([servers.bare.stop(), servers.doors.stop()]);
  }
  return { title: "The host's doors without functions behind them", rows };
}

function siteOf({ siteUrl }: DoorsSetup): string {
  return siteUrl;
}
