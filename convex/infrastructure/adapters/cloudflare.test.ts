import { describe, expect, it } from "vitest";
import { CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { cloudflare } from "./cloudflare";
import { allSecret, FakeProvider, oneBefore, plantedIn, readAll, secretShapes, sliceOf } from "./fakeProvider.testing";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { Trouble } from "./fakeProvider.testing";

const perPage = 50;
const acme = { id: "023e105f4ecef8ad9ca31a8372d0c353", name: "Acme" };

const zone = (at: number, more: JsonObject = {}): JsonObject => ({
  id: `zone${at}`,
  name: `Shop-${at}.Example`,
  status: "active",
  paused: false,
  type: "full",
  development_mode: 7200,
  name_servers: ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
  account: acme,
  owner: { id: "u1", email: "ann@example.com" },
  plan: { id: "free", name: "Free Website", price: 0 },
  ...more,
});

const zones = (count: number) => Array.from({ length: count }, (_, at) => zone(at));

interface Faked {
  readonly rows?: readonly unknown[];
  readonly accounts?: readonly unknown[];
  readonly total?: number;
  readonly status?: string;
  /** Whose the token is; an account's is not known where a person's are verified. */
  readonly of?: "person" | "account";
}

function fake({ rows = [], accounts = [acme], total = accounts.length, status = "active", of = "person" }: Faked = {}) {
  const list = (result: readonly unknown[], count: number) => ({
    success: true,
    errors: [],
    result,
    result_info: { page: 1, per_page: perPage, total_count: count, total_pages: Math.ceil(count / perPage) },
  });
  const verified = { success: true, result: { id: "token-1", status } };
  const answers: Readonly<Record<string, (url: URL) => unknown>> = {
    "/client/v4/accounts": () => list(accounts, total),
    "/client/v4/user/tokens/verify": () => verified,
    [`/client/v4/accounts/${acme.id}/tokens/verify`]: () => verified,
    "/client/v4/zones": (url) => {
      if (url.searchParams.get("account.id") !== acme.id) throw new Error("Zones of all accounts were asked for.");
      return list(sliceOf(url, rows), rows.length);
    },
  };
  const provider = new FakeProvider({
    answer: (url) => {
      if (url.host !== "api.cloudflare.com") throw new Error(`${url.host} was asked.`);
      return answers[url.pathname]?.(url);
    },
    isList: ({ pathname }) =>
      of === "account" ? pathname.endsWith("/user/tokens/verify") : pathname.endsWith("/zones"),
    headers: { ratelimit: '"default";r=1190;t=30', "ratelimit-policy": '"default";q=1200;w=300' },
    empty: () => list([], rows.length),
    pageBefore: oneBefore,
  });
  if (of === "account") provider.trouble = { kind: "status", status: 401 };
  return provider;
}

const read = (provider: FakeProvider, from?: string) => readAll(cloudflare.fetch(provider.access, "domains", from));

describe("a token", () => {
  it.each(["person", "account"] as const)("of one account that is in force is taken: of a %s", async (of) => {
    const { accountId, rateLimit } = await cloudflare.validateCredentials(fake({ of }).access);
    expect([accountId, rateLimit]).toEqual([acme.id, expect.objectContaining({ remaining: 1190, limit: 1200 })]);
  });

  it.each([
    ["reaches no account", { accounts: [] }, /reads no account/],
    ["reaches two accounts", { accounts: [acme, { id: "b" }] }, /reaches 2 accounts: make one/],
    ["reaches more accounts than are shown", { accounts: [acme], total: 60 }, /reaches 60 accounts/],
    ["has expired", { status: "expired" }, /not in force/],
    ["is disabled", { status: "disabled" }, /not in force/],
  ])("that %s is refused in clear words", async (_what, options, words) => {
    const answer = cloudflare.validateCredentials(fake(options).access);
    await expect(answer).rejects.toBeInstanceOf(CredentialsRefused);
    await expect(answer).rejects.toThrow(words);
  });

  it("that is wrong is refused, also where it has not the form of one", async () => {
    const { access } = fake();
    await expect(cloudflare.validateCredentials({ ...access, apiKey: "wrong_correct-horse" })).rejects.toBeInstanceOf(
      CredentialsRefused,
    );
    const malformed = new FakeProvider({ answer: () => ({}), isList: () => true });
    malformed.trouble = { kind: "status", status: 400 };
    await expect(cloudflare.validateCredentials(malformed.access)).rejects.toBeInstanceOf(CredentialsRefused);
    malformed.trouble = { kind: "status", status: 502 };
    await expect(cloudflare.validateCredentials(malformed.access)).rejects.not.toBeInstanceOf(CredentialsRefused);
  });

  it.each([undefined, null, "../zones", "a/b", "a?b", ""])("whose account has the id %j is not taken", async (id) => {
    const { access } = fake({ accounts: [{ id, name: "Acme" }] });
    await expect(cloudflare.validateCredentials(access)).rejects.toThrow(/without an id/);
  });
});

describe("zones", () => {
  it.each([0, 1, perPage - 1, perPage, perPage + 1, 4 * perPage, 4 * perPage + 1])(
    "are read to the end that the provider counts: %i",
    async (count) => {
      const provider = fake({ rows: zones(count) });
      const { rows, end } = await read(provider);
      expect(rows.map(({ providerResourceId }) => providerResourceId)).toEqual(zones(count).map(({ id }) => id));
      expect(end).toEqual({ complete: true, count });
      expect(provider.requests.filter((request) => request.includes("/zones?"))).toHaveLength(
        Math.max(Math.ceil(count / perPage), 1),
      );
    },
  );

  it("are domains in lower case, and what is kept of them is what the adapter names", async () => {
    const { rows } = await read(fake({ rows: [zone(1)] }));
    expect(rows).toMatchObject([{ providerResourceId: "zone1", name: "shop-1.example", status: "active" }]);
    expect(JSON.parse(rows[0]?.fullApiData ?? "")).toEqual({
      id: "zone1",
      name: "Shop-1.Example",
      status: "active",
      paused: false,
      type: "full",
      name_servers: ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
      account: acme,
      plan: { id: "free", name: "Free Website" },
    });
  });

  it("have statuses in the words of all providers", async () => {
    const words = ["initializing", "pending", "active", "moved", "levitating"];
    const { rows } = await read(fake({ rows: words.map((status, at) => zone(at, { status })) }));
    expect(rows.map(({ status }) => status)).toEqual(["pending", "pending", "active", "error", "unknown"]);
  });

  it("of another account are left out, and the list is not whole then", async () => {
    const { rows, end } = await read(
      fake({ rows: [zone(1), zone(2, { account: { id: "other" } }), zone(3, { account: null })] }),
    );
    expect(rows.map(({ providerResourceId }) => providerResourceId)).toEqual(["zone1"]);
    expect(end).toMatchObject({
      complete: false,
      count: 1,
      why: expect.stringMatching(/2 of 3 rows.*another account/),
    });
  });

  it("go on behind any page in another process", async () => {
    const whole = await read(fake({ rows: zones(120) }));
    const rest = await read(fake({ rows: zones(120) }), whole.nexts[1]);
    expect(rest.rows).toEqual(whole.rows.slice(100));
    expect(rest.end).toEqual({ complete: true, count: 120 });
  });

  it("are brought by no token of two accounts", async () => {
    const { rows, failure } = await read(fake({ rows: zones(3), accounts: [acme, { id: "b" }] }));
    expect([rows, failure]).toEqual([[], expect.any(CredentialsRefused)]);
  });

  it("are all that there is", async () => {
    const { failure } = await readAll(cloudflare.fetch(fake().access, "servers"));
    expect(failure).toBeInstanceOf(ProviderError);
  });
});

describe("nothing is taken for whole", () => {
  const cases: readonly (readonly [Trouble, RegExp])[] = [
    [{ kind: "status", status: 503, after: 1 }, /asks to wait/],
    [{ kind: "status", status: 429, retryAfter: "300", after: 1 }, /asks to wait/],
    [{ kind: "status", status: 401, after: 1 }, /refused the credentials/],
    [{ kind: "html", after: 1 }, /no JSON/],
    [{ kind: "slow", after: 1 }, /in time/],
    [{ kind: "half", after: 1 }, /no JSON/],
    [{ kind: "huge", after: 1 }, /larger than/],
    [
      { kind: "body", body: { success: false, result: null, errors: [{ message: "zone1" }] }, after: 1 },
      /without its rows/,
    ],
    [{ kind: "body", body: { success: true, result: [] }, after: 1 }, /its count/],
    [{ kind: "body", body: { success: true, result: [], result_info: { total_count: -1 } }, after: 1 }, /its count/],
  ];
  it.each(cases)("where the second page is %j", async (trouble, message) => {
    const provider = fake({ rows: zones(120) });
    provider.trouble = trouble;
    const { rows, end, failure } = await read(provider);
    expect([rows.length, end]).toEqual([perPage, undefined]);
    expect(failure).toBeInstanceOf(ProviderError);
    expect(String(failure)).toMatch(message);
    expect(String(failure)).not.toMatch(/zone|fake_/);
  });

  it.each([
    [{ kind: "emptyPage", after: 1 }, /ended after 50 rows of 120/],
    [{ kind: "repeatedPage", after: 1 }, /changed while it was read/],
  ] as const)("where the list ends by %j", async (trouble, why) => {
    const provider = fake({ rows: zones(120) });
    provider.trouble = trouble;
    expect((await read(provider)).end).toMatchObject({ complete: false, why: expect.stringMatching(why) });
  });
});

it("is left alone all through a sync once it says so, also by what asks for another list", async () => {
  const { requests, access } = new FakeProvider({
    answer: () => ({ success: true, result: [acme], result_info: { total_count: 1 } }),
    isList: () => false,
    headers: { ratelimit: '"default";r=0;t=200' },
  });
  for (let table = 0; table < 3; table++)
    expect((await readAll(cloudflare.fetch(access, "domains"))).failure).toBeInstanceOf(ProviderError);
  expect(requests).toHaveLength(1);
});

it("is left alone for as long as it says once it allows no more", async () => {
  const provider = new FakeProvider({
    answer: () => ({ success: true, result: [acme], result_info: { total_count: 1 } }),
    isList: () => false,
    headers: { ratelimit: '"default";r=0;t=200' },
  });
  const { failure } = await read(provider);
  expect(failure).toMatchObject({
    name: "ProviderError",
    isRetryable: true,
    retryAfterMs: expect.closeTo(200_000, -4),
  });
  expect(provider.requests).toHaveLength(1);
});

it("stores none of the secrets in the provider's objects, of thirty shapes and of fields that are texts until they are not", async () => {
  const kept = { id: "zone2", name: "shop-2.example", account: acme };
  const rows = [
    { ...secretShapes, ...zone(1) },
    { ...allSecret(zone(2)), ...secretShapes, ...kept },
  ];
  const { rows: read1 } = await read(fake({ rows }));
  expect(read1).toHaveLength(2);
  expect(plantedIn(read1)).toEqual([]);
});
