import { describe, expect, it } from "vitest";
import { CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { digitalocean } from "./digitalocean";
import { allSecret, FakeProvider, oneBefore, plantedIn, readAll, secretShapes, sliceOf } from "./fakeProvider.testing";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ResourceTable } from "../tables";
import type { Trouble } from "./fakeProvider.testing";

const perPage = 200;

function droplet(at: number, more: JsonObject = {}): JsonObject {
  return {
    id: 1_000_000 + at,
    name: `web-${at}`,
    status: "active",
    created_at: "2026-01-02T03:04:05Z",
    size_slug: "s-1vcpu-1gb",
    memory: 1024,
    region: { slug: "fra1", name: "Frankfurt 1", sizes: ["s-1vcpu-1gb"] },
    image: { id: 6, slug: "ubuntu-24-04-x64", distribution: "Ubuntu", description: "Not kept" },
    networks: {
      v4: [
        { ip_address: "10.0.0.7", netmask: "255.255.0.0", type: "private" },
        { ip_address: "203.0.113.7", netmask: "255.255.240.0", type: "public" },
      ],
      v6: [{ ip_address: "2001:db8::7", type: "public" }],
    },
    tags: ["env:production"],
    ...more,
  };
}

const database = (at: number, more: JsonObject = {}): JsonObject => ({
  id: `9cc10173-e9ea-4176-9dbc-${at}`,
  name: `shop-${at}`,
  engine: "pg",
  version: "17",
  semantic_version: "17.2",
  status: "online",
  region: "nyc3",
  num_nodes: 2,
  ...more,
});

const domain = (at: number, more: JsonObject = {}): JsonObject => ({ name: `shop-${at}.example`, ttl: 1800, ...more });

const many = (count: number, row: (at: number) => JsonObject) => Array.from({ length: count }, (_, at) => row(at));

/** DigitalOcean with an account and what it lists. */
function fake({
  droplets = [],
  domains = [],
  databases = [],
  account = { uuid: "person-1", team: { uuid: "team-1" } },
}: {
  readonly droplets?: readonly unknown[];
  readonly domains?: readonly unknown[];
  readonly databases?: readonly unknown[];
  readonly account?: JsonObject;
}) {
  const lists: Readonly<Record<string, readonly unknown[]>> = { droplets, domains };
  return new FakeProvider({
    answer: (url) => {
      if (url.host !== "api.digitalocean.com") throw new Error(`${url.host} was asked.`);
      if (url.pathname === "/v2/account") return { account };
      const name = url.pathname.slice("/v2/".length);
      if (name === "databases") return { databases };
      const rows = lists[name];
      // Its links lead elsewhere, as a hostile answer's would.
      const links = { pages: { next: "https://attacker.example/v2/droplets?page=2" } };
      return rows && { [name]: sliceOf(url, rows), links, meta: { total: rows.length } };
    },
    isList: ({ pathname }) => pathname !== "/v2/account",
    headers: { "ratelimit-limit": "5000", "ratelimit-remaining": "4816", "ratelimit-reset": "4102444800" },
    empty: ({ pathname }) => ({ [pathname.slice("/v2/".length)]: [], meta: { total: droplets.length } }),
    pageBefore: oneBefore,
  });
}

const read = (provider: FakeProvider, table: ResourceTable, from?: string) =>
  readAll(digitalocean.fetch(provider.access, table, from));

describe("a key", () => {
  it("is of its team, and of its person where there is no team", async () => {
    const provider = fake({});
    expect(await digitalocean.validateCredentials(provider.access)).toMatchObject({
      accountId: "team-1",
      rateLimit: { limit: 5000, remaining: 4816 },
    });
    expect(provider.requests).toEqual(["GET https://api.digitalocean.com/v2/account"]);
    expect(await digitalocean.validateCredentials(fake({ account: { uuid: "person-1" } }).access)).toMatchObject({
      accountId: "person-1",
    });
  });

  it("that is wrong is refused, and an account without an id is none", async () => {
    const { access } = fake({});
    const wrong = { ...access, apiKey: "wrong_correct-horse" };
    await expect(digitalocean.validateCredentials(wrong)).rejects.toBeInstanceOf(CredentialsRefused);
    await expect(digitalocean.validateCredentials(fake({ account: {} }).access)).rejects.toThrow(/without an id/);
  });
});

