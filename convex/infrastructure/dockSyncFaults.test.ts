import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { internal } from "../_generated/api";
import { makeScratchDirectory } from "../../host/scratchDirectory";
import { dayMs, minuteMs } from "../core/wire/durations";
import { AskedToWait } from "../core/wire/providerError";
import { runDue } from "../jobs/jobsHost.testing";
import { mock } from "./adapters/mock";
import { keyOf, openDockHost } from "./dockHost.testing";
import { dockCron, lists, refusal, syncWorld } from "./dockSyncHost.testing";
import type { Doc, TableNames } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

// Taken before timers are replaced: keys are opened on threads of their own, which no replaced timer waits for.
const { setImmediate: realTurn } = globalThis;
const never = () => new Promise<void>(() => undefined);

/** Lets time pass, a minute at a time, with what is scheduled and the crons that look after jobs and docks. */
async function passMinutes(host: ReturnType<typeof openDockHost>, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    vi.setSystemTime(Date.now() + minuteMs);
    await host.mutation(internal.jobs.runner.reap, {});
    await host.mutation(internal.jobs.runner.retryDue, {});
    await host.mutation(internal.jobs.runner.sweep, {});
    await dockCron(host, "releaseBroken");
    await runDue(host);
  }
}

describe("a host that is killed", () => {
  /** Runs a sync until the provider is asked for a page, and goes on with what is on the disk at that moment. */
  async function killedAt(page: number, listed: Parameters<typeof lists>[0]) {
    const directory = makeScratchDirectory("dock");
    const file = join(directory, "store.sqlite3");
    const world = await syncWorld({}, file);
    lists({ ...listed, servers: 12 });
    await world.sync();
    const provider = { isReached: false };
    lists({
      ...listed,
      before: (at) => {
        if (at !== page) return undefined;
        provider.isReached = true;
        return never();
      },
    });
    const syncId = await world.start();
    while (!provider.isReached) {
      vi.advanceTimersByTime(1);
      await new Promise((resolve) => realTurn(resolve));
    }
    const copy = join(directory, "copy.sqlite3");
    for (const suffix of ["", "-wal"]) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
    const host = openDockHost({}, copy);
    onTestFinished(() => host.close());
    const rows = <Table extends TableNames>(table: Table): Promise<Doc<Table>[]> =>
      host.run(({ db }) => db.query(table).take(20_000));
    return { host, rows, syncId };
  }

  it.each([0, 1, 2, 3])("at page %i goes on behind the last page that was written", async (page) => {
    const { host, rows, syncId } = await killedAt(page, { servers: 20, goesOn: true });
    const asked = lists({ servers: 20, goesOn: true });
    expect((await rows("docks"))[0]).toMatchObject({ syncInProgress: true });
    await passMinutes(host, 8);
    expect((await rows("docks"))[0]).toMatchObject({ syncInProgress: false, lastSyncStatus: "success" });
    expect(asked.map((one) => one.page)).toEqual([0, 1, 2, 3].slice(page));
    const servers = await rows("servers");
    expect(servers).toHaveLength(20);
    expect(
      servers.filter(({ deletedAt, missingSince }) => deletedAt !== undefined || missingSince !== undefined),
    ).toEqual([]);
    const run = (await rows("syncHistory")).find(({ _id }) => _id === syncId);
    expect(run).toMatchObject({ status: "success", isComplete: true, counts: { servers: { created: 8 } } });
  });

  it("reads a table anew whose pages do not say how to go on, and takes nothing for gone that it has seen before", async () => {
    const { host, rows } = await killedAt(2, { servers: 20 });
    lists({ servers: 20 });
    await passMinutes(host, 8);
    expect((await rows("docks"))[0]).toMatchObject({ syncInProgress: false, lastSyncStatus: "success" });
    expect((await rows("servers")).filter(({ missingSince }) => missingSince !== undefined)).toEqual([]);
  });

  it("again and again ends the sync, and its lock with it", async () => {
    const { host, rows } = await killedAt(1, { servers: 20, goesOn: true });
    // Each attempt throws what no provider does: a fault of the deployment's own.
    lists({
      servers: 20,
      goesOn: true,
      before: () => {
        throw new Error("out of memory");
      },
    });
    await passMinutes(host, 20);
    expect((await rows("docks"))[0]).toMatchObject({ syncInProgress: false, lastSyncStatus: "error" });
    const message = "The sync was broken off before its end.";
    expect((await rows("syncHistory")).at(-1)).toMatchObject({ status: "error", errors: [{ message }] });
    expect((await rows("servers")).filter(({ missingSince }) => missingSince !== undefined)).toEqual([]);
  });
});

