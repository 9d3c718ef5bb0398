import { array, assert, asyncProperty, constant, constantFrom, integer, jsonValue, oneof, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { ProviderError } from "../../core/wire/providerError";
import { isJsonObject, objectIn } from "../../core/wire/unknownJson";
import { named } from "../resources/naming";
import { databaseFields, domainFields, maximumPayloadBytes, serverFields, webServiceFields } from "../tables";
import { fakeKey, readAll } from "./fakeProvider.testing";
import { gridpaneDomain, gridpanePerson, gridpaneServer, gridpaneSite } from "./gridpaneAnswers.testing";
import { dockAdapters } from "./registry";
import { vercelDomain, vercelProject, vercelTeamScope, vercelToken } from "./vercelAnswers.testing";
import type { Arbitrary } from "fast-check";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ResourceTable } from "../tables";
import type { ProviderAccess, ProviderResource } from "./adapter";

/*
 * Whatever a provider answers, an adapter brings rows that the tables take, or fails as a provider's fault; and what it has left out, it does
 * not call complete. Answers are those of a good day with something in them changed, and JSON of any kind.
 */

const rowsPerPage = 3;
const listed = 8;

interface Provider {
  /** What it answers on a good day, in pages of three rows. */
  readonly answer: (url: URL) => unknown;
  /** The rows that an answer lists; undefined where it lists none. */
  readonly rowsIn: (url: URL, body: JsonObject) => unknown;
  /** Whether an answer, the last of so many rows, proves that there are no more. */
  readonly isEnd: (body: JsonObject, rows: number) => boolean;
}

const pageOf = (
  url: URL,
  row: (at: number) => JsonObject,
  start = (Number(url.searchParams.get("page") ?? 1) - 1) * rowsPerPage,
) => Array.from({ length: Math.max(Math.min(rowsPerPage, listed - start), 0) }, (_, at) => row(start + at));
const lastPage = Math.ceil(listed / rowsPerPage);
const lastOf = ({ pathname }: URL) => pathname.slice(pathname.lastIndexOf("/") + 1);

const providers: Readonly<Record<string, Provider>> = {
  cloudflare: {
    answer: (url) => {
      const account = { id: "acct1", name: "Acme" };
      const zone = (at: number) => ({ id: `zone${at}`, name: `shop-${at}.example`, status: "active", account });
      const result = { accounts: [account], verify: { status: "active" }, zones: pageOf(url, zone) }[lastOf(url)];
      return { success: true, result, result_info: { total_count: lastOf(url) === "zones" ? listed : 1 } };
    },
    rowsIn: (url, { result }) => (lastOf(url) === "zones" ? result : undefined),
    isEnd: (body, rows) => objectIn(body, "result_info")["total_count"] === rows,
  },
  digitalocean: {
    answer: (url) => {
      if (lastOf(url) === "account") return { account: { uuid: "person-1", team: { uuid: "team-1" } } };
      const row = (at: number) => ({
        id: at + 1,
        name: `shop-${at}.example`,
        status: "active",
        region: { slug: "fra1" },
      });
      return { [lastOf(url)]: pageOf(url, row), meta: { total: lastOf(url) === "databases" ? rowsPerPage : listed } };
    },
    rowsIn: (url, body) => (lastOf(url) === "account" ? undefined : body[lastOf(url)]),
    // The list of databases is documented without a count.
    isEnd: (body, rows) => (objectIn(body, "meta")["total"] ?? ("databases" in body ? rows : undefined)) === rows,
  },
  gridpane: {
    answer: (url) => {
      const row = { server: gridpaneServer, site: gridpaneSite, domain: gridpaneDomain }[lastOf(url)];
      if (!row) return gridpanePerson;
      const data = lastOf(url) === "domain" ? { domains: pageOf(url, row) } : pageOf(url, row);
      const page = Number(url.searchParams.get("page"));
      return { data, meta: { current_page: page, last_page: lastPage, per_page: rowsPerPage, total: listed } };
    },
    rowsIn: (url, { data }) => (lastOf(url) === "user" ? undefined : isJsonObject(data) ? data["domains"] : data),
    isEnd: (body, rows) => objectIn(body, "meta")["total"] === rows,
  },
  vercel: {
    answer: (url) => {
      const row = { projects: vercelProject, domains: vercelDomain }[lastOf(url)];
      if (!row) return vercelToken(vercelTeamScope);
      const start = Number(url.searchParams.get("from") ?? url.searchParams.get("until") ?? 0);
      const rows = pageOf(url, row, start);
      const next = start + rowsPerPage < listed ? start + rowsPerPage : null;
      return { [lastOf(url)]: rows, pagination: { count: rows.length, next, prev: null } };
    },
    rowsIn: (url, body) => (lastOf(url) === "current" ? undefined : body[lastOf(url)]),
    isEnd: (body) => objectIn(body, "pagination")["next"] === null,
  },
};

