import dns from "node:dns";
import { readdir, readFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { createServer } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFakeProvider } from "../../examples/infrastructure/fakeProvider";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { nextSample } from "./samples.testing";
import { tablesOf } from "./tables.testing";
import { createWorld } from "./world.testing";
import type { AddressInfo, Server } from "node:net";
import type { FakeProvider } from "../../examples/infrastructure/fakeProvider";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer } from "./client.testing";
import type { World } from "./world.testing";

/** Docks of generic providers over REST: what they bring, whom they are never sent to, and where their secrets are not. */

let provider: FakeProvider;
/** Listens on this machine, named by no operator, and is never connected to. */
let inner: Server;
let connections = 0;
let portico: TestPortico;
let world: World;

/** Names on the public internet, by their letters, and what this machine's resolver says that they lead to. */
const resolved: Readonly<Record<string, readonly string[]>> = {
  "loopback.portico-dns.com": ["127.0.0.1"],
  "mapped.portico-dns.com": ["::ffff:127.0.0.1"],
  "private.portico-dns.com": ["10.0.0.1"],
  "metadata.portico-dns.com": ["169.254.169.254"],
  "mixed.portico-dns.com": ["8.8.8.8", "127.0.0.1"],
};
const systemLookup = dns.lookup;
/** The names that connections were looked up for. */
const lookedUp = new Set<string>();

beforeAll(async () => {
  const answered = (hostname: string, options: unknown, callback: (...answer: unknown[]) => void) => {
    const addresses = resolved[hostname];
    lookedUp.add(hostname);
    if (!addresses) return Reflect.apply(systemLookup, dns, [hostname, options, callback]);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  Object.assign(dns, { lookup: Object.assign(answered, systemLookup) });
  syncBuiltinESMExports();
  inner = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => inner.listen(0, "127.0.0.1", resolve));
  provider = await startFakeProvider({ apiKey: `generic_${secretOf("key")}`, account: "acct-1" });
  portico = await startTestPortico({ PORTICO_ALLOW_LOOPBACK_ORIGINS: new URL(provider.url).origin });
  world = await createWorld(portico);
});
afterAll(async () => {
  Object.assign(dns, { lookup: systemLookup });
  syncBuiltinESMExports();
  await portico.close();
  await provider.close();
  inner.close();
});
beforeEach(() => {
  provider.instead = undefined;
  for (const list of Object.values(provider.lists)) list.length = 0;
});

const docks = "/v1/docks";
const call = (method: string, to: string, body?: object, credential = world.owner) =>
  send(portico, method, to, credential, body);
const innerPort = () => portOf(inner.address());

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("It listens on no port.");
  return address.port;
}

/** A text that stands nowhere else, and what it was planted in. */
function secretOf(where: string): string {
  return `Planted${nextSample()}${where.replaceAll(/[^a-z]/gi, "")}CorrectHorseBattery`;
}

const bodyOf = (more: object = {}) => ({
  name: `Generic ${nextSample()}`,
  provider: "generic",
  baseUrl: provider.url,
  apiKey: provider.apiKey,
  syncConfig: { enabled: false },
  ...more,
});

async function created(more: object = {}): Promise<string> {
  const made = await call("POST", docks, bodyOf(more));
  expect(made.status, made.text).toBe(201);
  return String(made.body["id"]);
}

/** Syncs a dock, and shows it when that has ended. */
async function synced(id: string): Promise<Answer["body"]> {
  const begun = await call("POST", `${docks}/${id}/sync`, {});
  expect(begun.status, begun.text).toBe(202);
  const dock = async () => (await call("GET", `${docks}/${id}`)).body;
  await expect.poll(async () => (await dock())["syncInProgress"]).toBe(false);
  return dock();
}

const listed = async (table: string, dockId: string) => {
  const { body, text } = await call("GET", `/v1/${table}?dockId=${dockId}&include=full&limit=10`);
  return { text, rows: Array.from(Object(body["data"]), (row): Readonly<Record<string, unknown>> => Object(row)) };
};

const machine = (id: number, more: object = {}) => ({ id, label: `web-${id}`, state: "on", owner: "acct-1", ...more });

