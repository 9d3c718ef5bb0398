import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { internal } from "../_generated/api";
import { dayMs, minuteMs } from "../core/wire/durations";
import { addOrganization, emptyHost, workIn } from "./jobsHost.testing";
import { recordEventLog } from "./eventLog";
import { mostFailures } from "./processing";
import {
  addSyncCounts,
  finishSyncRun,
  getSyncRun,
  lastSyncRuns,
  openSyncRun,
  silentRunMs,
  touchSyncRun,
} from "./syncRuns";
import type { Host } from "./jobsHost.testing";
import type { Id } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 9, 30) }));
afterEach(() => void vi.useRealTimers());

const subject = { sourceType: "dataSource", sourceId: "source", type: "tickets" } as const;
const open = (host: Host, organizationId: Id<"organizations">, more = {}) =>
  workIn(host, organizationId, (ctx) => openSyncRun(ctx, { organizationId, ...subject, trigger: "manual", ...more }));

it("takes an event from a processor that is dead, and gives it up after the fifth failure", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const event = { organizationId, eventType: "entity.created", payload: {} };
  const { _id } = await workIn(host, organizationId, (ctx) => recordEventLog(ctx, event));
  const readEvent = () => host.run(({ db }) => db.get("eventLogs", _id));
  for (let failures = 1; failures <= mostFailures; failures++) {
    const lockExpiresAt = Date.now() + minuteMs;
    await host.run(({ db }) => db.patch("eventLogs", _id, { status: "processing", lockToken: "lck_1", lockExpiresAt }));
    await host.mutation(internal.jobs.upkeep.reapEvents, {});
    expect(await readEvent()).toMatchObject({ status: "processing" });
    vi.advanceTimersByTime(minuteMs);
    await host.mutation(internal.jobs.upkeep.reapEvents, {});
    const failed = await readEvent();
    expect(failed).toMatchObject({ status: "failed", retryCount: failures });
    expect(failed).not.toHaveProperty("lockToken");
    if (failures === mostFailures) break;
    vi.setSystemTime(failed?.nextRetryAt ?? 0);
    await host.mutation(internal.jobs.upkeep.retryEvents, {});
    expect(await readEvent()).toMatchObject({ status: "pending" });
  }
  vi.advanceTimersByTime(dayMs);
  await host.mutation(internal.jobs.upkeep.retryEvents, {});
  expect(await readEvent()).toMatchObject({ status: "failed", processedAt: expect.any(Number) });
  const told = await host.run(({ db }) => db.query("notifications").take(10));
  expect(told).toMatchObject([{ type: "job_failed", data: { eventLogId: _id } }]);
});

it("has one run of a source and type at a time", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const run = await open(host, organizationId);
  await expect(open(host, organizationId)).rejects.toThrow("A synchronization of its tickets runs.");
  const other = await open(host, organizationId, { type: "devices" });
  await workIn(host, organizationId, async (ctx) => {
    await addSyncCounts(ctx, run._id, "tickets", { created: 2, unchanged: 1 });
    await addSyncCounts(ctx, run._id, "tickets", { created: 1 });
    await finishSyncRun(ctx, run._id, { status: "success", complete: true });
    // The first end counts.
    await finishSyncRun(ctx, run._id, {
      status: "error",
      complete: false,
      errors: [{ scope: "tickets", message: "No." }],
    });
    await addSyncCounts(ctx, run._id, "tickets", { deleted: 5 });
  });
  const ended = await workIn(host, organizationId, (ctx) => getSyncRun(ctx, run._id));
  expect(ended).toMatchObject({
    status: "success",
    isComplete: true,
    counts: { tickets: { created: 3, updated: 0, deleted: 0, unchanged: 1 } },
    errors: [],
    durationMs: 0,
  });
  const next = await open(host, organizationId);
  const last = await workIn(host, organizationId, (ctx) => lastSyncRuns(ctx, organizationId, subject, 5));
  expect(last.map(({ _id }) => _id)).toEqual([next._id, run._id]);
  expect(other._id).not.toBe(next._id);
});

it("ends a run of which nothing is heard, and none of which something is", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const silent = await open(host, organizationId);
  const living = await open(host, organizationId, { type: "devices" });
  vi.advanceTimersByTime(silentRunMs - 1);
  await host.mutation(internal.jobs.upkeep.endSilentRuns, {});
  await workIn(host, organizationId, async (ctx) => {
    const run = await getSyncRun(ctx, living._id);
    if (run) await touchSyncRun(ctx, run);
  });
  vi.advanceTimersByTime(1);
  await host.mutation(internal.jobs.upkeep.endSilentRuns, {});
  const after = (id: Id<"syncHistory">) => workIn(host, organizationId, (ctx) => getSyncRun(ctx, id));
  expect(await after(living._id)).toMatchObject({ status: "running" });
  expect(await after(silent._id)).toMatchObject({ status: "error", isComplete: false, errors: [{ scope: "tickets" }] });
  await open(host, organizationId);
});

it("forgets what ended long ago, and nothing that has not ended", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const run = await open(host, organizationId);
  const other = await open(host, organizationId, { type: "devices" });
  await workIn(host, organizationId, (ctx) => finishSyncRun(ctx, run._id, { status: "success", complete: true }));
  vi.advanceTimersByTime(91 * dayMs);
  const deleted = await host.mutation(internal.core.records.retention.deleteExpired, { table: "syncHistory" });
  expect(deleted).toBe(1);
  expect(await host.run(({ db }) => db.get("syncHistory", other._id))).not.toBeNull();
});
