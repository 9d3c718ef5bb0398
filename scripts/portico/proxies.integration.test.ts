import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import WebSocketClient from "ws";
import { freePorts } from "../lib/freePorts";
import { repositoryRoot } from "../lib/repositoryFiles";
import { buildSdk, isSdkBuildStale } from "../lib/sdkBuild";
import {
  hasCommand,
  makeCertificate,
  publicNames,
  send,
  startCaddy,
  startNginx,
  startNginxWithPaths,
} from "./proxy.testing";
import { startTestPortico } from "./testPortico.testing";
import type { Answer, ProxyPlace, RunningProxy, Sent } from "./proxy.testing";
import type { TestPortico } from "./testPortico.testing";

// The second machine has an address of its own: one of another loopback, or of a network namespace.
const proxyAddress = "127.0.0.2";
const machineAddress = "127.0.0.3";
const scratch = mkdtempSync(path.join(tmpdir(), "portico-proxies-"));
const hasOpenssl = hasCommand("openssl", "version");
const hasNginx = hasOpenssl && hasCommand("nginx", "-v");
const hasCaddy = hasOpenssl && hasCommand("caddy", "version");
const missing = [hasOpenssl ? "" : "openssl", hasNginx ? "" : "nginx", hasCaddy ? "" : "caddy"].filter(Boolean);
if (missing.length > 0) console.log(`Proxies are tested in part: ${missing.join(", ")} cannot be run here.`);
const namespaceAddresses = ["198.51.100.1", "198.51.100.2"] as const;
const certificate = hasOpenssl ? makeCertificate(scratch, [proxyAddress, namespaceAddresses[0]]) : "";
const ca = hasOpenssl ? readFileSync(certificate, "utf8") : "";

afterAll(() => rmSync(scratch, { recursive: true }));

async function placeBefore(portico: TestPortico, address: string): Promise<ProxyPlace> {
  const [port] = await freePorts();
  const [sitePort, cloudPort] = [portico.siteUrl, portico.cloudUrl].map((url) => Number(new URL(url).port));
  return { address, port, scratch, sitePort: sitePort ?? 0, cloudPort: cloudPort ?? 0 };
}

function bodyOf({ text }: Answer): Record<string, unknown> {
  return Object(JSON.parse(text));
}

const proxies = [
  { name: "nginx", start: startNginx, isThere: hasNginx },
  { name: "Caddy", start: startCaddy, isThere: hasCaddy },
].filter(({ isThere }) => isThere);