it("brings what the mapping says, takes nothing for gone that it no longer names, and says why where it fails", async () => {
  provider.lists.machines.push(machine(1), machine(2), machine(3, { state: "off" }));
  provider.lists.zones.push({ id: 1, zone: "Harbour.Example.", state: "active", paid_until: "2040-05-01" });
  const id = await created();
  expect(await synced(id)).toMatchObject({ lastSyncStatus: "success", providerAccountId: "acct-1" });
  const { rows } = await listed("servers", id);
  expect(rows.map(({ name, status }) => `${String(name)} ${String(status)}`).toSorted()).toEqual([
    "web-1 running",
    "web-2 running",
    "web-3 stopped",
  ]);
  expect((await listed("domains", id)).rows).toMatchObject([
    { domainName: "harbour.example", expiresAt: Date.UTC(2040, 4, 1), provider: "generic" },
  ]);
  const whole = provider.mapping;
  const { servers: _servers, ...others } = Object(whole);
  provider.mapping = others;
  for (const _sync of [1, 2]) expect(await synced(id)).toMatchObject({ lastSyncStatus: "success" });
  expect((await listed("servers", id)).rows).toHaveLength(3);
  provider.mapping = { ...others, databases: { path: "https://evil.example/" } };
  expect(await synced(id)).toMatchObject({
    lastSyncStatus: "error",
    lastSyncError: expect.stringMatching(
      /^The mapping at `baseUrl` is not valid: `\/databases\/path` must be a path below/,
    ),
  });
  provider.mapping = whole;
});

describe("the address of a dock", () => {
  it.each([
    // This machine and its network, in the forms that parsers take.
    "https://localhost/api",
    "https://localhost.:8443/api",
    "https://127.0.0.1/api",
    "https://127.1/api",
    "https://2130706433/api",
    "https://0x7f000001/api",
    "https://0177.0.0.1/api",
    "https://017700000001/api",
    "https://0/api",
    "https://10.0.0.1/api",
    "https://167772161/api",
    "https://172.16.0.1/api",
    "https://192.168.0.1:8443/api",
    "https://0300.0250.0.1/api",
    "https://100.64.0.1/api",
    "https://169.254.169.254/latest/meta-data",
    "https://0xa9fea9fe/latest/meta-data",
    "https://[::1]/api",
    "https://[::]/api",
    "https://[fd00::1]/api",
    "https://[fe80::1]/api",
    "https://[::ffff:127.0.0.1]/api",
    "https://[::ffff:7f00:1]/api",
    "https://[::ffff:a00:1]/api",
    "https://[64:ff9b::7f00:1]/api",
    "https://[2002:7f00:1::]/api",
    "https://metadata.google.internal/api",
    "https://intranet/api",
    // Other schemes, ports, and who asks.
    "http://provider.example.com/api",
    "ftp://provider.example.com/api",
    "file:///etc/passwd",
    "https://provider.example.com:22/api",
    "https://provider.example.com:80/api",
    "https://name@provider.example.com/api",
    "https://name:PlantedUserinfoPassword@provider.example.com/api",
    "https://provider.example.com@127.0.0.1/api",
    "https://127.0.0.1\\@provider.example.com/api",
    "https://pröv.example.com/api",
    "https://provider.example.com/a b",
    "//provider.example.com/api",
    "provider.example.com",
    "http://127.0.0.1:1/api",
    `https://provider.example.com/${"x".repeat(2048)}`,
  ])("is not %s", async (baseUrl) => {
    const name = `Refused ${nextSample()}`;
    const refused = await call("POST", docks, bodyOf({ name, baseUrl }));
    expect([400, 422], refused.text).toContain(refused.status);
    expect(Object(refused.body)["errors"]).toEqual([expect.objectContaining({ pointer: "/baseUrl" })]);
    expect(refused.text).not.toContain("PlantedUserinfoPassword");
    expect(Object((await call("GET", `${docks}?name=${encodeURIComponent(name)}`)).body)["data"]).toEqual([]);
  });

  it("stays as it was made", async () => {
    const id = await created();
    const changed = await call("PATCH", `${docks}/${id}`, { baseUrl: "https://elsewhere.example.com/api" });
    expect([changed.status, changed.body["code"]]).toEqual([422, "read_only_field"]);
  });

  it.each(Object.keys(resolved))(
    "is asked for nothing where its name leads away from the internet: %s",
    async (host) => {
      const id = await created({ baseUrl: `https://${host}:${innerPort()}/api` });
      const tested = await call("POST", `${docks}/${id}/test`);
      expect(tested.body).toMatchObject({ isValid: false, message: "The server could not be reached." });
      expect(await synced(id)).toMatchObject({ lastSyncError: "The server could not be reached." });
      expect(connections).toBe(0);
    },
  );

  it.each([
    "http://127.0.0.1:<inner>/api",
    "https://127.0.0.1:<inner>/api",
    "https://10.0.0.1/api",
    "http://169.254.169.254/latest/meta-data",
    "https://loopback.portico-dns.com:<inner>/api",
    "<own>/api/account",
  ])("redirects nobody to %s", async (to) => {
    const location = to.replace("<inner>", String(innerPort())).replace("<own>", new URL(provider.url).origin);
    const id = await created();
    for (const at of ["/api", "/api/account", "/api/machines"]) {
      provider.instead = ({ url = "" }, response) => {
        if (url.split("?")[0] !== at) return false;
        response.writeHead(307, { location }).end();
        return true;
      };
      const before = provider.requests.length;
      const { lastSyncError } = await synced(id);
      expect(lastSyncError).toBe("The server answered with a redirect, which is not followed.");
      // What redirects is what was asked last.
      expect(provider.requests.slice(before).at(-1)?.split("?")[0]).toBe(`GET ${at}`);
    }
    expect(connections).toBe(0);
  });
});

