import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { fakeMapping, startFakeProvider } from "../../../examples/infrastructure/fakeProvider";
import { generic } from "./generic";
import type { FakeProvider } from "../../../examples/infrastructure/fakeProvider";
import type { ProviderAccess, ProviderResource } from "./adapter";
import type { ResourceTable } from "../tables";

let provider: FakeProvider;

/** What no message of ours repeats. */
const planted = "planted-by-the-provider";

beforeEach(async () => {
  provider = await startFakeProvider({ apiKey: "generic-key-correct-horse-battery", account: "acct-1", pageSize: 3 });
  vi.stubEnv("PORTICO_ALLOW_LOOPBACK_ORIGINS", new URL(provider.url).origin);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await provider.close();
});

const access = (): ProviderAccess => ({ apiKey: provider.apiKey, baseUrl: provider.url });

/** What a table has brought, page by page, and how that ended. */
async function read(table: ResourceTable, by = access()) {
  const rows: ProviderResource[] = [];
  try {
    const pages = generic.fetch(by, table);
    let next = await pages.next();
    for (; next.done !== true; next = await pages.next()) rows.push(...next.value.rows);
    const { complete, why } = next.value;
    return { rows, complete, why };
  } catch (failure) {
    return { rows, failure };
  }
}

const refusal = (message: RegExp, isRetryable = false) =>
  expect.objectContaining({ name: "ProviderError", isRetryable, message: expect.stringMatching(message) });

const lists = () => provider.lists;
const machine = (id: number, more: object = {}) => ({ id, label: `web-${id}`, state: "on", owner: "acct-1", ...more });
const zone = (id: number, more: object = {}) => ({ id, zone: `d${id}.example`, state: "active", ...more });
const many = (count: number, make: (id: number) => { id: number }) =>
  Array.from({ length: count }, (_, at) => make(at + 1));

/** Lets the provider's mapping say something else in one of its lists. */
function remap(table: ResourceTable, changes: object) {
  provider.mapping = { ...fakeMapping, [table]: { ...fakeMapping[table], ...changes } };
}

/** Answers these pages of a list, one after another, the last one for good. */
function answersWith(path: string, ...answers: readonly unknown[]) {
  let asked = 0;
  provider.instead = ({ url = "" }, response) => {
    if (!url.startsWith(`/api/${path}`)) return false;
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    return true;
  };
}

