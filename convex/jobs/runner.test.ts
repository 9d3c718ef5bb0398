import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { internal } from "../_generated/api";
import { jobAction, reportProgress } from "../core/operations/scheduledWork";
import { minuteMs } from "../core/wire/durations";
import { addBuiltIn, addOrganization, emptyHost, readJob, runDue } from "./jobsHost.testing";
import { runningHere } from "./rules";
import { jobLeaseMs } from "./dispatching";
import type { Host } from "./jobsHost.testing";
import type { Doc, Id } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 9, 30) }));
afterEach(() => void vi.useRealTimers());

const doomed = { status: "inactive", deletedAt: 1, purgeAfter: 2 } as const;
const held = { status: "running", queue: runningHere, attempts: 1 } as const;

/** A host with an organization that is to be purged, and a job of it that is due now. */
async function hostWithJob(
  changes: Partial<Doc<"scheduledJobs">>,
  transactionLimits = {},
): Promise<{ host: Host; organizationId: Id<"organizations">; jobId: Id<"scheduledJobs"> }> {
  const host = emptyHost(transactionLimits);
  const organizationId = await addOrganization(host, "acme", doomed);
  return { host, organizationId, jobId: await addBuiltIn(host, organizationId, changes) };
}

const step = (host: Host, jobId: Id<"scheduledJobs">, attempts: number) =>
  host.mutation(internal.jobs.runner.step, { jobId, attempts });
const reap = (host: Host) => host.mutation(internal.jobs.runner.reap, {});
const sweep = (host: Host) => host.mutation(internal.jobs.runner.sweep, {});

it("tries a job that fails again after a while, and gives it up at last", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const jobId = await addBuiltIn(host, organizationId, { action: "x.unknown" });
  for (let attempt = 1; attempt < 3; attempt++) {
    await host.mutation(internal.jobs.runner.dispatch, { organizationId });
    await runDue(host);
    const failed = await readJob(host, jobId);
    const error = "This deployment runs no jobs of x.unknown.";
    expect(failed).toMatchObject({ status: "failed", attempts: attempt, error, willRetry: true });
    expect([failed?.completedAt, failed?.queue, failed?.lockToken]).toEqual([undefined, undefined, undefined]);
    await host.mutation(internal.jobs.runner.retryDue, {});
    expect(await readJob(host, jobId)).toMatchObject({ status: "failed" });
    vi.setSystemTime(failed?.nextRetryAt ?? 0);
    await host.mutation(internal.jobs.runner.retryDue, {});
    expect(await readJob(host, jobId)).toMatchObject({ status: "pending", queue: "builtin:5" });
  }
  await host.mutation(internal.jobs.runner.dispatch, { organizationId });
  await runDue(host);
  const given = await readJob(host, jobId);
  expect(given).toMatchObject({ status: "failed", attempts: 3, willRetry: false });
  expect([given?.nextRetryAt, given?.completedAt]).toEqual([undefined, Date.now()]);
  const told = await host.run(({ db }) => db.query("notifications").take(10));
  expect(told).toMatchObject([{ type: "job_failed", data: { jobId, action: "x.unknown" } }]);
  const [health] = await host.run(({ db }) => db.query("healthChecks").take(10));
  expect(health).toMatchObject({ resourceType: "custom", resourceId: "job:x.unknown", status: "degraded" });
});

it("undoes a step that breaks a limit of Convex, and tries it again", async () => {
  const { host, organizationId, jobId } = await hostWithJob(held, { documentsWritten: 4 });
  const insert = () =>
    host.run(({ db }) =>
      db.insert("todos", { organizationId, text: "Gone", completed: false, createdAt: 1, updatedAt: 1 }),
    );
  for (let row = 0; row < 5; row++) await insert();
  await step(host, jobId, 1);
  const error = "Too many writes in a single function execution (limit: 4)";
  expect(await readJob(host, jobId)).toMatchObject({ status: "failed", attempts: 1, error });
  expect(await host.run(async ({ db }) => (await db.query("todos").take(10)).length)).toBe(5);
});

it("takes a job for failed only when the scheduler knows of no step", async () => {
  const { host, jobId } = await hostWithJob({ ...held, lockExpiresAt: Date.now() + jobLeaseMs });
  await reap(host);
  expect(await readJob(host, jobId)).toMatchObject({ status: "running" });
  vi.advanceTimersByTime(jobLeaseMs);
  await reap(host);
  const error = "Its step ended without a result.";
  expect(await readJob(host, jobId)).toMatchObject({ status: "failed", attempts: 1, error });

  const waiting = await hostWithJob({ ...held, lockExpiresAt: Date.now() });
  await waiting.host.run(async ({ db, scheduler }) => {
    const later = { jobId: waiting.jobId, attempts: 1 };
    const stepId = await scheduler.runAfter(60 * minuteMs, internal.jobs.runner.step, later);
    await db.patch("scheduledJobs", waiting.jobId, { stepId });
  });
  await reap(waiting.host);
  expect(await readJob(waiting.host, waiting.jobId)).toMatchObject({
    status: "running",
    lockExpiresAt: Date.now() + jobLeaseMs,
  });
});