it("goes on in another action where one has no more time, and ends as if it had been one", async () => {
  const { sync, rows } = await syncWorld();
  const asked = lists({
    servers: 30,
    domains: 4,
    goesOn: true,
    before: () => void vi.setSystemTime(Date.now() + 3 * minuteMs),
  });
  expect(await sync()).toMatchObject({
    status: "success",
    counts: { servers: { created: 30 }, domains: { created: 4 } },
  });
  expect(asked.map(({ table, page }) => `${table} ${page}`)).toEqual([
    ...[0, 1, 2, 3, 4, 5].map((page) => `servers ${page}`),
    "domains 0",
  ]);
  const jobs = await rows("scheduledJobs");
  expect(jobs).toMatchObject([{ status: "completed", attempts: 1, result: { status: "success" } }]);
  const actions = await rows("syncSightings");
  expect(actions.flatMap(({ rowIds }) => rowIds)).toHaveLength(34);
});

it("writes nothing more once its job is another action's", async () => {
  const { host, start, rows, due } = await syncWorld();
  lists({
    servers: 20,
    goesOn: true,
    before: async (page) => {
      if (page !== 2) return;
      const [job] = await rows("scheduledJobs");
      if (job) await host.run(({ db }) => db.patch("scheduledJobs", job._id, { lockToken: "lck_of_another" }));
    },
  });
  await start();
  await due();
  expect(await rows("servers")).toHaveLength(10);
  expect(await rows("docks")).toMatchObject([{ syncInProgress: true }]);
});

describe("a provider that asks to wait", () => {
  const asksToWait = (waitMs: number) => {
    let isAsked = false;
    return (page: number) => {
      if (page !== 1 || isAsked) return;
      isAsked = true;
      throw new AskedToWait("The provider asks to wait (429).", waitMs);
    };
  };

  it("is left alone by all docks of the same key, and by no other, before the instant", async () => {
    const { host, create, sync, dock, dockId, start, rows } = await syncWorld();
    const { id: sameKey } = await create({ name: "The same key" });
    const { id: otherKey } = await create({ name: "Another key", apiKey: keyOf("other") });
    const first = lists({ servers: 20, goesOn: true });
    for (const id of [dockId, sameKey, otherKey]) await sync({}, id);
    expect(new Set((await rows("docks")).map(({ keyFingerprint }) => keyFingerprint)).size).toBe(2);
    expect(JSON.stringify(await rows("docks"))).not.toContain("battery");
    expect(first).not.toHaveLength(0);

    const asked = lists({ servers: 20, goesOn: true, before: asksToWait(5 * minuteMs) });
    await sync();
    const instant = Date.now() + 5 * minuteMs;
    expect(asked).toHaveLength(2);
    for (const id of [dockId, sameKey]) expect((await dock(id))?.rateLimitResetAt).toBeLessThanOrEqual(instant);
    expect(await refusal(start({}, sameKey))).toBe("rate_limited_by_provider");
    await sync({}, otherKey);
    const before = asked.filter(({ apiKey }) => apiKey === keyOf("acme"));
    expect(before).toHaveLength(2);
    await passMinutes(host, 6);
    // It goes on where it was told to wait.
    const after = asked.filter(({ apiKey }) => apiKey === keyOf("acme")).slice(2);
    expect(after.map(({ page }) => page)).toEqual([1, 2, 3]);
    expect(after[0]?.at).toBeGreaterThanOrEqual((await dock())?.rateLimitResetAt ?? Infinity);
    expect(await dock()).toMatchObject({ lastSyncStatus: "success", consecutiveFailures: 0 });
  });

  it("is left alone by a dock that comes later with the same key, and by tests of it", async () => {
    const { create, sync, test, rotate, dock, rows } = await syncWorld();
    lists({ servers: 20, goesOn: true, before: asksToWait(60 * minuteMs) });
    expect(await sync()).toMatchObject({ status: "error", errors: [{ message: "The provider asks to wait (429)." }] });
    const { rateLimitResetAt = 0, nextSyncAt = 0 } = (await dock()) ?? {};
    expect(rateLimitResetAt - Date.now()).toBeGreaterThan(59 * minuteMs);
    expect(nextSyncAt).toBeGreaterThanOrEqual(rateLimitResetAt);
    const { id } = await create({ name: "Later" });
    const asked = lists({ servers: 20 });
    expect(await test(id)).toMatchObject({ isValid: false, message: "The provider asks to wait." });
    const { id: rotated } = await create({ name: "Rotated", apiKey: keyOf("other") });
    await sync({}, rotated);
    expect(await refusal(rotate(rotated, keyOf("acme")))).toBe("provider_unavailable");
    const beforeSync = asked.length;
    expect(await sync({}, id)).toMatchObject({ status: "error" });
    expect(asked).toHaveLength(beforeSync);
    expect((await rows("docks")).find(({ _id }) => _id === id)).toMatchObject({
      rateLimitRemaining: 0,
      rateLimitResetAt,
    });
  });

  it("before it has said whose the key is, is asked that behind the wait", async () => {
    const { host, start, dock, patch, dockId, rows } = await syncWorld();
    await patch(dockId, { providerAccountId: "acme" });
    const asked = lists({ servers: 20, goesOn: true });
    vi.spyOn(mock, "validateCredentials")
      .mockRejectedValueOnce(new AskedToWait("The provider asks to wait (429).", 2 * minuteMs))
      .mockResolvedValueOnce({ accountId: "other" });
    await start();
    await passMinutes(host, 4);
    expect(await dock()).toMatchObject({
      syncInProgress: false,
      lastSyncStatus: "error",
      lastSyncError: "The key is of another account than the one that was synced.",
    });
    expect(asked).toEqual([]);
    expect(await rows("servers")).toEqual([]);
  });

  it("may ask so before and behind it has said whose the key is, once each", async () => {
    const { host, start, dock } = await syncWorld();
    const wait = new AskedToWait("The provider asks to wait (429).", 2 * minuteMs);
    vi.spyOn(mock, "validateCredentials").mockRejectedValueOnce(wait);
    let isAsked = false;
    const before = () => {
      if (isAsked) return;
      isAsked = true;
      throw wait;
    };
    lists({ servers: 20, goesOn: true, before });
    await start();
    await passMinutes(host, 8);
    expect(await dock()).toMatchObject({ lastSyncStatus: "success" });
  });

  it("without end is not waited for without end", async () => {
    const { host, start, dock } = await syncWorld();
    lists({
      servers: 20,
      goesOn: true,
      before: () => {
        throw new AskedToWait("The provider asks to wait (429).", 2 * minuteMs);
      },
    });
    await start();
    await passMinutes(host, 6);
    expect(await dock()).toMatchObject({ syncInProgress: false, lastSyncStatus: "error", consecutiveFailures: 1 });
  });

  it("after the last request that it allows is left alone as well", async () => {
    const { sync, dock, start } = await syncWorld();
    const resetAt = Date.now() + 60 * minuteMs;
    const asked = lists({ servers: 20, goesOn: true, rateLimit: { remaining: 0, limit: 5000, resetAt } });
    expect(await sync()).toMatchObject({ status: "error" });
    expect(asked).toHaveLength(1);
    expect(await dock()).toMatchObject({ rateLimitRemaining: 0, rateLimitLimit: 5000, rateLimitResetAt: resetAt });
    expect(await refusal(start())).toBe("rate_limited_by_provider");
  });

  it("after the last page of the last list has nothing to wait for", async () => {
    const { sync, dock } = await syncWorld();
    const resetAt = Date.now() + 60 * minuteMs;
    lists({ servers: 5, rateLimit: { remaining: 0, limit: 5000, resetAt } });
    expect(await sync({ resourceTables: ["servers"] })).toMatchObject({ status: "success", isComplete: true });
    expect(await dock()).toMatchObject({ rateLimitRemaining: 0, rateLimitResetAt: resetAt });
  });

  it("for longer than a day is asked again after one", async () => {
    const { sync, dock } = await syncWorld();
    lists({ servers: 20, goesOn: true, before: asksToWait(10_000 * dayMs) });
    expect(await sync()).toMatchObject({ status: "error" });
    const { rateLimitResetAt = 0, nextSyncAt = 0 } = (await dock()) ?? {};
    for (const instant of [rateLimitResetAt, nextSyncAt]) expect(instant - Date.now()).toBeLessThanOrEqual(dayMs);
  });
});

