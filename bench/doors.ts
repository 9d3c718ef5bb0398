/**
 * Requests per second and CPU time per request of the host's doors before a deployment that does nothing, beside bare
 * node:http. Each server runs in a process of its own, so that the load generator's CPU time is not counted.
 *
 *   npx tsx bench/doors.ts [seconds per measurement]
 */
import { execFile, fork, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { generateKeyPair, exportJWK, SignJWT } from "jose";
import { TokenVerifier } from "../host/auth/tokenVerifier";
import type { AuthProvider, Deployment } from "../host/deployment";
import { LightResponse } from "../host/lightResponse";
import { startServer } from "../host/server/startServer";

const run = promisify(execFile);
const seconds = process.argv[2] ?? "3";
const answerText = JSON.stringify({ data: { id: "j57", name: "x".repeat(400) } });
const bodyText = JSON.stringify({ guid: "8a7f", hostname: "host-1", facts: "x".repeat(400) });

interface Started {
  readonly url: string;
  readonly cloudUrl: string;
  readonly token: string;
}

async function startBare(): Promise<Started> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString("utf8"));
      response.writeHead(200, { "content-type": "application/json", "content-length": answerText.length });
      response.end(answerText);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("no TCP port");
  const url = `http://127.0.0.1:${address.port}`;
  return { url, cloudUrl: url, token: "x" };
}

async function startDoors(): Promise<Started> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "ES256" }] });
  const issuer = "https://bench.test";
  const providers: readonly AuthProvider[] = [
    { type: "customJwt", issuer, jwks: `data:,${encodeURIComponent(keys)}`, algorithm: "ES256" },
  ];
  const deployment: Deployment = {
    call: async () => ({ status: "success", valueText: answerText, logLines: [], timestamp: 0n }),
    fetchHttpAction: async (request) => {
      request.headers.get("x-request-id");
      if (request.method === "POST") await request.json();
      return new LightResponse(answerText, { headers: { "content-type": "application/json", "x-request-id": "1" } });
    },
    authProviders: () => providers,
    environmentVariables: () => ({}),
    updateEnvironmentVariables: async () => undefined,
    latestTimestamp: () => 0n,
    files: { upload: async () => "", find: async () => null },
    metricsText: () => "",
    analyzePush: async () => ({}),
    backUp: async () => "",
    close: async () => undefined,
  };
  const authentication = new TokenVerifier({ providers: () => providers });
  const server = await startServer({
    deployment,
    cloudPort: 0,
    sitePort: 0,
    redactErrors: false,
    trustProxy: false,
    authentication,
  });
  const token = await new SignJWT({ sub: "user", email: "user@example.test", org_id: "o".repeat(32) })
    .setProtectedHeader({ alg: "ES256", kid: "k" })
    .setIssuer(issuer)
    .setExpirationTime("1h")
    .sign(privateKey);
  return { url: server.siteUrl, cloudUrl: server.cloudUrl, token };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("message", resolve));
}

function numberAt(value: unknown, ...path: string[]): number {
  let current = value;
  for (const key of path)
    current = typeof current === "object" && current !== null ? Reflect.get(current, key) : undefined;
  return Number(current);
}

async function measure(role: string, label: string, requestArgs: (started: Started) => string[]): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ["--serve", role], { execArgv: process.execArgv });
  try {
    const started: Started = JSON.parse(String(await nextMessage(child)));
    const load = async (connections: string, duration: string): Promise<number> => {
      const { stdout } = await run(
        "npx",
        ["autocannon", "--json", "-c", connections, "-d", duration, ...requestArgs(started)],
        { maxBuffer: 1 << 24 },
      );
      const result: unknown = JSON.parse(stdout);
      if (numberAt(result, "2xx") !== numberAt(result, "requests", "total"))
        throw new Error(`${label}: not every answer was a success`);
      return numberAt(result, "requests", "total");
    };
    await load("16", "2");
    for (const connections of ["1", "16", "64"]) {
      child.send("cpu");
      const before = Number(await nextMessage(child));
      const requests = await load(connections, seconds);
      child.send("cpu");
      const cpuUs = Number(await nextMessage(child)) - before;
      console.log(
        `${label.padEnd(34)} ${connections.padStart(3)} connections ${Math.round(requests / Number(seconds))
          .toString()
          .padStart(7)} req/s ${(cpuUs / requests).toFixed(1).padStart(6)} CPU µs/request`,
      );
    }
  } finally {
    child.kill();
  }
}

const json = ["-m", "POST", "-H", "content-type=application/json", "-b"];
if (process.argv[2] === "--serve") {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.(String(user + system));
  });
  process.send?.(JSON.stringify(await (process.argv[3] === "bare" ? startBare() : startDoors())));
} else {
  const bearer = (started: Started): string[] => ["-H", `authorization=Bearer ${started.token}`];
  await measure("bare", "node:http GET", ({ url }) => [url]);
  await measure("doors", "site port GET", ({ url }) => [url]);
  await measure("bare", "node:http POST JSON", ({ url }) => [...json, bodyText, url]);
  await measure("doors", "site port POST JSON, ES256 token", (started) => [
    ...bearer(started),
    ...json,
    bodyText,
    started.url,
  ]);
  await measure("doors", "POST /api/query, ES256 token", (started) => [
    ...bearer(started),
    ...json,
    JSON.stringify({ path: "a:b", format: "convex_encoded_json", args: { bodyText } }),
    `${started.cloudUrl}/api/query`,
  ]);
}