it("does nothing in a step of an earlier attempt, of a job that ended, or of one that is gone", async () => {
  const { host, jobId } = await hostWithJob({ ...held, attempts: 2 });
  await step(host, jobId, 1);
  expect(await readJob(host, jobId)).toMatchObject({ status: "running", attempts: 2 });
  await host.run(({ db }) => db.patch("scheduledJobs", jobId, { status: "completed" }));
  await step(host, jobId, 2);
  expect(await readJob(host, jobId)).toMatchObject({ status: "completed" });
  await host.run(({ db }) => db.delete("scheduledJobs", jobId));
  expect(await step(host, jobId, 2)).toBeNull();
});

it("goes on with what an older deployment has scheduled with the job", async () => {
  const { host, organizationId, jobId } = await hostWithJob({});
  await host.run(({ db }) => db.patch("scheduledJobs", jobId, { queue: undefined }));
  await host.run(({ db }) =>
    db.patch("organizations", organizationId, { purgeAfter: undefined, deletedAt: undefined }),
  );
  await step(host, jobId, 0);
  expect(await readJob(host, jobId)).toMatchObject({ status: "completed", attempts: 1 });
});

it("ends a purge of an organization that was restored", async () => {
  const { host, organizationId, jobId } = await hostWithJob({});
  await host.run(({ db }) =>
    db.patch("organizations", organizationId, { purgeAfter: undefined, deletedAt: undefined }),
  );
  await host.mutation(internal.jobs.runner.dispatch, { organizationId });
  await runDue(host);
  expect(await readJob(host, jobId)).toMatchObject({ status: "completed", attempts: 1 });
  expect(await host.run(({ db }) => db.get("organizations", organizationId))).not.toBeNull();
});

it("leaves all but purges to wait in an organization that is in the trash", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme", doomed);
  const jobId = await addBuiltIn(host, organizationId, { action: "x.unknown" });
  await host.mutation(internal.jobs.runner.dispatch, { organizationId });
  await runDue(host);
  expect(await readJob(host, jobId)).toMatchObject({ status: "pending" });
});

it("ends a job between two steps once somebody has cancelled it", async () => {
  const { host, organizationId, jobId } = await hostWithJob({ ...held, cancelRequestedAt: 5 });
  await step(host, jobId, 1);
  expect(await readJob(host, jobId)).toMatchObject({ status: "failed", willRetry: false, error: "It was cancelled." });
  expect(await host.run(({ db }) => db.get("organizations", organizationId))).not.toBeNull();
});

it("begins the one job of an organization within two ticks, however many another one has", async () => {
  const host = emptyHost();
  const busy = await addOrganization(host, "busy");
  const quiet = await addOrganization(host, "quiet");
  for (let at = 0; at < 300; at++) await addBuiltIn(host, busy, { action: "x.unknown", scheduledAt: at });
  const jobId = await addBuiltIn(host, quiet, { action: "x.unknown", scheduledAt: 1000 });
  await sweep(host);
  await host.finishInProgressScheduledFunctions();
  for (let tick = 0; tick < 2; tick++) {
    vi.advanceTimersByTime(1);
    await host.finishInProgressScheduledFunctions();
  }
  expect(await readJob(host, jobId)).toMatchObject({ attempts: 1 });
  const begun = await host.run(async ({ db }) =>
    (await db.query("scheduledJobs").take(400)).filter((job) => job.attempts > 0),
  );
  expect(begun.length).toBeLessThan(20);
});

it("notes what an action says and how it ended, and nothing of one that has lost its job", async () => {
  const { host, organizationId, jobId } = await hostWithJob({ ...held, action: "x.ask", lockToken: "lck_1" });
  const heard: boolean[] = [];
  const asking = jobAction(async (ctx, job) => {
    heard.push(await reportProgress(ctx, job, { cursor: "page 2", progress: { pages: 1 } }));
    if (job.attempts === 1) throw new Error("The provider did not answer.\n    at somewhere");
    return { result: { pages: 2 } };
  });
  const run = (lockToken: string, attempts: number): Promise<unknown> =>
    Reflect.apply(Reflect.get(asking, "_handler"), undefined, [
      { runMutation: host.mutation },
      { organizationId, jobId, action: "x.ask", payload: {}, lockToken, attempts },
    ]);
  await run("lck_of_another", 2);
  expect(await readJob(host, jobId)).toMatchObject({ status: "running", attempts: 1 });
  await run("lck_1", 1);
  const error = "The provider did not answer.";
  expect(await readJob(host, jobId)).toMatchObject({ status: "failed", willRetry: true, error, cursor: "page 2" });
  const again = { ...held, attempts: 2, lockToken: "lck_2", cancelRequestedAt: 5 };
  await host.run(({ db }) => db.patch("scheduledJobs", jobId, again));
  await run("lck_2", 2);
  expect(await readJob(host, jobId)).toMatchObject({ status: "completed", result: { pages: 2 } });
  expect(heard).toEqual([false, true, false]);
});
