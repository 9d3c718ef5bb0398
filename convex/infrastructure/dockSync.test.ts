import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api";
import { keyOf } from "./dockHost.testing";
import { dockCron, lists, refusal, syncWorld as world } from "./dockSyncHost.testing";
import { mostGone, nextAfterFailure, nextAfterSuccess, spreadOf } from "./docks/syncRules";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

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
  expect(await sync()).toMatchObject({ counts: { servers: { created: 0, updated: 0, revived: 3, unchanged: 9 } } });
  expect(await live()).toHaveLength(12);
  expect((await rows("servers")).filter(({ missingSince }) => missingSince !== undefined)).toEqual([]);
});

it.each(["sync", "deletion of the dock"])("forgets the health of what goes by a %s", async (by) => {
  const { sync, rows, host, organizationId, remove, dockId, due } = await world();
  lists({ servers: 2 });
  await sync();
  const [server] = await rows("servers");
  if (!server) throw new Error("There is no server.");
  const counts = { successCount: 1, failureCount: 0, lastCheckAt: 1, createdAt: 1, updatedAt: 1 };
  const check = {
    organizationId,
    resourceType: "server",
    resourceId: server._id,
    status: "healthy",
    ...counts,
  } as const;
  await host.run(({ db }) => db.insert("healthChecks", check));
  const known = async () => (await rows("healthChecks")).filter(({ resourceType }) => resourceType === "server");
  expect(await known()).toHaveLength(1);
  if (by === "sync") {
    lists({ servers: 0 });
    await sync();
    await sync();
  } else {
    await remove(dockId);
    await due();
  }
  expect(await known()).toEqual([]);
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
  it("is one sync's at a time, as long as its job waits or runs", async () => {
    const { host, ann, named, dockId, dock, rows, start, due } = await world();
    const { docks } = api.infrastructure;
    const release = () => ann.mutation(docks.releaseLock, { ...named, dockId });
    await start();
    expect(await refusal(start())).toBe("sync_in_progress");
    expect(await refusal(release())).toBe("sync_in_progress");
    // It waits for its turn for an hour, and nothing takes it for dead.
    for (let minutes = 0; minutes < 60; minutes++) {
      vi.setSystemTime(Date.now() + 60_000);
      await dockCron(host, "releaseBroken");
      await host.mutation(internal.jobs.upkeep.endSilentRuns, {});
    }
    expect(await dock()).toMatchObject({ syncInProgress: true });
    await due();
    expect(await dock()).toMatchObject({ syncInProgress: false, lastSyncStatus: "success" });
    expect(await rows("syncHistory")).toMatchObject([{ status: "success" }]);
  });

  it.each(["releaseBroken", "release"] as const)("of a cancelled sync is released by %s", async (by) => {
    const { host, ann, named, dockId, dock, rows, start } = await world();
    await start();
    const [job] = await rows("scheduledJobs");
    if (!job) throw new Error("There is no job.");
    await host.run(({ db }) => db.patch("scheduledJobs", job._id, { status: "failed", willRetry: false }));
    vi.setSystemTime(Date.now() + 60_000);
    if (by === "release") await ann.mutation(api.infrastructure.docks.releaseLock, { ...named, dockId });
    else await dockCron(host, by);
    expect(await dock()).toMatchObject({ syncInProgress: false, lastSyncStatus: "error", consecutiveFailures: 1 });
    expect(await rows("syncHistory")).toMatchObject([{ status: "error" }]);
    expect(await refusal(start())).toBeUndefined();
  });

  it("is another run's as soon as one has ended, whose job may still run", async () => {
    const { sync, host, rows, runOf, start, due } = await world();
    lists({ servers: 3 });
    await sync();
    const [job] = await rows("scheduledJobs");
    if (!job) throw new Error("There is no job.");
    await host.run(({ db }) => db.patch("scheduledJobs", job._id, { status: "running" }));
    lists({ servers: 4 });
    const syncId = await start();
    await due();
    expect(await runOf(syncId)).toMatchObject({ status: "success", counts: { servers: { created: 1, unchanged: 3 } } });
  });

  it("is not disturbed by the job of a run before that is tried again", async () => {
    const { host, ann, named, rows, runOf, start, due, live } = await world();
    lists({ servers: 3 });
    await start();
    const [job] = await rows("scheduledJobs");
    if (!job) throw new Error("There is no job.");
    const cancelled = { status: "failed", willRetry: false, queue: undefined } as const;
    await host.run(({ db }) => db.patch("scheduledJobs", job._id, cancelled));
    vi.setSystemTime(Date.now() + 60_000);
    await dockCron(host, "releaseBroken");
    const syncId = await start();
    await ann.mutation(api.jobs.scheduledJobs.retry, { ...named, jobId: job._id });
    await due();
    expect(await runOf(syncId)).toMatchObject({ status: "success" });
    expect(await live()).toHaveLength(3);
  });

  it("is released of more docks than one transaction looks at", async () => {
    const { host, rows, organizationId, due } = await world();
    const locked = { syncInProgress: true, syncStartedAt: Date.now(), lastSyncStatus: "syncing" } as const;
    const made = { organizationId, provider: "mock", syncConfig: { enabled: true, intervalSeconds: 120 } };
    await host.run(async ({ db }) => {
      for (let at = 0; at < 130; at++)
        await db.insert("docks", { ...made, ...locked, name: `Mock ${at}`, createdAt: 1, updatedAt: 1 });
    });
    vi.setSystemTime(Date.now() + 61_000);
    await dockCron(host, "releaseBroken");
    await due();
    expect((await rows("docks")).filter(({ syncInProgress }) => syncInProgress)).toEqual([]);
  });

  it("keeps a key from being rotated and a dock from being deleted", async () => {
    const { rotate, remove, dockId, start } = await world();
    await start();
    expect(await refusal(rotate(dockId, keyOf("acme")))).toBe("sync_in_progress");
    expect(await refusal(remove(dockId))).toBe("sync_in_progress");
  });
});