describe.each(proxies)("behind $name as docs/operate has it", ({ start }) => {
  let portico: TestPortico;
  let proxy: RunningProxy;
  const siteUrl = `https://${publicNames.site}`;

  beforeAll(async () => {
    portico = await startTestPortico({
      PORTICO_SITE_URL: `${siteUrl}/`,
      PORTICO_CLOUD_URL: `https://${publicNames.cloud}`,
      PORTICO_TRUST_PROXY: "127.0.0.1",
    });
    proxy = await start(await placeBefore(portico, proxyAddress));
  });

  afterAll(async () => {
    await proxy.stop();
    await portico.close();
  });

  const ask = (sent: Omit<Sent, "ca">) =>
    send(proxy, {
      ...sent,
      ca,
      headers: { authorization: `Bearer ${String(portico.demo.organizations[0]?.apiKey)}`, ...sent.headers },
    });

  it("documents, issuer and problems name the public address", async () => {
    const discovery = bodyOf(await ask({ path: "/.well-known/oauth-authorization-server" }));
    expect(discovery).toMatchObject({
      issuer: siteUrl,
      token_endpoint: `${siteUrl}/v1/oauth/token`,
      jwks_uri: `${siteUrl}/.well-known/jwks.json`,
    });
    expect(bodyOf(await ask({ path: "/v1/openapi.json" }))["servers"]).toEqual([
      expect.objectContaining({ url: siteUrl }),
    ]);
    expect(bodyOf(await ask({ path: "/v1/nothing" }))["type"]).toBe(`${siteUrl}/problems/not_found`);
    const urls = await ask({ path: "/api/v1/get_canonical_urls", name: publicNames.cloud });
    expect(bodyOf(urls)).toEqual({ convexCloudUrl: `https://${publicNames.cloud}`, convexSiteUrl: siteUrl });
    expect((await ask({ path: "/metrics", name: publicNames.cloud })).status).toBe(404);
  });

  it("tokens of the own issuer are accepted", async () => {
    const secret = String(portico.demo.organizations[0]?.apiKey);
    const answer = await send(proxy, {
      path: "/v1/oauth/token",
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      form: { grant_type: "client_credentials", client_secret: secret },
      ca,
    });
    expect(answer.status, answer.text).toBe(200);
    const authorization = `Bearer ${String(bodyOf(answer)["access_token"])}`;
    expect((await ask({ path: "/v1/schedules", headers: { authorization } })).status).toBe(200);
  });

  it("entity tags pass: not modified, changed, and refused when stale", async () => {
    const created = await ask({ path: "/v1/items", method: "POST", body: { name: "tagged" } });
    const [location, tag] = [String(created.headers.location), String(created.headers.etag)];
    expect(created.status).toBe(201);
    const compressed = await ask({ path: location, headers: { "accept-encoding": "gzip", "if-none-match": tag } });
    expect([compressed.status, compressed.text]).toEqual([304, ""]);
    const change = (ifMatch: string, name: string) =>
      ask({ path: location, method: "PATCH", headers: { "if-match": ifMatch }, body: { name } });
    expect((await change(tag, "changed")).status).toBe(200);
    expect((await change(tag, "stale")).status).toBe(412);
  });

  it("a second machine enrols an agent and checks in, and cannot lie about its address", async () => {
    const lies = { "x-forwarded-for": "6.6.6.6", forwarded: "for=6.6.6.6", "x-real-ip": "6.6.6.6" };
    const { enrollmentToken = "" } = portico.demo.organizations[0] ?? {};
    const enrolled = await ask({
      path: "/v1/agents/enroll",
      method: "POST",
      from: machineAddress,
      headers: { ...lies, authorization: `Bearer ${enrollmentToken}` },
      body: { guid: crypto.randomUUID(), hostname: "second-machine", platform: "linux", version: "1.0.0" },
    });
    expect(enrolled.status, enrolled.text).toBe(201);
    const { id, key, extAddress } = bodyOf(enrolled);
    expect(extAddress).toBe(machineAddress);
    const checkedIn = await ask({
      path: "/v1/agents/check-in",
      method: "POST",
      from: machineAddress,
      headers: { ...lies, authorization: `Bearer ${String(key)}` },
      body: { version: "1.0.0" },
    });
    expect(checkedIn.status, checkedIn.text).toBe(200);
    expect(bodyOf(await ask({ path: `/v1/agents/${String(id)}` }))).toMatchObject({ extAddress: machineAddress });
  });

  it("live queries follow what is written over REST", async () => {
    class ThroughProxy extends WebSocketClient {
      constructor(url: string | URL) {
        super(url, { ca, lookup: (_name, _options, done) => done(null, [{ address: proxyAddress, family: 4 }]) });
      }
    }
    const organization = portico.demo.organizations[0];
    const client = new ConvexClient(`https://${publicNames.cloud}:${proxy.port}`, {
      webSocketConstructor: Object(ThroughProxy),
      unsavedChangesWarning: false,
    });
    onTestFinished(() => client.close());
    client.setAuth(async () => organization?.users.owner.token ?? null);
    const seen: string[] = [];
    client.onUpdate(
      makeFunctionReference<"query">("workspace/items:list"),
      { organizationId: organization?.id, paginationOpts: { numItems: 50, cursor: null } },
      ({ page }: { page: readonly { name: string }[] }) => seen.push(page.map(({ name }) => name).join()),
      (error) => seen.push(String(error)),
    );
    await expect.poll(() => seen.length).toBeGreaterThan(0);
    await ask({ path: "/v1/items", method: "POST", body: { name: "live-through-proxy" } });
    await expect.poll(() => seen.at(-1)).toContain("live-through-proxy");
  });
});