describe("a mapping", () => {
  it("says what in another's words is what in ours", async () => {
    lists().machines.push({
      ...machine(7, { state: "installing", addresses: ["203.0.113.7", "2001:db8::7"] }),
      place: { code: "fra1" },
      plan: { name: "business-4", memory_mb: 8192, price: 4 },
      root_password: planted,
    });
    lists().sites.push({ id: 1, host: "Shop", state: "live", url: "https://shop.example", stage: "production" });
    lists().zones.push(zone(1, { zone: "BÜCHER.example.", paid_until: "2040-05-01T12:00:00Z" }));
    lists().stores.push({ id: 5, label: "main", state: "on", engine: "postgresql", release: 17.2 });
    const [server, site, domain, store] = await Promise.all([
      read("servers"),
      read("webServices"),
      read("domains"),
      read("databases"),
    ]);
    expect(server).toEqual({
      complete: true,
      rows: [
        {
          providerResourceId: "7",
          name: "web-7",
          status: "provisioning",
          details: { primaryIpAddress: "203.0.113.7", region: "fra1" },
          fullApiData: '{"plan":"business-4","memoryMb":8192}',
        },
      ],
    });
    expect(site.rows).toMatchObject([
      { status: "running", details: { productionUrl: "https://shop.example", environment: "production" } },
    ]);
    expect(domain.rows).toMatchObject([
      { name: "xn--bcher-kva.example", status: "active", details: { expiresAt: Date.UTC(2040, 4, 1, 12) } },
    ]);
    expect(store.rows).toMatchObject([{ name: "main", details: { engine: "postgresql", version: "17.2" } }]);
  });

  it("is as docs/infrastructure.md shows it", async () => {
    const page = readFileSync(new URL("../../../docs/infrastructure.md", import.meta.url), "utf8");
    const blocks = Array.from(page.matchAll(/^```json\n([^]*?)^```/gm), ([, text = ""]): unknown => JSON.parse(text));
    const [mapping, account, machines, server] = blocks;
    const byUrl = new Map([
      ["/api", mapping],
      ["/api/account", account],
      ["/api/machines?limit=100&page=1", machines],
    ]);
    provider.instead = ({ url = "" }, response) => {
      response.writeHead(byUrl.has(url) ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(byUrl.get(url)));
      return true;
    };
    expect(await generic.validateCredentials(access())).toEqual({ accountId: "acct-10442" });
    expect(await read("servers")).toEqual({ rows: [server], complete: true });
    expect(provider.requests.at(-1)).toBe("GET /api/machines?limit=100&page=1");
  });

  it("is asked for once by a run, with the key in a header and nowhere else", async () => {
    const by = access();
    expect(await generic.validateCredentials(by)).toMatchObject({ accountId: "acct-1" });
    for (const table of generic.resourceTables) await read(table, by);
    expect(provider.requests.filter((request) => request === "GET /api")).toHaveLength(1);
    expect(provider.requests.join("\n")).not.toContain(provider.apiKey);
  });

  it("may leave lists out, of which nothing is read or taken for gone", async () => {
    const { servers: _left, ...others } = fakeMapping;
    provider.mapping = others;
    const pages = generic.fetch(access(), "servers");
    expect(await pages.next()).toEqual({ done: true, value: { complete: false, isUnlisted: true } });
  });

  it.each([
    ["nothing", null, /is not valid: it must be an object\.$/],
    ["a list", [fakeMapping], /is not valid: it must be an object\.$/],
    ["another version", { ...fakeMapping, version: 2 }, /`\/version` must be one of 1\.$/],
    ["no account", { version: 1 }, /`\/account` is missing\.$/],
    ["a name that mappings do not have", { ...fakeMapping, [planted]: 1 }, /it has a name that mappings do not have/],
    ["a list that is none", { ...fakeMapping, servers: planted }, /`\/servers` must be an object/],
    ["no way to page", { ...fakeMapping, servers: { ...fakeMapping.servers, pages: undefined } }, /`\/servers\/pages`/],
    [
      "another way to page",
      { ...fakeMapping, servers: { ...fakeMapping.servers, pages: { kind: planted } } },
      /`\/servers\/pages\/kind` must be one of all, number, cursor/,
    ],
    [
      "numbered pages without a count",
      { ...fakeMapping, servers: { ...fakeMapping.servers, pages: { kind: "number", parameter: "page" } } },
      /`\/servers\/pages\/total` is missing/,
    ],
    [
      "a path to another host",
      { ...fakeMapping, servers: { ...fakeMapping.servers, path: `https://${planted}.example/` } },
      /`\/servers\/path` must be a path below `baseUrl`/,
    ],
    [
      "a pointer that is none",
      { ...fakeMapping, servers: { ...fakeMapping.servers, id: planted } },
      /`\/servers\/id` must be a JSON Pointer/,
    ],
    [
      "a status of other words",
      { ...fakeMapping, servers: { ...fakeMapping.servers, statuses: { [planted]: planted } } },
      /`\/servers\/statuses\/…` must be one of running, stopped, provisioning, error, unknown/,
    ],
    [
      "a field of another table",
      { ...fakeMapping, servers: { ...fakeMapping.servers, fields: { engine: "/x" } } },
      /`\/servers\/fields` has a name that mappings do not have/,
    ],
    [
      "more to keep than there is room for",
      { ...fakeMapping, servers: { ...fakeMapping.servers, keep: Object.fromEntries(many41()) } },
      /`\/servers\/keep` may have 40 names at most/,
    ],
    [
      "a parameter that adds others",
      {
        ...fakeMapping,
        servers: { ...fakeMapping.servers, pages: { ...fakeMapping.servers.pages, parameter: "a&b" } },
      },
      /`\/servers\/pages\/parameter` must be the name of a query parameter/,
    ],
    ["much that is wrong", { version: planted, servers: {}, domains: {} }, /; and \d+ more\.$/],
  ])("with %s is told by its places, in no word of the provider's", async (_what, mapping, message) => {
    provider.mapping = mapping;
    const failure = await generic.validateCredentials(access()).catch((error: unknown) => error);
    expect(failure).toEqual(refusal(message));
    expect(String(failure)).not.toContain(planted);
    expect(String(failure).length).toBeLessThan(600);
  });
});

