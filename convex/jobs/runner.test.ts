import { afterEach, beforeEach, expect, it, vi } from "vitest";
import schema from "../schema";
import { internal } from "../_generated/api";
import { createTestHost } from "../../host/testHost/createTestHost";
import { minuteMs } from "../core/wire/durations";
import { defaultOrganizationSettings } from "../tenancy/tables";
import { jobLeaseMs } from "./startJob";
import type { Doc, Id } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Host = ReturnType<typeof createTestHost<(typeof schema)["tables"]>>;

/** A host with an organization, and a job of it that is due now. */
async function hostWithJob(
  changes: Partial<Doc<"scheduledJobs">>,
  transactionLimits = {},
): Promise<{ host: Host; organizationId: Id<"organizations">; jobId: Id<"scheduledJobs"> }> {
  const host = createTestHost({ schema, transactionLimits });
  const rows = await host.run(async ({ db }) => {
    const stamps = { createdAt: 1, updatedAt: 1 };
    const ownerId = await db.insert("users", {
      emailVerified: false,
      name: "Ann",
      status: "active",
      isPlatformAdmin: false,
      ...stamps,
    });
    const organizationId = await db.insert("organizations", {
      name: "Acme",
      slug: "acme",
      status: "inactive",
      ownerId,
      settings: defaultOrganizationSettings,
      deletedAt: 1,
      purgeAfter: 2,
      ...stamps,
    });
    const jobId = await db.insert("scheduledJobs", {
      organizationId,
      runner: "builtin",
      action: "organization.purge",
      payload: {},
      priority: 5,
      status: "pending",
      scheduledAt: 1,
      attempts: 0,
      attemptsMax: 3,
      ...stamps,
      ...changes,
    });
    return { organizationId, jobId };
  });
  return { host, ...rows };
}

const read = (host: Host, jobId: Id<"scheduledJobs">) => host.run(({ db }) => db.get("scheduledJobs", jobId));
const step = (host: Host, jobId: Id<"scheduledJobs">, attempts: number) =>
  host.mutation(internal.jobs.runner.step, { jobId, attempts });

it("tries a job that fails again, later each time, and gives it up at last", async () => {
  const { host, jobId } = await hostWithJob({ action: "x.unknown" });
  await step(host, jobId, 0);
  const waits: number[] = [];
  for (let attempt = 1; attempt < 3; attempt++) {
    const failed = await read(host, jobId);
    expect(failed).toMatchObject({
      status: "failed",
      attempts: attempt,
      error: "This deployment runs no jobs of x.unknown.",
    });
    expect(failed?.completedAt).toBeUndefined();
    waits.push((failed?.nextRetryAt ?? 0) - Date.now());
    await host.mutation(internal.jobs.runner.resumeDue, {});
    expect(await read(host, jobId)).toMatchObject({ status: "failed" });
    vi.advanceTimersByTime(waits.at(-1) ?? 0);
    await host.mutation(internal.jobs.runner.resumeDue, {});
    expect(await read(host, jobId)).toMatchObject({ status: "pending" });
    await host.finishAllScheduledFunctions(vi.runAllTimers);
  }
  expect(waits[1]).toBeGreaterThan(waits[0] ?? Infinity);
  const given = await read(host, jobId);
  expect(given).toMatchObject({ status: "failed", attempts: 3 });
  expect([given?.nextRetryAt, given?.completedAt]).toEqual([undefined, Date.now()]);
});

it("undoes a step that breaks a limit of Convex, and tries it again", async () => {
  const { host, organizationId, jobId } = await hostWithJob({}, { documentsWritten: 3 });
  const insert = () =>
    host.run(({ db }) =>
      db.insert("todos", { organizationId, text: "Gone", completed: false, createdAt: 1, updatedAt: 1 }),
    );
  for (let row = 0; row < 4; row++) await insert();
  await step(host, jobId, 0);
  const error = "Too many writes in a single function execution (limit: 3)";
  expect(await read(host, jobId)).toMatchObject({ status: "failed", attempts: 1, error });
  expect(await host.run(async ({ db }) => (await db.query("todos").take(10)).length)).toBe(4);
});

it("takes a job for failed only when the scheduler knows of no step", async () => {
  const { host, jobId } = await hostWithJob({ status: "running", attempts: 1, lockExpiresAt: Date.now() + jobLeaseMs });
  await host.mutation(internal.jobs.runner.resumeDue, {});
  expect(await read(host, jobId)).toMatchObject({ status: "running" });
  vi.advanceTimersByTime(jobLeaseMs);
  await host.mutation(internal.jobs.runner.resumeDue, {});
  expect(await read(host, jobId)).toMatchObject({
    status: "failed",
    attempts: 1,
    error: "Its step ended without a result.",
  });

  const waiting = await hostWithJob({ status: "running", attempts: 1, lockExpiresAt: Date.now() });
  await waiting.host.run(async ({ db, scheduler }) => {
    const later = { jobId: waiting.jobId, attempts: 1 };
    const stepId = await scheduler.runAfter(60 * minuteMs, internal.jobs.runner.step, later);
    await db.patch("scheduledJobs", waiting.jobId, { stepId });
  });
  await waiting.host.mutation(internal.jobs.runner.resumeDue, {});
  expect(await read(waiting.host, waiting.jobId)).toMatchObject({
    status: "running",
    lockExpiresAt: Date.now() + jobLeaseMs,
  });
});

it("does nothing in a step of an earlier attempt, of a job that ended, or of one that is gone", async () => {
  const { host, jobId } = await hostWithJob({ status: "running", attempts: 2 });
  await step(host, jobId, 1);
  expect(await read(host, jobId)).toMatchObject({ status: "running", attempts: 2 });
  await host.run(({ db }) => db.patch("scheduledJobs", jobId, { status: "completed" }));
  await step(host, jobId, 2);
  expect(await read(host, jobId)).toMatchObject({ status: "completed" });
  await host.run(({ db }) => db.delete("scheduledJobs", jobId));
  expect(await step(host, jobId, 2)).toBeNull();
});

it("leaves the jobs of workers to them", async () => {
  const lost = { status: "running", attempts: 1, lockExpiresAt: 1, runner: "worker" } as const;
  const { host, jobId } = await hostWithJob(lost);
  await host.mutation(internal.jobs.runner.resumeDue, {});
  expect(await read(host, jobId)).toMatchObject(lost);
});

it("ends a purge of an organization that was restored", async () => {
  const { host, organizationId, jobId } = await hostWithJob({});
  await host.run(({ db }) =>
    db.patch("organizations", organizationId, { purgeAfter: undefined, deletedAt: undefined }),
  );
  await step(host, jobId, 0);
  expect(await read(host, jobId)).toMatchObject({ status: "completed", attempts: 1 });
  expect(await host.run(({ db }) => db.get("organizations", organizationId))).not.toBeNull();
});
