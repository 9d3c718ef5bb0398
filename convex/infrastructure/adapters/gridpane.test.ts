import { describe, expect, it } from "vitest";
import { AskedToWait, CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { allSecret, FakeProvider, oneBefore, plantedIn, readAll, secretShapes, sliceOf } from "./fakeProvider.testing";
import { gridpane } from "./gridpane";
import { gridpaneDomain, gridpanePerson, gridpaneServer, gridpaneSite, gridpaneUser } from "./gridpaneAnswers.testing";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ResourceTable } from "../tables";
import type { Trouble } from "./fakeProvider.testing";

const perPage = 200;
const api = "https://my.gridpane.com/oauth/api/v1";
const path = "/oauth/api/v1";
const many = (count: number, row: (at: number) => JsonObject) => Array.from({ length: count }, (_, at) => row(at));

/** GridPane with a person and what their key lists. */
function fake({
  servers = [],
  sites = [],
  domains = [],
  person = gridpanePerson,
  headers = {},
  total,
}: {
  readonly servers?: readonly unknown[];
  readonly sites?: readonly unknown[];
  readonly domains?: readonly unknown[];
  readonly person?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly total?: number;
}) {
  const lists: Readonly<Record<string, readonly unknown[]>> = {
    [`${path}/server`]: servers,
    [`${path}/site`]: sites,
    [`${path}/domain`]: domains,
  };
  const pageOf = (url: URL, rows: readonly unknown[], shown = sliceOf(url, rows)) => {
    const [page, size] = [Number(url.searchParams.get("page")), Number(url.searchParams.get("per_page"))];
    const lastPage = Math.max(Math.ceil(rows.length / size), 1);
    const constants = { dns: [{ token: "planted-choices" }] };
    return {
      data: url.pathname.endsWith("/domain") ? { domains: shown, constants } : shown,
      links: { next: page < lastPage ? "https://attacker.example/next" : null },
      meta: { current_page: page, last_page: lastPage, per_page: size, total: total ?? rows.length },
    };
  };
  return new FakeProvider({
    answer: (url) => {
      if (url.host !== "my.gridpane.com") throw new Error(`${url.host} was asked.`);
      if (url.pathname === `${path}/user`) return person;
      const rows = lists[url.pathname];
      return rows && pageOf(url, rows);
    },
    isList: ({ pathname }) => pathname !== `${path}/user`,
    headers,
    empty: (url) => pageOf(url, lists[url.pathname] ?? [], []),
    pageBefore: oneBefore,
  });
}

const read = (provider: FakeProvider, table: ResourceTable, from?: string) =>
  readAll(gridpane.fetch(provider.access, table, from));
const listsAsked = ({ requests }: FakeProvider) => requests.filter((request) => !request.endsWith("/user"));

describe("a key", () => {
  it("is of a person", async () => {
    const provider = fake({});
    expect(await gridpane.validateCredentials(provider.access)).toEqual({ accountId: String(gridpaneUser) });
    expect(provider.requests).toEqual([`GET ${api}/user`]);
    const wrapped = fake({ person: { data: gridpanePerson } });
    expect(await gridpane.validateCredentials(wrapped.access)).toEqual({ accountId: String(gridpaneUser) });
  });

  it("that is wrong is refused, and a person without an id is none", async () => {
    const { access } = fake({});
    const wrong = { ...access, apiKey: "wrong_correct-horse" };
    await expect(gridpane.validateCredentials(wrong)).rejects.toBeInstanceOf(CredentialsRefused);
    await expect(gridpane.validateCredentials(fake({ person: {} }).access)).rejects.toThrow(/without an id/);
  });
});