function many41(): [string, string][] {
  return Array.from({ length: 41 }, (_, at) => [`name${at}`, "/x"]);
}

describe("a list", () => {
  it.each([0, 1, 3, 6, 7])("of %i things is read to its end, which is proven", async (count) => {
    lists().machines.push(...many(count, machine));
    lists().sites.push(...many(count, (id) => ({ id, host: `Site ${id}`, state: "live" })));
    lists().zones.push(...many(count, zone));
    lists().stores.push(...many(count, (id) => ({ id, label: `Store ${id}`, state: "on" })));
    for (const table of generic.resourceTables) {
      const { rows, complete } = await read(table);
      expect([table, complete]).toEqual([table, true]);
      const ids = rows.map(({ providerResourceId }) => providerResourceId);
      expect(ids).toEqual(many(count, (id) => ({ id })).map(({ id }) => String(id)));
    }
  });

  it.each([
    ["servers", "machines", "repeats a page", [{ machines: many(3, machine), meta: { total: 9 } }], 3],
    [
      "servers",
      "machines",
      "ends early",
      [
        { machines: many(3, machine), meta: { total: 9 } },
        { machines: [], meta: { total: 9 } },
      ],
      3,
    ],
    [
      "servers",
      "machines",
      "grows meanwhile",
      [
        { machines: many(3, machine), meta: { total: 5 } },
        { machines: [machine(4), machine(5), machine(6)], meta: { total: 6 } },
      ],
      6,
    ],
    ["servers", "machines", "has more than it counts", [{ machines: many(4, machine), meta: { total: 3 } }], 4],
    ["servers", "machines", "has one thing twice", [{ machines: [machine(1), machine(1)], meta: { total: 2 } }], 1],
    ["domains", "zones", "ends before its count", [{ zones: [zone(1)], next: null, meta: { total: 2 } }], 1],
    ["databases", "stores", "is cut to a page", [{ stores: [{ id: 1, label: "A" }], meta: { total: 2 } }], 1],
  ] as const)("of %s at %s that %s is not complete", async (table, path, _what, answers, count) => {
    answersWith(path, ...answers);
    const { rows, complete, failure } = { failure: undefined, complete: undefined, ...(await read(table)) };
    expect([rows.length, complete, failure]).toEqual([count, false, undefined]);
  });

  it.each([
    ["no list", { machines: { planted } }, /no list at `\/servers\/items`/],
    ["nothing", null, /no list at/],
    ["no count", { machines: [], meta: { total: "many" } }, /no count at `\/servers\/pages\/total`/],
    ["no count where one is due", { machines: [] }, /no count at/],
    ["a negative count", { machines: [], meta: { total: -1 } }, /no count at/],
    ["half of its JSON", '{"machines":[{"id":1,', /answered no JSON/],
    ["levels without end", `{"machines":${"[".repeat(5000)}${"]".repeat(5000)}}`, /nested too deeply/],
  ])("with %s is refused in words of ours", async (_what, answer, message) => {
    answersWith("machines", answer);
    const { failure } = { failure: undefined, ...(await read("servers")) };
    expect(failure).toEqual(refusal(message, /no JSON/.test(String(failure))));
    expect(String(failure)).not.toContain(planted);
  });

  it.each([
    ["texts", [planted, 1, null, []]],
    ["an id that is an object", [machine(1, { id: {} })]],
    ["an empty id", [machine(1, { id: "" })]],
    ["an id of a page", [machine(1, { id: planted.repeat(99) })]],
    ["an id with a line end", [machine(1, { id: "a\nb" })]],
    ["an id that a double rounds", [machine(1, { id: 2 ** 53 })]],
    ["no name", [machine(1, { label: null })]],
    ["a name of nothing that shows", [machine(1, { label: "\u202e \n" })]],
    ["the account of others", [machine(1, { owner: "acct-2" })]],
  ])("of things with %s leaves these out, and is not complete", async (_what, odd) => {
    answersWith("machines", { machines: [machine(4711), ...odd], meta: { total: 1 + odd.length } });
    const { rows, complete, why } = { why: "", ...(await read("servers")) };
    expect(rows.map(({ providerResourceId }) => providerResourceId)).toEqual(["4711"]);
    expect([complete, why]).toEqual([false, expect.stringMatching(/^\d of \d rows lack an id or a name of their own/)]);
  });

  it("of more than three mebibytes is refused", async () => {
    answersWith("machines", { machines: many(3, machine), padding: "x".repeat(4 * 1024 * 1024) });
    expect(await read("servers")).toMatchObject({ failure: refusal(/larger than 3 MiB/) });
  });

  it.each(["192.0.2.7", "a..b", "-", "-a.example", "two words", "a/b", "x".repeat(64)])(
    "has no domain called %s",
    async (name) => {
      lists().zones.push(zone(1, { zone: name }));
      expect(await read("domains")).toMatchObject({ rows: [], complete: false });
    },
  );

  it("whose cursors lead in a circle ends, and is not complete", async () => {
    const site = (id: number, next: string) => ({ sites: [{ id, host: `Site ${id}` }], next });
    answersWith("sites", site(1, "a"), site(2, "b"), site(1, "a"));
    const { rows, complete } = { complete: undefined, ...(await read("webServices")) };
    expect([rows.length, complete]).toEqual([2, false]);
  });

  it("goes on behind a page that was read, in another run as well", async () => {
    lists().machines.push(...many(7, machine));
    lists().zones.push(...many(7, zone));
    for (const table of ["servers", "domains"] as const) {
      const first = await generic.fetch(access(), table).next();
      const from = first.done === true ? undefined : first.value.next;
      const pages = generic.fetch(access(), table, from);
      const second = await pages.next();
      const ids = second.done === true ? [] : second.value.rows.map(({ providerResourceId }) => providerResourceId);
      expect(ids).toEqual(["4", "5", "6"]);
      await pages.next();
      expect(await pages.next()).toEqual({ done: true, value: { complete: true, count: 7 } });
    }
  });

  it("has cursors of texts and numbers, which go into the query and nowhere else", async () => {
    const sites = [{ id: 1, host: "Shop", state: "live" }];
    answersWith("sites", { sites, next: "https://evil.example/?a=b&c" }, { sites: [], next: null });
    expect(await read("webServices")).toMatchObject({ complete: true });
    expect(provider.requests.at(-1)).toBe("GET /api/sites?after=https%3A%2F%2Fevil.example%2F%3Fa%3Db%26c");
  });
});