describe.skipIf(!hasNginx)("below a path of nginx as docs/operate has it", () => {
  const base = "https://example.com/portico";
  let portico: TestPortico;
  let proxy: RunningProxy;

  beforeAll(async () => {
    portico = await startTestPortico({
      PORTICO_SITE_URL: base,
      PORTICO_CLOUD_URL: "https://example.com/portico-live",
      PORTICO_TRUST_PROXY: "127.0.0.0/8",
    });
    proxy = await startNginxWithPaths(await placeBefore(portico, proxyAddress));
  });

  afterAll(async () => {
    await proxy.stop();
    await portico.close();
  });

  it("every address that an answer names has the path, and works", async () => {
    const ask = (url: string, sent: Partial<Sent> = {}) => {
      expect(url).toMatch(/^(https:\/\/example\.com)?\//);
      const authorization = `Bearer ${String(portico.demo.organizations[0]?.apiKey)}`;
      const where = { path: url.replace("https://example.com", ""), name: "example.com", ca };
      return send(proxy, { ...sent, ...where, headers: { authorization, ...sent.headers } });
    };
    const created = await ask("/portico/v1/items", { method: "POST", body: { name: "below a path" } });
    expect(created.headers.location).toMatch(/^\/portico\/v1\/items\//);
    expect((await ask(String(created.headers.location))).status).toBe(200);

    const problem = bodyOf(await ask("/portico/v1/nothing"));
    const page = await ask(String(problem["type"]), { headers: { accept: "text/html" } });
    const docs = await ask("/portico/v1/docs");
    const issuer = bodyOf(await ask("/.well-known/oauth-authorization-server/portico"));
    expect(issuer["issuer"]).toBe(base);
    expect(bodyOf(await ask("/.well-known/oauth-protected-resource/portico"))["resource"]).toBe(base);
    const links = [page, docs].flatMap(({ text }) =>
      Array.from(text.matchAll(/(?:href|src|data-document)="([^"]+)"/g), ([, url = ""]) =>
        url.replaceAll("&amp;", "&"),
      ),
    );
    expect(links.length).toBeGreaterThan(10);
    for (const url of new Set([...links, String(issuer["jwks_uri"]), String(issuer["service_documentation"])]))
      expect((await ask(url)).status, url).toBe(200);
    expect((await ask("/portico-live/version")).status).toBe(200);
  });
});

const namespace = `portico-${process.pid}`;
const hasNamespaces = hasNginx && spawnSync("ip", ["netns", "add", namespace], { stdio: "ignore" }).status === 0;
if (hasNamespaces) execFileSync("ip", ["netns", "del", namespace]);
else console.log("No agent runs in a network namespace: this process may not make one, or there is no nginx.");

it.skipIf(!hasNamespaces)("the example's agent enrols and checks in from a network of its own", async () => {
  if (isSdkBuildStale()) await buildSdk();
  const [outside, inside] = namespaceAddresses;
  const link = `portico${process.pid % 100_000}`;
  const ip = (command: string) => execFileSync("ip", command.split(" "));
  ip(`netns add ${namespace}`);
  onTestFinished(() => void ip(`netns del ${namespace}`));
  ip(`link add ${link} type veth peer name peer netns ${namespace}`);
  ip(`address add ${outside}/30 dev ${link}`);
  ip(`link set ${link} up`);
  ip(`-n ${namespace} address add ${inside}/30 dev peer`);
  ip(`-n ${namespace} link set peer up`);

  const portico = await startTestPortico({
    PORTICO_SITE_URL: `https://${publicNames.site}`,
    PORTICO_TRUST_PROXY: "127.0.0.1",
  });
  onTestFinished(() => portico.close());
  const proxy = await startNginx(await placeBefore(portico, outside));
  onTestFinished(() => proxy.stop());
  const organization = portico.demo.organizations[0];
  const agent = spawn(
    "ip",
    ["netns", "exec", namespace, process.execPath, "--import", "tsx", "examples/check-in-agent/main.ts", "--once"],
    {
      cwd: repositoryRoot,
      env: {
        PATH: process.env["PATH"],
        PORTICO_URL: `https://${outside}:${proxy.port}`,
        PORTICO_ENROLLMENT_TOKEN: organization?.enrollmentToken,
        PORTICO_AGENT_STATE: path.join(scratch, "agent.json"),
        NODE_EXTRA_CA_CERTS: certificate,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [agent.stdout, agent.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => agent.once("close", resolve));
  expect(output).toMatch(/enrolled as agent [^]* checked in at /);
  const agents = await send(proxy, {
    path: "/v1/agents?limit=100",
    headers: { authorization: `Bearer ${String(organization?.apiKey)}` },
    ca,
  });
  expect(bodyOf(agents)["data"]).toContainEqual(expect.objectContaining({ extAddress: inside }));
});

it.skipIf(!hasCommand("systemd-analyze", "--version"))("the units are as systemd takes them", () => {
  const units = ["portico.service", "portico-backup.service", "portico-backup.timer"];
  const files = units.map((unit) => path.join(repositoryRoot, "docs/operate", unit));
  const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", ...files], { encoding: "utf8" });
  expect([status, stdout + stderr]).toEqual([0, ""]);
});
