import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../_generated/api";
import { ProviderError } from "../core/wire/providerError";
import { mock } from "./adapters/mock";
import { dockHost, keyOf } from "./dockHost.testing";
import { mostGone, nextAfterFailure, nextAfterSuccess, spreadOf } from "./docks/syncRules";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

interface Listed {
  readonly servers: number;
  readonly pageSize?: number;
  readonly failsAtPage?: number;
  readonly complete?: boolean;
}

/** What the provider lists from now on. */
function lists({ servers, pageSize = 5, failsAtPage, complete = true }: Listed) {
  vi.spyOn(mock, "fetch").mockImplementation(async function* (_access, table) {
    const count = table === "servers" ? servers : 0;
    for (let from = 0, page = 0; from < count; from += pageSize, page++) {
      if (page === failsAtPage) throw new ProviderError("The provider answered 502.", true);
      const rows = Array.from({ length: Math.min(pageSize, count - from) }, (_, at) => {
        const number = from + at;
        return { providerResourceId: `server-${number}`, name: `web-${number}`, status: "running" };
      });
      yield { rows };
    }
    return { complete };
  });
}

async function world() {
  const made = await dockHost();
  const { ann, named, create, rows, host } = made;
  // Administrators are found by the roles that are no organization's.
  await host.run(async ({ db }) => {
    const role = await db.query("roles").first();
    if (role) await db.patch("roles", role._id, { organizationId: undefined, isSystem: true });
  });
  const { id: dockId } = await create();
  const sync = async (more: { confirmLoss?: boolean; resourceTables?: "servers"[] } = {}) => {
    vi.setSystemTime(Date.now() + 1000);
    const { syncId } = await ann.mutation(api.infrastructure.docks.sync, { ...named, dockId, ...more });
    await host.finishInProgressScheduledFunctions();
    vi.advanceTimersByTime(1);
    await host.finishInProgressScheduledFunctions();
    return (await rows("syncHistory")).find(({ _id }) => _id === syncId);
  };
  const live = async () => (await rows("servers")).filter(({ deletedAt }) => deletedAt === undefined);
  const dock = async () => (await rows("docks"))[0];
  const cron = (name: string) => host.mutation(makeFunctionReference<"mutation">(`infrastructure/dockUpkeep:${name}`));
  return { ...made, dockId, sync, live, dock, cron };
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => Object(error).data?.code,
  );

it("writes what is new and what has changed, and leaves what has not", async () => {
  const { sync, rows, dock } = await world();
  lists({ servers: 12 });
  expect(await sync()).toMatchObject({ status: "success", counts: { servers: { created: 12, unchanged: 0 } } });
  const before = await rows("servers");
  expect(await sync()).toMatchObject({ counts: { servers: { created: 0, updated: 0, unchanged: 12 } } });
  expect(await rows("servers")).toEqual(before);
  expect(await dock()).toMatchObject({ syncInProgress: false, lastSyncStatus: "success", providerAccountId: "acme" });
});

it.each([0, 1, 2])("takes nothing for gone where page %i fails", async (failsAtPage) => {
  const { sync, live, dock } = await world();
  lists({ servers: 12 });
  await sync();
  for (let times = 1; times <= 3; times++) {
    lists({ servers: 12, failsAtPage });
    expect(await sync()).toMatchObject({ status: "error", isComplete: false });
    expect(await dock()).toMatchObject({ syncInProgress: false, consecutiveFailures: times });
  }
  expect(await live()).toHaveLength(12);
  expect((await live()).filter(({ missingSince }) => missingSince !== undefined)).toEqual([]);
});

it("tells administrators of three failures in a row, once", async () => {
  const { sync, rows } = await world();
  lists({ servers: 12, failsAtPage: 0 });
  for (let times = 0; times < 4; times++) await sync();
  const told = (await rows("notifications")).filter(({ type }) => type === "dock_sync_failed");
  expect(told).toMatchObject([{ data: { status: "error" } }]);
});

it("deletes what two complete syncs have missed, and nothing by a list that was not read to its end", async () => {
  const { sync, live, rows } = await world();
  lists({ servers: 12 });
  await sync();
  lists({ servers: 9, complete: false });
  for (let times = 0; times < 2; times++) expect(await sync()).toMatchObject({ status: "partial", isComplete: false });
  expect(await live()).toHaveLength(12);
  lists({ servers: 9 });
  await sync();
  expect(await live()).toHaveLength(12);
  expect(await sync()).toMatchObject({ counts: { servers: { deleted: 3, unchanged: 9 } } });
  expect(await live()).toHaveLength(9);
  lists({ servers: 12 });
  expect(await sync()).toMatchObject({ counts: { servers: { created: 0, updated: 3 } } });
  expect(await live()).toHaveLength(12);
  expect((await rows("servers")).filter(({ missingSince }) => missingSince !== undefined)).toEqual([]);
});