/** The tables of each adapter that is asked over HTTP. */
const readings = dockAdapters.flatMap((adapter) => {
  const provider = Object.hasOwn(providers, adapter.provider) ? providers[adapter.provider] : undefined;
  return provider ? adapter.resourceTables.map((table) => ({ name: adapter.provider, adapter, table, provider })) : [];
});

/** Whatever may stand in JSON, and what hurts most often. */
const anything: Arbitrary<unknown> = oneof(
  jsonValue({ maxDepth: 3 }),
  constantFrom<unknown[]>(
    null,
    "",
    " ",
    "1\n2",
    "x".repeat(5000),
    "\ud800",
    "__proto__",
    2 ** 53,
    -1,
    0.5,
    1e308,
    [],
    {},
    true,
  ),
);
/** A change: of which value of the answer, counted through, and to what. */
const change = record({
  at: integer({ min: 0, max: 10_000 }),
  kind: constantFrom("replaced", "removed", "twice", "again"),
  value: anything,
});
type Change = typeof change extends Arbitrary<infer Each> ? Each : never;

/** Where each value of JSON lies: what holds it, and under which name. */
function placesIn(value: unknown): readonly (readonly [object, string])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[value, name] as const, ...placesIn(inner)]);
}

/** The answer with one of its values replaced, taken out, there twice, or the same as another one. */
function changed(body: unknown, { at, kind, value }: Change): unknown {
  const copy: unknown = structuredClone(body);
  const places = placesIn(copy);
  const place = places[at % Math.max(places.length, 1)];
  if (!place) return copy;
  const [holder, name] = place;
  const [other, otherName] = places[(at * 7) % places.length] ?? place;
  if (kind === "replaced") Reflect.set(holder, name, value);
  else if (kind === "again") Reflect.set(holder, name, structuredClone(Reflect.get(other, otherName)));
  else if (!Array.isArray(holder)) Reflect.deleteProperty(holder, name);
  else if (kind === "removed") holder.splice(Number(name), 1);
  else holder.push(structuredClone(holder[Number(name)]));
  return copy;
}

/** A provider whose n-th answer is what `bodyOf` makes of the one of a good day, and what it has told of its list. */
function hostile({ answer, rowsIn, isEnd }: Provider, bodyOf: (body: unknown, request: number) => unknown) {
  const told = { requests: 0, rows: 0, isEnd: false };
  const send: ProviderAccess["send"] = async ({ url: text }) => {
    const url = new URL(text);
    const json = JSON.stringify(bodyOf(answer(url), told.requests)) ?? "null";
    told.requests += 1;
    const body: unknown = JSON.parse(json);
    const rows: unknown = isJsonObject(body) ? rowsIn(url, body) : undefined;
    if (Array.isArray(rows)) told.rows += rows.length;
    told.isEnd = isJsonObject(body) && isEnd(body, told.rows);
    const headers = new Headers({ "content-type": "application/json" });
    return {
      kind: "answered",
      status: 200,
      headers,
      body: new TextEncoder().encode(json),
      isWhole: true,
      durationMs: 1,
    };
  };
  return { told, access: { apiKey: fakeKey, send, wait: async () => undefined } };
}

const statuses: Readonly<Record<ResourceTable, readonly string[]>> = {
  servers: ["running", "stopped", "provisioning", "error", "unknown"],
  webServices: ["running", "building", "stopped", "error", "unknown"],
  domains: ["active", "pending", "expired", "error", "unknown"],
  databases: ["running", "stopped", "provisioning", "error", "unknown"],
};
const fieldsOf = {
  servers: serverFields,
  webServices: webServiceFields,
  domains: domainFields,
  databases: databaseFields,
};

