import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startFakePsa } from "../../../examples/msp-sync/fakePsa";
import { ProviderError } from "../../core/wire/providerError";
import { ProviderClient } from "../../core/wire/providerClient";
import { firstPage, isWhole, pagesOf } from "./reading";
import { psa } from "./psa";
import type { FakePsa, PsaRow } from "../../../examples/msp-sync/fakePsa";
import type { Listing, ProviderItem, ProviderPage } from "./adapter";
import type { ReadingProgress } from "./reading";

let provider: FakePsa;

beforeEach(async () => {
  provider = await startFakePsa();
  provider.rows.tickets.push(...Array.from({ length: 250 }, (_, at) => ticket(at + 1)));
  vi.stubEnv("PORTICO_ALLOW_LOOPBACK_ORIGINS", provider.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await provider.close();
});

const timeOf = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString();
const ticket = (id: number, day = 1 + (id % 20)): PsaRow => ({
  id,
  client_id: 1 + (id % 2),
  last_update: timeOf(day),
  summary: `Ticket ${id}`,
  status_name: "Open",
  $type: "Ticket",
});

function connected({ clientSecret = provider.clientSecret, maximumCalls = 100 } = {}): ProviderClient {
  const { url: baseUrl, clientId } = provider;
  return psa.connect({ config: { baseUrl }, credentials: { clientId, clientSecret }, maximumCalls });
}

async function readAll(
  client: ProviderClient,
  listing: Listing = { type: "tickets" },
  from: ReadingProgress = firstPage,
): Promise<{ readonly items: ProviderItem[]; readonly progress: ReadingProgress; readonly failure: unknown }> {
  const items: ProviderItem[] = [];
  let progress = from;
  try {
    for await (const page of pagesOf(psa, client, listing, from)) {
      items.push(...page.items);
      ({ progress } = page);
    }
  } catch (failure) {
    return { items, progress, failure };
  }
  return { items, progress, failure: undefined };
}

const refusal = (isRetryable: boolean, message: RegExp) =>
  expect.objectContaining({ name: "ProviderError", isRetryable, message: expect.stringMatching(message) });

describe("reading a provider", () => {
  it("brings every row once, to the end that the provider proves", async () => {
    const { items, progress, failure } = await readAll(connected());
    expect(failure).toBeUndefined();
    expect(new Set(items.map(({ externalId }) => externalId)).size).toBe(250);
    expect(progress).toMatchObject({ page: 4, seen: 250, total: 250, hasMoved: false, latestChange: timeOf(20) });
    expect(items[0]).toMatchObject({
      externalId: "1",
      siteExternalId: "2",
      normalized: { name: "Ticket 1", status: "Open" },
      raw: { $type: "Ticket" },
    });
  });

  it("asks for what has changed on every page", async () => {
    const { items, failure } = await readAll(connected(), { type: "tickets", changedSince: timeOf(15) });
    expect(failure).toBeUndefined();
    expect(items).toHaveLength(provider.rows.tickets.filter(({ last_update: at }) => at >= timeOf(15)).length);
    expect(items.every(({ changedAt = "" }) => changedAt >= timeOf(15))).toBe(true);
  });

  it("goes on behind the page that was written last, and reads no other again", async () => {
    const { items, failure } = await readAll(connected(), { type: "tickets" }, { page: 3, seen: 200, total: 250 });
    expect([failure, items.length]).toEqual([undefined, 50]);
  });

  it("reads an empty list", async () => {
    provider.rows.tickets.length = 0;
    expect(await readAll(connected())).toMatchObject({ items: [], failure: undefined, progress: { seen: 0 } });
  });

  it.each([
    [{ kind: "repeats", fromPage: 2 }, 100, refusal(true, /same thing twice/)],
    [{ kind: "endsEarly", fromPage: 3 }, 200, refusal(true, /empty page before the end/)],
    [{ kind: "html", status: 200 }, 0, refusal(true, /no JSON/)],
    [{ kind: "html", status: 502 }, 0, refusal(true, /answered 502/)],
    [{ kind: "html", status: 404 }, 0, refusal(false, /answered 404/)],
    [{ kind: "large", bytes: 20 * 1024 * 1024 }, 0, refusal(false, /larger than 3 MiB/)],
    [
      { kind: "rateLimit", times: 100, retryAfterSeconds: 3600 },
      0,
      expect.objectContaining({ isRetryable: true, retryAfterMs: 3_600_000 }),
    ],
  ] as const)("stops at %j", async (trouble, read, expected) => {
    provider.trouble = { ...trouble };
    const { items, failure } = await readAll(connected());
    expect(failure).toEqual(expected);
    expect(items).toHaveLength(read);
  });

  it("stops at a page with more than one batch of things, before anything of it is taken", async () => {
    const items = Array.from({ length: 201 }, (_, at) => ({ externalId: String(at), raw: {}, normalized: {} }));
    const endless = {
      page: (_client: unknown, _listing: unknown, page: number) => Promise.resolve({ page, total: 201, items }),
    };
    await expect(pagesOf(endless, connected(), { type: "tickets" }).next()).rejects.toThrow(/more things at once/);
  });

  it("stops at a page that has lost the filter, before anything of it is taken", async () => {
    provider.rows.tickets.push(...Array.from({ length: 150 }, (_, at) => ticket(1000 + at, 20)));
    provider.trouble = { kind: "dropsFilter", fromPage: 2 };
    const { items, failure } = await readAll(connected(), { type: "tickets", changedSince: timeOf(20) });
    expect(failure).toEqual(refusal(false, /not asked for/));
    expect(items.every(({ changedAt }) => changedAt === timeOf(20))).toBe(true);
  });

  it("waits as long as a provider asks for, where that is short", async () => {
    provider.trouble = { kind: "rateLimit", times: 2, retryAfterSeconds: 0 };
    expect(await readAll(connected())).toMatchObject({ failure: undefined, progress: { seen: 250 } });
  });

  it("signs in again once where a token has ended, and gives up where it is refused again", async () => {
    provider.trouble = { kind: "tokenEnds", times: 1 };
    expect((await readAll(connected())).failure).toBeUndefined();
    provider.trouble = { kind: "tokenEnds", times: 1000 };
    provider.requests.length = 0;
    expect((await readAll(connected())).failure).toEqual(refusal(false, /refused the credentials/));
    expect(provider.requests.filter((request) => request.endsWith("/auth/token"))).toHaveLength(2);
  });

  it("tries wrong credentials once", async () => {
    expect((await readAll(connected({ clientSecret: "wrong" }))).failure).toEqual(
      refusal(false, /credentials \(401\)/),
    );
    expect(provider.requests).toEqual(["POST /auth/token"]);
  });

  it("makes no more calls than it may", async () => {
    const client = connected({ maximumCalls: 3 });
    const { items, failure } = await readAll(client);
    expect(failure).toEqual(refusal(true, /used up/));
    expect([client.calls, items.length]).toEqual([3, 200]);
  });

  it("does not wait for a provider that says nothing", async () => {
    const client = new ProviderClient({
      signIn: { url: "https://psa.example.com/token" },
      maximumCalls: 5,
      send: async () => ({
        kind: "failed",
        reason: "timed_out",
        message: "The server did not answer in time.",
        durationMs: 1,
      }),
    });
    await expect(client.get("https://psa.example.com/api")).rejects.toEqual(refusal(true, /in time/));
  });

  it("tests with one request, and says what credentials lack", async () => {
    const client = connected();
    await psa.test(client);
    expect(client.calls).toBe(2);
    expect(() => psa.connect({ config: { baseUrl: provider.url }, credentials: {}, maximumCalls: 1 })).toThrow(
      ProviderError,
    );
  });
});

describe("a provider's list", () => {
  const paging = (pages: readonly ProviderPage[]) => ({
    page: async (_client: ProviderClient, _listing: Listing, page: number) =>
      pages[page - 1] ?? { page, total: 0, items: [] },
  });
  const item = (externalId: string): ProviderItem => ({ externalId, raw: {}, normalized: {} });
  const readFrom = async (pages: readonly ProviderPage[]) => {
    const read: ReadingProgress[] = [];
    for await (const { progress } of pagesOf(paging(pages), connected(), { type: "tickets" })) read.push(progress);
    return read.at(-1);
  };

  it("that answers another page is none", async () => {
    await expect(readFrom([{ page: 2, total: 1, items: [item("1")] }])).rejects.toThrow("page 2 where page 1");
  });

  it("that has more than it counts is none", async () => {
    await expect(readFrom([{ page: 1, total: 1, items: [item("1"), item("2")] }])).rejects.toThrow("more things");
  });

  it("that changes while it is read is not whole", async () => {
    const moved = await readFrom([
      { page: 1, total: 3, items: [item("1"), item("2")] },
      { page: 2, total: 4, items: [item("3"), item("4")] },
    ]);
    expect(moved).toMatchObject({ hasMoved: true, seen: 4 });
    expect(isWhole({ ...firstPage, ...moved }, 0)).toBe(false);
  });

  it("that is empty where it was not before is not whole", () => {
    expect([
      isWhole({ page: 2, seen: 0 }, 12),
      isWhole({ page: 2, seen: 0 }, 0),
      isWhole({ page: 2, seen: 3 }, 12),
    ]).toEqual([false, true, true]);
  });
});