describe("lists", () => {
  it.each([0, 1, 7, perPage - 1, perPage, perPage + 1, 3 * perPage, 3 * perPage + 1])(
    "are read to the end that GridPane counts: %i",
    async (count) => {
      const all = { servers: many(count, gridpaneServer), sites: many(count, gridpaneSite) };
      const provider = fake({ ...all, domains: many(count, gridpaneDomain) });
      const rowsOf = { servers: all.servers, webServices: all.sites, domains: many(count, gridpaneDomain) };
      for (const table of ["servers", "webServices", "domains"] as const) {
        const { rows, end } = await read(provider, table);
        expect(rows.map(({ providerResourceId }) => providerResourceId)).toEqual(
          rowsOf[table].map(({ id }) => String(id)),
        );
        expect(end).toEqual({ complete: true, count });
      }
      expect(listsAsked(provider)).toHaveLength(3 * Math.max(Math.ceil(count / perPage), 1));
    },
  );

  it("are asked for by their pages, whatever their links say", async () => {
    const provider = fake({ sites: many(201, gridpaneSite) });
    await read(provider, "webServices");
    expect(listsAsked(provider)).toEqual([
      `GET ${api}/site?page=1&per_page=200`,
      `GET ${api}/site?page=2&per_page=200`,
    ]);
  });

  it("go on behind any page in another process", async () => {
    const sites = many(450, gridpaneSite);
    const whole = await read(fake({ sites }), "webServices");
    expect(whole.nexts.map((next) => next === undefined)).toEqual([false, false, true]);
    const provider = fake({ sites });
    const rest = await read(provider, "webServices", whole.nexts[0]);
    expect([rest.rows, rest.end]).toEqual([whole.rows.slice(perPage), { complete: true, count: 450 }]);
    expect(listsAsked(provider)).toHaveLength(2);
  });

  it("are of servers, sites and domains alone", async () => {
    expect((await read(fake({}), "databases")).failure).toBeInstanceOf(ProviderError);
  });
});

describe("servers", () => {
  it("have their address and region, and few of their fields are kept", async () => {
    const { rows } = await read(fake({ servers: [gridpaneServer(1)] }), "servers");
    expect(rows[0]).toMatchObject({
      providerResourceId: "33001",
      name: "web-1",
      status: "running",
      details: { primaryIpAddress: "203.0.113.1", region: "fra1" },
    });
    expect(JSON.parse(rows[0]?.fullApiData ?? "")).toEqual({
      id: 33_001,
      label: "web-1",
      ip: "203.0.113.1",
      status: "active",
      region: "fra1",
      region_label: "Frankfurt",
      provider: { name: "digitalocean" },
      provider_id: 3,
      sub_id: "47111",
      subdomain: "web-1.gridpanevps.com",
      webserver: "nginx",
      database: "percona",
      os_version: "ubuntu-22.04",
      cpu: null,
      ram: null,
      failover_id: null,
      user_id: gridpaneUser,
    });
  });

  it.each([
    ["inactive", "stopped"],
    ["building", "provisioning"],
    ["failed", "error"],
    ["levitating", "unknown"],
    ["toString", "unknown"],
    [undefined, "unknown"],
  ])("that are %s are %s", async (own, status) => {
    const { rows } = await read(fake({ servers: [gridpaneServer(1, { status: own })] }), "servers");
    expect(rows[0]?.status).toBe(status);
  });
});

describe("sites", () => {
  const only = async (more: JsonObject) =>
    (await read(fake({ sites: [gridpaneSite(1, more)] }), "webServices")).rows[0];

  it("are web services", async () => {
    expect(await only({})).toMatchObject({
      providerResourceId: "495001",
      name: "shop-1.example.com",
      status: "running",
      details: { productionUrl: "https://shop-1.example.com", environment: "production" },
    });
  });

  it.each([
    [{ site_security_settings: { suspend_site: true }, is_wsod: true }, "stopped"],
    [{ is_wsod: true }, "error"],
    [{ built_at: null }, "building"],
    [{ built_at: undefined }, "unknown"],
    [{ site_security_settings: null, is_wsod: "no" }, "running"],
  ])("have the status that %j makes: %s", async (more, status) => {
    expect((await only(more))?.status).toBe(status);
  });

  it.each([
    [
      { type: "staging", is_ssl: false },
      { productionUrl: "http://shop-1.example.com", environment: "staging" },
    ],
    [{ type: "canary" }, { productionUrl: "https://shop-1.example.com", environment: "development" }],
    [{ type: "constructor", url: "ann:planted-40@shop.example" }, {}],
  ])("have an address and an environment: %j", async (more, details) => {
    expect((await only(more))?.details).toEqual(details);
  });
});