it("lets no more than a share go until a person confirms it", async () => {
  const { sync, live, rows } = await world();
  lists({ servers: 12 });
  await sync();
  lists({ servers: 4 });
  await sync();
  expect(await sync()).toMatchObject({ status: "partial", counts: { servers: { deleted: 0 } } });
  expect(await live()).toHaveLength(12);
  expect(await rows("notifications")).toMatchObject([{ type: "dock_sync_failed", data: { status: "partial" } }]);
  expect(await sync({ confirmLoss: true })).toMatchObject({ status: "success", counts: { servers: { deleted: 8 } } });
  expect(await live()).toHaveLength(4);
});

it("does not bring back what a person has deleted", async () => {
  const { sync, live, rows, host } = await world();
  lists({ servers: 3 });
  await sync();
  const [server] = await rows("servers");
  if (!server) throw new Error("There is no server.");
  const now = Date.now();
  await host.run(({ db }) => db.patch("servers", server._id, { deletedAt: now, ignoredAt: now }));
  expect(await sync()).toMatchObject({ counts: { servers: { created: 0, unchanged: 3 } } });
  expect(await live()).toHaveLength(2);
});

it("brings nothing by a key of another account", async () => {
  const { sync, patch, dockId, live } = await world();
  lists({ servers: 3 });
  await patch(dockId, { providerAccountId: "other" });
  expect(await sync()).toMatchObject({ status: "error" });
  expect(await live()).toEqual([]);
});

describe("the lock", () => {
  it("is one sync's at a time, and released once nothing is heard of it", async () => {
    const { ann, named, dockId, dock, rows, cron } = await world();
    const { docks } = api.infrastructure;
    const start = () => ann.mutation(docks.sync, { ...named, dockId });
    // Its action never runs: its process was killed.
    await start();
    expect(await refusal(start())).toBe("sync_in_progress");
    expect(await refusal(ann.mutation(docks.releaseLock, { ...named, dockId }))).toBe("sync_in_progress");
    await cron("releaseStale");
    expect(await dock()).toMatchObject({ syncInProgress: true });
    vi.setSystemTime(Date.now() + 15 * 60_000);
    await cron("releaseStale");
    expect(await dock()).toMatchObject({ syncInProgress: false, lastSyncStatus: "error", consecutiveFailures: 1 });
    expect(await rows("syncHistory")).toMatchObject([{ status: "error" }]);
    await start();
    vi.setSystemTime(Date.now() + 15 * 60_000);
    await ann.mutation(docks.releaseLock, { ...named, dockId });
    expect(await dock()).toMatchObject({ syncInProgress: false });
  });
});

describe("syncs by themselves", () => {
  it("begin where they are due, twenty at a time, and not where they are off", async () => {
    const { create, rows, cron } = await world();
    for (let at = 1; at < 25; at++)
      await create({ name: `Mock ${at}`, apiKey: keyOf("acme"), syncConfig: { enabled: at > 2 } });
    await cron("syncDue");
    await cron("syncDue");
    const docks = await rows("docks");
    expect(docks.filter(({ syncInProgress }) => syncInProgress).map(({ syncConfig }) => syncConfig.enabled)).toEqual(
      Array.from({ length: 23 }, () => true),
    );
  });

  it("keep to the interval, wait longer with each failure, and never ask before the provider allows", () => {
    const dock = { _id: "dock", rateLimitRemaining: 5, syncConfig: { enabled: true, intervalSeconds: 100 } };
    expect(nextAfterSuccess(dock, 0)).toBe(Math.round(100_000 * (1 + spreadOf("dock") / 10)));
    expect([1, 2, 10].map((failures) => nextAfterFailure(dock, failures, 0) / 60_000)).toEqual([2, 4, 60]);
    const limited = { ...dock, rateLimitRemaining: 0, rateLimitResetAt: 9_000_000 };
    expect([nextAfterSuccess(limited, 0), nextAfterFailure(limited, 1, 0)]).toEqual([9_000_000, 9_000_000]);
    expect([mostGone(3), mostGone(100)]).toEqual([5, 30]);
  });
});