it("goes on while secrets are encrypted anew", async () => {
  const { host, sync, rows, test, dockId } = await syncWorld();
  lists({
    servers: 20,
    goesOn: true,
    before: async (page) => {
      if (page !== 2) return;
      vi.stubEnv("ENCRYPTION_MASTER_KEY_V1", "ab".repeat(32));
      vi.stubEnv("ENCRYPTION_MASTER_KEY", "cd".repeat(32));
      vi.stubEnv("ENCRYPTION_KEY_VERSION", "2");
      await host.action(internal.core.records.reencryption.reencryptSecrets, {});
    },
  });
  expect(await sync()).toMatchObject({ status: "success", counts: { servers: { created: 20 } } });
  const before = (await rows("docks"))[0]?.keyFingerprint;
  vi.stubEnv("ENCRYPTION_MASTER_KEY_V1", "");
  expect(await test(dockId)).toMatchObject({ isValid: true });
  expect((await rows("docks"))[0]?.keyFingerprint).not.toBe(before);
});

it("fails without asking anybody where the key cannot be read", async () => {
  const { sync, dock } = await syncWorld();
  const asked = lists({ servers: 20 });
  vi.stubEnv("ENCRYPTION_MASTER_KEY", "cd".repeat(32));
  expect(await sync()).toMatchObject({ status: "error" });
  expect(asked).toEqual([]);
  expect(await dock()).toMatchObject({ syncInProgress: false, lastSyncStatus: "error" });
});