describe("domains", () => {
  it("are domains, of which GridPane does not know when they end", async () => {
    const { rows } = await read(
      fake({ domains: [gridpaneDomain(1), gridpaneDomain(2, { resolved_at: null })] }),
      "domains",
    );
    expect(rows[0]).toMatchObject({ providerResourceId: "540001", name: "shop-1.example.com", details: {} });
    expect(rows.map(({ status }) => status)).toEqual(["active", "pending"]);
  });
});

describe("limits", () => {
  const limited = { "x-ratelimit-endpoint-limit": "12", "x-ratelimit-endpoint-remaining": "10" };

  it("are those of the endpoint, by the names of GridPane", async () => {
    const { access } = fake({ headers: limited });
    expect(await gridpane.validateCredentials(access)).toMatchObject({ rateLimit: { limit: 12, remaining: 10 } });
  });

  it.each([
    ["retry-after-endpoint", "27", 27_000],
    ["retry-after", "27", 27_000],
    ["retry-after", new Date(Date.now() + 3_600_000).toUTCString(), 3_600_000],
  ])("are kept: %s: %s", async (header, value, waitMs) => {
    const provider = fake({ sites: many(201, gridpaneSite) });
    const { access } = provider;
    const send: typeof access.send = async (request) => {
      const result = await access.send?.(request);
      if (!result) throw new Error("The fake does not answer.");
      if (result.kind === "failed" || !request.url.includes("?page=2&")) return result;
      return { ...result, status: 429, headers: new Headers({ [header]: value }) };
    };
    const { rows, failure } = await readAll(gridpane.fetch({ ...access, send }, "webServices"));
    expect([rows.length, failure instanceof AskedToWait]).toEqual([perPage, true]);
    expect(failure).toMatchObject({ retryAfterMs: expect.closeTo(waitMs, -5) });
    expect(listsAsked(provider)).toHaveLength(2);
  });

  it("that are reached end a reading until they are not", async () => {
    const resetAt = String(Math.ceil(Date.now() / 1000) + 60);
    const headers = { ...limited, "x-ratelimit-endpoint-remaining": "0", "x-ratelimit-endpoint-reset": resetAt };
    const provider = fake({ sites: many(201, gridpaneSite), headers });
    const { failure } = await read(provider, "webServices");
    expect([failure instanceof AskedToWait, provider.requests]).toEqual([true, [`GET ${api}/user`]]);
  });
});