describe("droplets", () => {
  it.each([0, 1, 7, perPage - 1, perPage, perPage + 1, 3 * perPage, 3 * perPage + 1])(
    "are read to the end that the provider counts: %i",
    async (count) => {
      const provider = fake({ droplets: many(count, droplet) });
      const { rows, end } = await read(provider, "servers");
      expect(rows.map(({ providerResourceId }) => providerResourceId)).toEqual(
        many(count, droplet).map(({ id }) => String(id)),
      );
      expect(end).toEqual({ complete: true, count });
      expect(provider.requests).toHaveLength(Math.max(Math.ceil(count / perPage), 1));
    },
  );

  it("are servers with their public address, and what is kept of them is what the adapter names", async () => {
    const { rows } = await read(fake({ droplets: [droplet(1), droplet(2, { status: "off" })] }), "servers");
    expect(rows[0]).toMatchObject({
      providerResourceId: "1000001",
      name: "web-1",
      status: "running",
      details: { primaryIpAddress: "203.0.113.7", region: "fra1" },
    });
    expect(rows[1]?.status).toBe("stopped");
    expect(JSON.parse(rows[0]?.fullApiData ?? "")).toEqual({
      id: 1_000_001,
      name: "web-1",
      status: "active",
      created_at: "2026-01-02T03:04:05Z",
      size_slug: "s-1vcpu-1gb",
      memory: 1024,
      region: { slug: "fra1", name: "Frankfurt 1" },
      image: { id: 6, slug: "ubuntu-24-04-x64", distribution: "Ubuntu" },
      networks: {
        v4: [
          { ip_address: "10.0.0.7", type: "private" },
          { ip_address: "203.0.113.7", type: "public" },
        ],
        v6: [{ ip_address: "2001:db8::7", type: "public" }],
      },
      tags: ["env:production"],
    });
  });

  it("have statuses in the words of all providers, and `unknown` for a word that is new", async () => {
    const words = ["new", "active", "off", "archive", "levitating", undefined, 5, "constructor"];
    const { rows } = await read(fake({ droplets: words.map((status, at) => droplet(at, { status })) }), "servers");
    expect(rows.map(({ status }) => status)).toEqual([
      "provisioning",
      "running",
      "stopped",
      "stopped",
      "unknown",
      "unknown",
      "unknown",
      "unknown",
    ]);
  });

  it("go on behind any page in another process", async () => {
    const droplets = many(450, droplet);
    const whole = await read(fake({ droplets }), "servers");
    expect(whole.nexts.map((next) => next === undefined)).toEqual([false, false, true]);
    const provider = fake({ droplets });
    const rest = await read(provider, "servers", whole.nexts[0]);
    expect(rest.rows).toEqual(whole.rows.slice(perPage));
    expect(rest.end).toEqual({ complete: true, count: 450 });
    expect(provider.requests).toHaveLength(2);
  });
});

describe("domains and databases", () => {
  it("are domains by their names", async () => {
    const { rows, end } = await read(fake({ domains: many(201, (at) => domain(at)) }), "domains");
    expect(rows).toHaveLength(201);
    expect(rows[0]).toMatchObject({ providerResourceId: "shop-0.example", name: "shop-0.example", status: "active" });
    expect(end?.complete).toBe(true);
  });

  it.each([0, 1, perPage + 1])("are databases of one answer without pages: %i", async (count) => {
    const provider = fake({ databases: many(count, (at) => database(at)) });
    const { rows, end } = await read(provider, "databases");
    expect([rows.length, end, provider.requests]).toEqual([
      count,
      { complete: true, count },
      ["GET https://api.digitalocean.com/v2/databases"],
    ]);
    expect(
      rows.filter(({ status, details }) => status === "running" && details?.["engine"] === "postgresql"),
    ).toHaveLength(count);
  });

  it("are not whole once the provider pages or counts them otherwise", async () => {
    const body = {
      databases: [database(1)],
      links: { pages: { next: "https://api.digitalocean.com/v2/databases?page=2" } },
    };
    const provider = fake({});
    provider.trouble = { kind: "body", body };
    expect((await read(provider, "databases")).failure).toBeInstanceOf(ProviderError);
    provider.trouble = { kind: "body", body: { ...body, meta: { total: 40 } } };
    expect((await read(provider, "databases")).end).toMatchObject({ complete: false });
  });

  it("are no web services", async () => {
    const provider = fake({});
    expect([(await read(provider, "webServices")).failure, provider.requests]).toEqual([expect.any(ProviderError), []]);
  });
});