/** What of a row its table would not take. */
function unfitIn(table: ResourceTable, { providerResourceId, name, status, fullApiData = "{}" }: ProviderResource) {
  const values: Readonly<Record<string, unknown>> = { providerResourceId, status, ...named(table, name) };
  const fields = Object.entries(fieldsOf[table]).filter(([field]) => Object.hasOwn(values, field));
  const isPayload =
    isJsonObject(JSON.parse(fullApiData)) && new TextEncoder().encode(fullApiData).length <= maximumPayloadBytes;
  return [
    ...fields.filter(([field, type]) => !type.safeParse(values[field]).success).map(([field]) => field),
    ...(statuses[table].includes(status) ? [] : [`status ${status}`]),
    ...(isPayload ? [] : ["fullApiData"]),
  ];
}

/** What is wrong with a reading of hostile answers. */
async function faultsOf(
  { adapter, table, provider }: (typeof readings)[number],
  bodyOf: (body: unknown, request: number) => unknown,
): Promise<readonly string[]> {
  const { told, access } = hostile(provider, bodyOf);
  const { rows, end, failure } = await readAll(adapter.fetch(access, table));
  const ids = new Set(rows.map(({ providerResourceId }) => providerResourceId));
  const isWhole = told.isEnd && rows.length === told.rows;
  return [
    ...rows.flatMap((row) => unfitIn(table, row)),
    ...(end || failure instanceof ProviderError ? [] : [`failed otherwise: ${String(failure)}`]),
    ...(ids.size === rows.length ? [] : ["a row twice"]),
    ...(end && end.count !== rows.length ? ["another count"] : []),
    ...(end?.complete === true && !isWhole ? ["complete without all that was listed, or its end"] : []),
    ...(end?.complete === false && end.why === undefined ? ["incomplete without a reason"] : []),
  ];
}

async function expectHonest(...reading: Parameters<typeof faultsOf>) {
  expect(await faultsOf(...reading)).toEqual([]);
}

describe.each(readings)("$name, asked for $table", (reading) => {
  it("is complete on a good day", async () => {
    const { told, access } = hostile(reading.provider, (body) => body);
    const { rows, end } = await readAll(reading.adapter.fetch(access, reading.table));
    expect([rows.length, end]).toEqual([told.rows, { complete: true, count: told.rows }]);
    expect(told.rows).toBeGreaterThanOrEqual(rowsPerPage);
  });

  it("brings what the tables take, and says where it left something out, whatever is changed in its answers", async () => {
    const changes = array(array(change, { maxLength: 3 }), { minLength: 1, maxLength: 6 });
    await assert(
      asyncProperty(changes, (each) =>
        expectHonest(reading, (body, request) => (each[request] ?? []).reduce<unknown>(changed, body)),
      ),
    );
  });

  it("fails as a provider's fault or brings what the tables take, whatever JSON it answers", async () => {
    const bodies = array(oneof(anything, constant(undefined)), { minLength: 1, maxLength: 4 });
    await assert(asyncProperty(bodies, (each) => expectHonest(reading, (body, request) => each[request] ?? body)));
  });
});

describe.each(dockAdapters.filter(({ provider }) => Object.hasOwn(providers, provider)))(
  "a key of $provider",
  (adapter) => {
    it("is of an account that a dock can note, or refused, whatever is changed in the answers", async () => {
      const provider = providers[adapter.provider];
      if (!provider) throw new Error("It was filtered.");
      const changes = array(array(change, { maxLength: 3 }), { minLength: 1, maxLength: 3 });
      await assert(
        asyncProperty(changes, async (each) => {
          const { access } = hostile(provider, (body, request) => (each[request] ?? []).reduce<unknown>(changed, body));
          const outcome: unknown = await adapter.validateCredentials(access).catch((error: unknown) => error);
          const isNoted = isJsonObject(outcome) && /^[!-~]{1,200}$/.test(String(outcome["accountId"]));
          expect(outcome instanceof ProviderError || isNoted).toBe(true);
        }),
      );
    });
  },
);