describe("syncs by themselves", () => {
  it("begin where they are due, however many those are, and not where they are off", async () => {
    const { create, rows, host, due } = await world();
    for (let at = 1; at < 25; at++)
      await create({ name: `Mock ${at}`, apiKey: keyOf("acme"), syncConfig: { enabled: at > 2 } });
    lists({ servers: 0 });
    await dockCron(host, "syncDue");
    await due();
    const docks = await rows("docks");
    expect(
      docks.filter(({ lastSyncAt }) => lastSyncAt !== undefined).map(({ syncConfig }) => syncConfig.enabled),
    ).toEqual(Array.from({ length: 23 }, () => true));
  });

  it("follow the settings as soon as these change", async () => {
    const { ann, named, dockId, dock, sync, patch } = await world();
    const set = async (syncConfig: object) => {
      await ann.mutation(api.infrastructure.docks.update, { ...named, dockId, syncConfig });
      return (await dock())?.nextSyncAt;
    };
    lists({ servers: 0 });
    await sync();
    const after = (await dock())?.nextSyncAt ?? 0;
    expect(await set({ intervalSeconds: 86_400 })).toBeGreaterThan(Date.now() + 86_000_000);
    expect(await set({ enabled: false })).toBeUndefined();
    expect(await set({ enabled: true, intervalSeconds: 120 })).toBe(after);
    await patch(dockId, { lastSyncAt: Date.now() - 86_400_000 });
    expect(await set({ intervalSeconds: 240 })).toBe(Date.now());
  });

  it("say nothing new of a dock that is looked at and left", async () => {
    const { host, dockId, dock, patch, organizationId } = await world();
    await host.run(({ db }) => db.patch("organizations", organizationId, { status: "suspended" }));
    const before = await dock();
    vi.setSystemTime(Date.now() + 60_000);
    await dockCron(host, "syncDue");
    const { nextSyncAt, ...rest } = (await dock(dockId)) ?? {};
    expect(nextSyncAt).toBeGreaterThan(Date.now());
    expect(rest).toEqual({ ...before, nextSyncAt: undefined });
    await patch(dockId, { syncConfig: { enabled: false, intervalSeconds: 120 }, nextSyncAt: 1 });
    await dockCron(host, "syncDue");
    expect(await dock()).toMatchObject({ syncInProgress: false });
  });

  it("keep to the interval, wait longer with each failure, and never ask before the provider allows", () => {
    const dock = { _id: "dock", rateLimitRemaining: 5, syncConfig: { enabled: true, intervalSeconds: 100 } };
    expect(nextAfterSuccess(dock, 0, 60)).toBe(Math.round(100_000 * (1 + spreadOf("dock") / 10)));
    expect([1, 2, 10].map((failures) => nextAfterFailure(dock, failures, 0) / 60_000)).toEqual([2, 4, 60]);
    const limited = { ...dock, rateLimitRemaining: 0, rateLimitResetAt: 9_000_000 };
    expect([nextAfterSuccess(limited, 0, 60), nextAfterFailure(limited, 1, 0)]).toEqual([9_000_000, 9_000_000]);
    expect([mostGone(3), mostGone(100)]).toEqual([5, 30]);
  });
});