describe("a resource", () => {
  it.each(["on", "constructor", "__proto__", 1, null, { a: 1 }, undefined])(
    "of status %j is in a word that all providers share",
    async (state) => {
      remap("servers", { statuses: { on: "running" } });
      lists().machines.push(machine(1, { state }));
      expect(await read("servers")).toMatchObject({ rows: [{ status: state === "on" ? "running" : "unknown" }] });
    },
  );

  it("keeps what the mapping names, without what opens something and without whole objects", async () => {
    remap("servers", {
      keep: { dsn: "/dsn", link: "/link", all: "/nested", big: "/big", none: "/absent", on: "/flag" },
    });
    const dsn = "postgres://admin:correct-horse@db.example/shop";
    const link = "https://files.example/a?X-Amz-Signature=correct-horse&b=1";
    lists().machines.push(
      machine(1, { dsn, link, nested: { password: "correct-horse" }, big: "x".repeat(1001), flag: true }),
    );
    const { rows } = await read("servers");
    expect(JSON.parse(rows[0]?.fullApiData ?? "")).toEqual({
      dsn: "postgres://db.example/shop",
      link: "https://files.example/a?X-Amz-Signature=[redacted]&b=1",
      on: true,
    });
  });

  it.each(["id", "label", "state", "owner"])("that repeats the key as its %s is refused", async (field) => {
    lists().machines.push(machine(1, { [field]: `Bearer ${provider.apiKey}` }));
    const { failure } = { failure: undefined, ...(await read("servers")) };
    expect(failure).toEqual(refusal(/repeats the key/));
    expect(String(failure)).not.toContain(provider.apiKey);
  });

  it.each([
    ["2040-05-01", Date.UTC(2040, 4, 1)],
    ["2040-05-01T02:00:00+02:00", Date.UTC(2040, 4, 1)],
    [Date.UTC(2040, 4, 1), Date.UTC(2040, 4, 1)],
    ["May 2040", undefined],
    ["2040-13-01", undefined],
    ["0", undefined],
    [true, undefined],
    [1e300, undefined],
  ])("whose registration ends at %j ends at %j", async (paidUntil, expiresAt) => {
    lists().zones.push(zone(1, { paid_until: paidUntil }));
    const { rows } = await read("domains");
    expect(rows[0]?.details).toEqual(expiresAt === undefined ? {} : { expiresAt });
  });
});

