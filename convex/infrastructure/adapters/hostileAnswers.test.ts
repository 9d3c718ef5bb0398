import { array, assert, asyncProperty, constant, constantFrom, integer, jsonValue, oneof, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { ProviderError } from "../../core/wire/providerError";
import { isJsonObject } from "../../core/wire/unknownJson";
import { named } from "../resources/naming";
import { databaseFields, domainFields, maximumPayloadBytes, serverFields, webServiceFields } from "../tables";
import { fakeKey, readAll } from "./fakeProvider.testing";
import { goodDays, rowsPerPage } from "./goodDays.testing";
import { dockAdapters } from "./registry";
import type { Arbitrary } from "fast-check";
import type { ResourceTable } from "../tables";
import type { ProviderAccess, ProviderResource } from "./adapter";
import type { GoodDay } from "./goodDays.testing";

/*
 * Whatever a provider answers, an adapter brings rows that the tables take, or fails as a provider's fault; and what it has left out, it does
 * not call complete. Answers are those of a good day with something in them changed, and JSON of any kind.
 */

/** The adapters of providers that have an address of their own, and one themselves. */
const asked = dockAdapters.filter(({ provider, baseUrlAllowed }) => provider !== "mock" && !baseUrlAllowed);
const readings = asked.flatMap((adapter) =>
  adapter.resourceTables.map((table) => ({ name: adapter.provider, adapter, table })),
);

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

function goodDayOf(provider: string): GoodDay {
  const day = Object.hasOwn(goodDays, provider) ? goodDays[provider] : undefined;
  if (!day) throw new Error(`goodDays.testing.ts does not say how ${provider} answers.`);
  return day;
}

/** A provider whose n-th answer is what `bodyOf` makes of the one of a good day, and what it has told of its list. */
function hostile(provider: string, bodyOf: (body: unknown, request: number) => unknown) {
  const { answer, rowsIn, isEnd } = goodDayOf(provider);
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
  { adapter, table }: (typeof readings)[number],
  bodyOf: (body: unknown, request: number) => unknown,
): Promise<readonly string[]> {
  const { told, access } = hostile(adapter.provider, bodyOf);
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
    const { told, access } = hostile(reading.name, (body) => body);
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

describe.each(asked)("a key of $provider", (adapter) => {
  it("is of an account that a dock can note, or refused, whatever is changed in the answers", async () => {
    const changes = array(array(change, { maxLength: 3 }), { minLength: 1, maxLength: 3 });
    await assert(
      asyncProperty(changes, async (each) => {
        const { access } = hostile(adapter.provider, (body, request) =>
          (each[request] ?? []).reduce<unknown>(changed, body),
        );
        const outcome: unknown = await adapter.validateCredentials(access).catch((error: unknown) => error);
        const isNoted = isJsonObject(outcome) && /^[!-~]{1,200}$/.test(String(outcome["accountId"]));
        expect(outcome instanceof ProviderError || isNoted).toBe(true);
      }),
    );
  });
});