describe("nothing is taken for whole", () => {
  const sites = many(450, gridpaneSite);
  const page = (more: JsonObject): Trouble => ({
    kind: "body",
    body: { data: sites.slice(200, 400), ...more },
    after: 1,
  });
  const meta = { current_page: 2, last_page: 3, per_page: 200, total: 450 };
  const cases: readonly (readonly [string, Trouble, RegExp])[] = [
    ["500", { kind: "status", status: 500, after: 1 }, /answered 500/],
    ["404", { kind: "status", status: 404, after: 1 }, /answered 404/],
    ["401", { kind: "status", status: 401, after: 1 }, /refused the credentials/],
    ["HTML", { kind: "html", after: 1 }, /no JSON/],
    ["late", { kind: "slow", after: 1 }, /in time/],
    ["half", { kind: "half", after: 1 }, /no JSON/],
    ["too large", { kind: "huge", after: 1 }, /larger than/],
    ["a redirect", { kind: "redirect", after: 1 }, /redirect/],
    ["rows alone", { kind: "body", body: sites, after: 1 }, /no object/],
    ["without its count", page({}), /without its count/],
    ["with a count of another shape", page({ meta: { ...meta, total: "450" } }), /without its count/],
    ["another page", page({ meta: { ...meta, current_page: 3 } }), /another page/],
    ["without rows", page({ data: undefined, meta }), /without its rows/],
    ["no list", page({ data: { sites: [] }, meta }), /without its rows/],
  ];
  it.each(cases)("where the second page is %s", async (_what, trouble, message) => {
    const provider = fake({ sites });
    provider.trouble = trouble;
    const { rows, end, failure } = await read(provider, "webServices");
    expect([rows.length, end]).toEqual([perPage, undefined]);
    expect(failure).toBeInstanceOf(ProviderError);
    expect(String(failure)).toMatch(message);
    expect(String(failure)).not.toMatch(/shop-|fake_|planted/);
  });

  it.each<[string, Trouble, RegExp]>([
    ["403", { kind: "status", status: 403, after: 1 }, /may not read/],
    ["nothing more", { kind: "emptyPage", after: 1 }, /ended after 200 rows of 450/],
    ["an earlier last page", page({ meta: { ...meta, last_page: 2 } }), /ended after 400 rows of 450/],
    ["another count", page({ meta: { ...meta, last_page: 2, total: 400 } }), /changed/],
    ["rows of the page before", page({ data: sites.slice(0, 200), meta }), /changed/],
  ])("where the list ends by %s", async (_what, trouble, why) => {
    const provider = fake({ sites });
    provider.trouble = trouble;
    const { end } = await read(provider, "webServices");
    expect(end).toMatchObject({ complete: false, why: expect.stringMatching(why) });
    expect(listsAsked(provider).length).toBeLessThan(5);
  });

  it.each([
    [449, /has 450 rows, and counts 449/],
    [451, /ended after 450 rows of 451/],
  ])("where GridPane counts %i of 450", async (total, why) => {
    const { rows, end } = await read(fake({ sites, total }), "webServices");
    expect([rows.length, end?.complete]).toEqual([450, false]);
    expect(end?.why).toMatch(why);
  });

  it.each([
    ["came twice", gridpaneSite(1)],
    ["is of another account", gridpaneSite(2, { user_id: 99 })],
    ["is of an account of another shape", gridpaneSite(2, { user_id: { id: gridpaneUser } })],
    ["has no id", gridpaneSite(2, { id: null })],
    ["has an id that JSON has rounded", gridpaneSite(2, { id: 2 ** 53 })],
    ["has no name", gridpaneSite(2, { url: undefined })],
    ["is no object", 495_002],
  ])("where a row %s", async (_what, row) => {
    const { rows, end } = await read(fake({ sites: [gridpaneSite(1), row, gridpaneSite(3)] }), "webServices");
    expect(rows.map(({ providerResourceId: id }) => id)).toEqual(["495001", "495003"]);
    expect(end).toMatchObject({ complete: false, count: 2 });
  });

  it("but what is of the owner of a team is the team's", async () => {
    const person = { ...gridpanePerson, teams: [{ id: 1, owner_id: 99 }, null, { id: 2 }] };
    const { rows, end } = await read(
      fake({ person, sites: [gridpaneSite(1), gridpaneSite(2, { user_id: 99 })] }),
      "webServices",
    );
    expect([rows.length, end?.complete]).toEqual([2, true]);
  });
});

it("waits as it is told, and goes on", async () => {
  const provider = fake({ sites: many(201, gridpaneSite) });
  provider.trouble = { kind: "status", status: 429, retryAfter: "0", after: 1, times: 2 };
  const { rows, end } = await read(provider, "webServices");
  expect([rows.length, end?.complete, listsAsked(provider).length]).toEqual([201, true, 4]);
});

it("stores no secret of a server, a site or a domain: neither where GridPane has them, nor in any other shape", async () => {
  const planted = (value: unknown) => new Set(JSON.stringify(value).match(/planted-[a-z-]+/g) ?? []);
  expect(planted([gridpaneServer(1), gridpaneSite(1), gridpaneDomain(1)]).size).toBeGreaterThanOrEqual(30);
  const turned = ({ id, label, url, ...row }: JsonObject) => ({
    ...allSecret(row),
    ...secretShapes,
    id,
    label,
    url,
    user_id: gridpaneUser,
  });
  const rowsOf = (row: (at: number) => JsonObject) => [row(1), { ...secretShapes, ...row(2) }, turned(row(3))];
  const all = { servers: rowsOf(gridpaneServer), sites: rowsOf(gridpaneSite), domains: rowsOf(gridpaneDomain) };
  for (const table of gridpane.resourceTables) {
    const { rows } = await read(fake(all), table);
    expect(rows).toHaveLength(3);
    expect([...planted(rows), ...plantedIn(rows)]).toEqual([]);
  }
});
