import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { minuteMs } from "../core/wire/durations";
import { addOrganization, emptyHost, enqueue, workIn } from "./jobsHost.testing";
import { completeJob, failJob } from "./settling";
import { addSyncCounts, getSyncRun, openSyncRun } from "./syncRuns";
import { beginRunOf, touchRunOf } from "./sources";
import type { Host } from "./jobsHost.testing";
import type { Doc, Id } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 9, 30) }));
afterEach(() => void vi.useRealTimers());

interface Setting {
  readonly host: Host;
  readonly organizationId: Id<"organizations">;
  readonly dataSourceId: Id<"dataSources">;
  readonly runId: Id<"syncHistory">;
  readonly job: Doc<"scheduledJobs">;
}

/** A data source, a run of it, and the job of a worker that syncs it. */
async function syncing(status: Doc<"dataSources">["status"] = "active", payload = {}): Promise<Setting> {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const stamps = { createdAt: 1, updatedAt: 1 };
  const dataSourceId = await host.run(async ({ db }) => {
    const integrationId = await db.insert("integrations", {
      slug: "psa",
      name: "PSA",
      description: "",
      category: "psa",
      supportedTypes: ["tickets"],
      isActive: true,
      ...stamps,
    });
    return db.insert("dataSources", {
      organizationId,
      integrationId,
      name: "PSA",
      isPrimary: true,
      status,
      config: {},
      metadata: { "sync.devices": { cursor: "kept" } },
      consecutiveFailures: 2,
      lastSyncError: "Before.",
      ...stamps,
    });
  });
  const subject = { sourceType: "dataSource", sourceId: dataSourceId, type: "tickets" } as const;
  const run = await workIn(host, organizationId, (ctx) =>
    openSyncRun(ctx, { organizationId, ...subject, trigger: "scheduled" }),
  );
  const { job } = await enqueue(host, organizationId, { action: "sync.tickets", dataSourceId, payload });
  return { host, organizationId, dataSourceId, runId: run._id, job };
}

const rowsOf = ({ host, organizationId, dataSourceId, runId }: Setting) =>
  workIn(host, organizationId, async (ctx) => ({
    source: await ctx.db.get("dataSources", dataSourceId),
    run: await getSyncRun(ctx, runId),
    health: await ctx.db
      .index("healthChecks", "by_organizationId_and_resourceType_and_resourceId", (q) =>
        q.eq("resourceType", "dataSource").eq("resourceId", dataSourceId),
      )
      .first(),
  }));

it("says with a completed job that its source is synced", async () => {
  const setting = await syncing("error");
  const { host, organizationId, job, runId } = setting;
  await workIn(host, organizationId, async (ctx) => {
    await addSyncCounts(ctx, runId, "tickets", { created: 4 });
    await completeJob(ctx, job, { cursor: "2026-01-15", isComplete: true });
  });
  const { source, run, health } = await rowsOf(setting);
  expect(source).toMatchObject({ status: "active", lastSyncAt: Date.now(), consecutiveFailures: 0 });
  expect(source).not.toHaveProperty("lastSyncError");
  expect(source?.metadata).toEqual({
    "sync.devices": { cursor: "kept" },
    "sync.tickets": { lastSyncAt: Date.now(), cursor: "2026-01-15" },
  });
  expect(run).toMatchObject({ status: "success", isComplete: true });
  expect(health).toMatchObject({ status: "healthy" });
});

it("says with a job that has failed for good that its source is in error, and nothing of one that goes on", async () => {
  const setting = await syncing();
  const { host, organizationId, job } = setting;
  const fail = (isRetryable: boolean) =>
    workIn(host, organizationId, async (ctx) => {
      const row = await ctx.db.get("scheduledJobs", job._id);
      if (row) await failJob(ctx, row, { error: "The provider answered 401.", isRetryable });
    });
  await fail(true);
  expect(await rowsOf(setting)).toMatchObject({
    source: { status: "active" },
    run: { status: "running" },
    health: null,
  });
  await fail(false);
  expect(await rowsOf(setting)).toMatchObject({
    source: { status: "error", lastSyncError: "The provider answered 401.", consecutiveFailures: 3 },
    run: { status: "error", isComplete: false, errors: [{ scope: "tickets", message: "The provider answered 401." }] },
    health: { status: "degraded" },
  });
});

it("keeps the run of a job alive with it, and ends no other one", async () => {
  const setting = await syncing();
  const { host, organizationId, job } = setting;
  vi.advanceTimersByTime(10 * minuteMs);
  await workIn(host, organizationId, (ctx) => touchRunOf(ctx, job));
  expect((await rowsOf(setting)).run?.lockExpiresAt).toBe(Date.now() + 15 * minuteMs);
  const other = { ...job, action: "sync.devices" };
  await workIn(host, organizationId, (ctx) => completeJob(ctx, other, {}));
  expect((await rowsOf(setting)).run).toMatchObject({ status: "running" });
});

it("gives a job that a worker begins its run: the one that was left, a new one after its end, none where nothing is synced", async () => {
  const { host, organizationId, dataSourceId, runId, job } = await syncing("active", { trigger: "scheduled" });
  const begin = (begun: Doc<"scheduledJobs">) => workIn(host, organizationId, (ctx) => beginRunOf(ctx, begun));
  expect(await begin(job)).toMatchObject({ _id: runId });
  await workIn(host, organizationId, (ctx) => completeJob(ctx, job, { isComplete: true }));
  const next = await begin(job);
  expect(next?._id).not.toBe(runId);
  expect(next).toMatchObject({ status: "running", sourceId: dataSourceId, type: "tickets", trigger: "scheduled" });
  const { job: report } = await enqueue(host, organizationId, { action: "x.report" });
  expect(await begin(report)).toBeNull();
});