describe("a provider", () => {
  it.each([401, 403])("that refuses the key with %i is told so, whatever it writes", async (status) => {
    provider.instead = (_request, response) => {
      response.writeHead(status, { "content-type": "application/json", "x-hint": provider.apiKey });
      response.end(JSON.stringify({ error: `${planted} ${provider.apiKey}` }));
      return true;
    };
    const failure = await generic.validateCredentials(access()).catch((error: unknown) => error);
    expect(failure).toEqual(refusal(new RegExp(`refused the credentials \\(${status}\\)`)));
    expect(Object(failure).constructor.name).toBe("CredentialsRefused");
  });

  it("that takes every key for the mapping is asked for the account with it", async () => {
    provider.instead = ({ url }, response) => {
      if (url !== "/api") return false;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(fakeMapping));
      return true;
    };
    const by = { ...access(), apiKey: "another-key-correct-horse-battery" };
    await expect(generic.validateCredentials(by)).rejects.toThrow(/refused the credentials \(401\)/);
  });

  it.each(["/api", "/api/account", "/api/machines"])("that redirects %s is not followed", async (path) => {
    const asked: unknown[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end("{}");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void elsewhere.close());
    provider.instead = ({ url = "" }, response) => {
      if (url.split("?")[0] !== path) return false;
      response.writeHead(302, { location: `http://127.0.0.1:${Object(elsewhere.address()).port}/` }).end();
      return true;
    };
    expect(await read("servers")).toMatchObject({ failure: refusal(/answered with a redirect/) });
    expect(asked).toEqual([]);
  });

  it("tells how many requests it allows, and is left alone where that is none", async () => {
    provider.instead = (_request, response) => {
      response.setHeader("x-ratelimit-remaining", "0").setHeader("x-ratelimit-limit", "60");
      response.setHeader("x-ratelimit-reset", "3600");
      return false;
    };
    const failure = await generic.validateCredentials(access()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ProviderError", message: "The provider asks to wait.", isRetryable: true });
    expect(provider.requests).toEqual(["GET /api"]);
  });

  it("answers no account, and is no provider then", async () => {
    answersWith("account", { account: { id: null } });
    await expect(generic.validateCredentials(access())).rejects.toThrow(/no id at `\/account\/id` of the mapping/);
  });
});