describe("nothing is taken for whole", () => {
  const cases: readonly (readonly [Trouble, RegExp])[] = [
    [{ kind: "status", status: 500, after: 1 }, /answered 500/],
    [{ kind: "status", status: 404, after: 1 }, /answered 404/],
    [{ kind: "status", status: 401, after: 1 }, /refused the credentials/],
    [{ kind: "status", status: 429, retryAfter: "3600", after: 1 }, /asks to wait/],
    [{ kind: "status", status: 429, retryAfter: "Fri, 01 Jan 2100 00:00:00 GMT", after: 1 }, /asks to wait/],
    [{ kind: "html", after: 1 }, /no JSON/],
    [{ kind: "slow", after: 1 }, /in time/],
    [{ kind: "half", after: 1 }, /no JSON/],
    [{ kind: "huge", after: 1 }, /larger than/],
    [{ kind: "redirect", after: 1 }, /redirect/],
    [{ kind: "body", body: [], after: 1 }, /no object/],
    [{ kind: "body", body: { droplets: [] }, after: 1 }, /without its count/],
    [{ kind: "body", body: { meta: { total: 450 } }, after: 1 }, /without its rows/],
    [{ kind: "body", body: { droplets: {}, meta: { total: 450 } }, after: 1 }, /without its rows/],
  ];
  it.each(cases)("where the second page is %j", async (trouble, message) => {
    const provider = fake({ droplets: many(450, droplet) });
    provider.trouble = trouble;
    const { rows, end, failure } = await read(provider, "servers");
    expect([rows.length, end]).toEqual([perPage, undefined]);
    expect(failure).toBeInstanceOf(ProviderError);
    expect(String(failure)).toMatch(message);
    expect(String(failure)).not.toMatch(/web-|fake_/);
  });

  it.each([
    [{ kind: "emptyPage", after: 1 }, perPage, /ended after 200 rows of 450/],
    [{ kind: "repeatedPage", after: 1 }, perPage, /changed while it was read/],
    [{ kind: "body", body: { droplets: [droplet(999)], meta: { total: 201 } }, after: 1 }, 201, /changed/],
  ] as const)("where the list ends by %j", async (trouble, count, why) => {
    const provider = fake({ droplets: many(450, droplet) });
    provider.trouble = trouble;
    const { rows, end } = await read(provider, "servers");
    expect(rows).toHaveLength(count);
    expect(end).toMatchObject({ complete: false, why: expect.stringMatching(why) });
    expect(provider.requests.length).toBeLessThan(5);
  });

  it("where a row came twice", async () => {
    const { rows, end } = await read(fake({ droplets: [droplet(1), droplet(1), droplet(2)] }), "servers");
    expect([rows.length, end?.complete]).toEqual([2, false]);
  });

  it.each([
    ["no id", { id: undefined }],
    ["an id that JSON has rounded", { id: 2 ** 53 }],
    ["an id of another shape", { id: { value: 1 } }],
    ["an id with a line end", { id: "1\n2" }],
    ["an endless id", { id: "x".repeat(201) }],
    ["no name", { name: null }],
    ["a name of nothing that is seen", { name: " \u202e\u0007 " }],
  ])("where a row has %s: it is left out, and counted", async (_what, fault) => {
    const { rows, end } = await read(fake({ droplets: [droplet(1), droplet(2, fault), droplet(3)] }), "servers");
    expect(rows.map(({ name }) => name)).toEqual(["web-1", "web-3"]);
    expect(end).toMatchObject({ complete: false, count: 2, why: expect.stringContaining("1 of 3 rows") });
  });

  it("where a row is no object", async () => {
    const { rows, end } = await read(fake({ droplets: [droplet(1), null, "web-2", [droplet(3)], 7] }), "servers");
    expect([rows.length, end?.complete]).toEqual([1, false]);
  });
});

it("waits as it is told, and goes on", async () => {
  const provider = fake({ droplets: many(450, droplet) });
  provider.trouble = { kind: "status", status: 429, retryAfter: "0", after: 1, times: 2 };
  const { rows, end } = await read(provider, "servers");
  expect([rows.length, end?.complete, provider.requests.length]).toEqual([450, true, 5]);
});

it("brings the other tables with a key that may not read one", async () => {
  const provider = fake({ droplets: many(3, droplet), databases: [database(1)] });
  provider.trouble = { kind: "status", status: 403, times: 1 };
  expect((await read(provider, "databases")).end).toEqual({
    complete: false,
    count: 0,
    why: "The key may not read it (403).",
  });
  expect((await read(provider, "servers")).end).toEqual({ complete: true, count: 3 });
});

describe("secrets in the provider's objects", () => {
  it("are stored nowhere, of thirty shapes and of fields that are texts until they are not", async () => {
    const secretly = (row: JsonObject) => ({ ...secretShapes, ...row });
    const turned = (row: JsonObject) => ({ ...allSecret(row), ...secretShapes, id: row["id"], name: row["name"] });
    const provider = fake({
      droplets: [secretly(droplet(1)), turned(droplet(2))],
      domains: [secretly(domain(1)), turned(domain(2))],
      databases: [secretly(database(1)), turned(database(2))],
    });
    expect(Object.keys(secretShapes).length).toBeGreaterThanOrEqual(30);
    for (const table of digitalocean.resourceTables) {
      const { rows } = await read(provider, table);
      expect(rows).toHaveLength(2);
      expect([table, plantedIn(rows)]).toEqual([table, []]);
    }
  });
});