/** What a provider may answer to make others store or show it. */
const answers: Readonly<Record<string, (secret: string) => Spoilt>> = {
  "an error's body and headers": (secret) => ({
    status: 500,
    headers: { "x-debug": secret, "set-cookie": `session=${secret}` },
    body: { error: secret, stack: [`at ${secret}`] },
  }),
  "a refusal's body and challenge": (secret) => ({
    status: 401,
    headers: { "www-authenticate": `Bearer realm="${secret}"` },
    body: { error_description: secret },
  }),
  "a time to come back": (secret) => ({ status: 500, headers: { "retry-after": secret }, body: { error: secret } }),
  "a redirect": (secret) => ({ status: 302, headers: { location: `https://${secret}.example.com/?t=${secret}` } }),
  "a page of HTML": (secret) => ({ headers: { "content-type": "text/html" }, body: `<title>${secret}</title>` }),
  "a type of its own": (secret) => ({
    headers: { "content-type": `application/${secret}` },
    body: { [secret]: secret },
  }),
  "JSON that breaks off": (secret) => ({ body: `{"${secret}":"${secret}` }),
  "a mapping with names of its own": (secret) => ({
    body: {
      version: 1,
      [secret]: secret,
      account: { path: secret, id: secret, [secret]: 1 },
      servers: { path: secret },
    },
  }),
  "another version": (secret) => ({ body: { version: secret } }),
  "limits that are none": (secret) => ({ headers: { "x-ratelimit-remaining": secret }, body: { version: secret } }),
};
interface Spoilt {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Answers every request to these paths as given. */
function spoil(paths: RegExp, { status = 200, headers = {}, body = {} }: Spoilt): void {
  provider.instead = ({ url = "" }, response) => {
    if (!paths.test(url)) return false;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
    return true;
  };
}

it("keeps secrets of keys, configurations and providers' answers in ciphertext and nowhere else", async () => {
  const secrets: string[] = [];
  const planted = (where: string) => {
    const secret = secretOf(where);
    secrets.push(secret);
    return secret;
  };
  const shown: string[] = [];
  const ask = async (...request: Parameters<typeof call>) => {
    const answer = await call(...request);
    shown.push(answer.text, JSON.stringify([...answer.headers]));
    return answer;
  };
  const statuses: number[] = [];
  const refused = async (...request: Parameters<typeof call>) => statuses.push((await ask(...request)).status);

  // Requests that are refused, each for another reason.
  await refused("POST", docks, bodyOf({ apiKey: { key: planted("object") } }));
  await refused("POST", docks, bodyOf({ apiKey: `${planted("line")}\r\nx-evil: 1` }));
  await refused("POST", docks, bodyOf({ apiKey: planted("long").repeat(200) }));
  await refused("POST", docks, bodyOf({ apiKey: planted("nobody"), provider: "nobody" }));
  await refused("POST", docks, bodyOf({ apiKey: planted("viewer") }), world.tokens.viewer);
  await refused("POST", docks, bodyOf({ password: planted("other") }));
  await refused("POST", docks, bodyOf({ syncConfig: { token: planted("config") } }));
  await refused("POST", docks, bodyOf({ baseUrl: `https://name:${planted("userinfo")}@provider.example.com/` }));
  expect(statuses).toEqual([400, 400, 400, 422, 403, 400, 400, 422]);

  // A dock that works, with an answer that has more than was asked for.
  const name = `Planted ${nextSample()}`;
  secrets.push(provider.apiKey);
  const made = await ask("POST", docks, bodyOf({ name }));
  const id = String(made.body["id"]);
  expect(made.status, made.text).toBe(201);
  provider.lists.machines.push(
    machine(1, { root_password: planted("field"), plan: { name: { secret: planted("nested") }, memory_mb: 1 } }),
    machine(2, { addresses: [{ key: planted("address") }], state: planted("status"), place: planted("place") }),
  );
  provider.lists.sites.push({
    id: 1,
    host: "Shop",
    state: "live",
    url: `https://admin:${planted("url")}@shop.example`,
  });
  expect((await ask("POST", `${docks}/${id}/test`)).body).toMatchObject({ isValid: true });
  expect(await synced(id)).toMatchObject({ lastSyncStatus: "success" });
  const servers = await listed("servers", id);
  expect(servers.rows.map(({ status }) => String(status)).toSorted()).toEqual(["running", "unknown"]);
  const services = await listed("web-services", id);
  expect(services.rows).toMatchObject([{ productionUrl: "https://shop.example" }]);
  shown.push(servers.text, services.text);

  // What it answers when something is wrong, wherever that is asked for.
  for (const [what, spoilt] of Object.entries(answers))
    for (const paths of [/^\/api$/, /^\/api\/account/, /^\/api\/machines/]) {
      spoil(paths, spoilt(planted(what)));
      const { lastSyncError } = await synced(id);
      expect(lastSyncError, `${what} at ${paths.source}`).toEqual(expect.stringMatching(/^The /));
      await ask("POST", `${docks}/${id}/test`);
    }
  spoil(/^\/api\/machines/, { body: { machines: [machine(1, { label: provider.apiKey })], meta: { total: 1 } } });
  expect(await synced(id)).toMatchObject({ lastSyncError: expect.stringMatching(/repeats the key/) });

  // New keys: one that is refused, one that is taken, and none any more.
  provider.instead = undefined;
  expect((await ask("POST", `${docks}/${id}/rotate`, { apiKey: planted("rotated") })).status).toBe(422);
  await refused("POST", `${docks}/${id}/rotate`, { apiKey: provider.apiKey, other: planted("beside") });
  expect((await ask("POST", `${docks}/${id}/rotate`, { apiKey: provider.apiKey })).status).toBe(200);
  expect(await synced(id)).toMatchObject({ lastSyncStatus: "success" });
  expect((await ask("DELETE", `${docks}/${id}`)).status).toBe(204);
  expect((await ask("POST", `${docks}/${id}/restore`, {})).body).not.toHaveProperty("keyHint");

  // The request log is written behind the answers, and has all that were refused.
  const log = async () => (await call("GET", "/v1/api-logs?statusCode=400&limit=100")).text;
  const isLogged = async () => (await log()).includes(`${docks}/${id}/rotate`);
  await expect.poll(isLogged).toBe(true);
  for (const to of [`/v1/audit-logs/records/docks/${id}`, "/v1/sync-history", "/v1/notifications", "/v1/health-checks"])
    shown.push((await call("GET", `${to}?limit=100`)).text);
  shown.push(await log(), ...portico.logLines, JSON.stringify(await tablesOf(portico)));
  const everything = shown.join("\n");
  const stored = await bytesOf(portico.dataDirectory);
  // What is stored in the clear is found.
  expect([everything.includes(name), stored.includes(name)]).toEqual([true, true]);
  const found = secrets.filter((secret) => {
    const forms = [
      secret,
      Buffer.from(secret).toString("base64").replace(/=+$/, ""),
      Buffer.from(secret).toString("hex"),
    ];
    return forms.some((form) => everything.includes(form) || stored.includes(form));
  });
  expect(found).toEqual([]);
  expect(secrets.length).toBeGreaterThan(40);
});

/** Every byte of the database of a deployment. */
async function bytesOf(directory: string): Promise<Buffer> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.includes(".sqlite"));
  return Buffer.concat(await Promise.all(files.map(({ parentPath, name }) => readFile(path.join(parentPath, name)))));
}
