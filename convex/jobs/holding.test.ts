import * as fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { internal } from "../_generated/api";
import { minuteMs, secondMs } from "../core/wire/durations";
import { ProblemError } from "../core/wire/errors";
import { assertHeld, claimJobs, leaseUntil } from "./holding";
import { addOrganization, emptyHost, enqueue, readJob, workIn } from "./jobsHost.testing";
import { completeJob, failJob } from "./settling";
import type { ClaimedJob } from "./holding";
import type { Host, Work } from "./jobsHost.testing";
import type { Doc, Id } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 9, 30) }));
afterEach(() => void vi.useRealTimers());

type JobId = Id<"scheduledJobs">;

function claimIn(
  host: Host,
  organizationId: Id<"organizations">,
  given: Partial<Parameters<typeof claimJobs>[1]> = {},
) {
  const asked = { workerId: "worker", actions: undefined, limit: 1, leaseSeconds: 60, ...given };
  return workIn(host, organizationId, (ctx) => claimJobs(ctx, asked));
}

/** What a worker sends of a job that it claimed; whether it was taken. */
function sendIn(
  host: Host,
  organizationId: Id<"organizations">,
  { job, lockToken }: ClaimedJob,
  end: (ctx: Work, row: Doc<"scheduledJobs">) => Promise<unknown>,
): Promise<boolean> {
  return workIn(host, organizationId, async (ctx) => {
    const row = await ctx.db.get("scheduledJobs", job._id);
    try {
      if (!row) return false;
      assertHeld(row, lockToken);
    } catch (error) {
      if (error instanceof ProblemError) return false;
      throw error;
    }
    await end(ctx, row);
    return true;
  });
}

const complete = (ctx: Work, row: Doc<"scheduledJobs">) => completeJob(ctx, row, { result: { done: true } });
const fail = (ctx: Work, row: Doc<"scheduledJobs">) => failJob(ctx, row, { error: "No.", isRetryable: true });
const beat = (ctx: Work, row: Doc<"scheduledJobs">) =>
  ctx.db.patch("scheduledJobs", row, { lockExpiresAt: leaseUntil(ctx.now, 60) });

type Act =
  | { readonly kind: "claim" }
  | { readonly kind: "reap" }
  | { readonly kind: "retry" }
  | { readonly kind: "wait" }
  | { readonly kind: "enqueue" }
  | { readonly kind: "end"; readonly how: "complete" | "fail" | "beat"; readonly claim: number }
  | { readonly kind: "cancel"; readonly job: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<Act>({ kind: "claim" }, { kind: "wait" }, { kind: "reap" }, { kind: "retry" }),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "enqueue" }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      how: fc.constantFrom("complete", "fail", "beat"),
      claim: fc.nat(20),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), job: fc.nat(5) }) },
);

/** @throws {Error} for what does not hold, within a run of the property */
function hold(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

it("gives a job to one worker at a time, ends it once, and changes nothing by whoever has lost it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 20, maxLength: 60 }), async (acts) => {
      const host = emptyHost();
      const organizationId = await addOrganization(host, "acme");
      const jobs: JobId[] = [];
      for (let made = 0; made < 2; made++) jobs.push((await enqueue(host, organizationId)).job._id);
      const claims: ClaimedJob[] = [];
      const begun = new Map<JobId, number>();
      const note = ({ job }: ClaimedJob) => begun.set(job._id, (begun.get(job._id) ?? 0) + 1);
      /** Who holds each job, as the answers said. */
      const holders = new Map<JobId, string>();
      const ended = new Map<JobId, Doc<"scheduledJobs">>();
      for (const step of acts) {
        if (step.kind === "enqueue") jobs.push((await enqueue(host, organizationId)).job._id);
        else if (step.kind === "wait") {
          vi.advanceTimersByTime(45 * secondMs);
          await host.finishInProgressScheduledFunctions();
        } else if (step.kind === "retry") await host.mutation(internal.jobs.runner.retryDue, {});
        else if (step.kind === "reap") {
          await host.mutation(internal.jobs.runner.reap, {});
          for (const [id] of holders) if ((await readJob(host, id))?.status !== "running") holders.delete(id);
        } else if (step.kind === "cancel") {
          const id = jobs[step.job % jobs.length];
          await workIn(host, organizationId, async ({ db, now }) => {
            const job = id && (await db.get("scheduledJobs", id));
            if (job?.status === "running") await db.patch("scheduledJobs", job, { cancelRequestedAt: now });
          });
        } else if (step.kind === "claim") {
          for (const claim of await claimIn(host, organizationId)) {
            hold(!holders.has(claim.job._id), "A job is somebody else's.");
            hold(!ended.has(claim.job._id), "A job has ended.");
            holders.set(claim.job._id, claim.lockToken);
            claims.push(claim);
            note(claim);
          }
        } else if (claims.length > 0) {
          const claim = claims[step.claim % claims.length];
          if (!claim) continue;
          const { _id } = claim.job;
          const before = await readJob(host, _id);
          const send = { complete, fail, beat }[step.how];
          const isTaken = await sendIn(host, organizationId, claim, send);
          hold(isTaken === (holders.get(_id) === claim.lockToken), "Whoever holds a job ends it, and nobody else.");
          const after = await readJob(host, _id);
          hold(isTaken || JSON.stringify(after) === JSON.stringify(before), "What is refused changes nothing.");
          if (isTaken && step.how !== "beat") holders.delete(_id);
          if (after?.status === "completed" && !ended.has(_id)) ended.set(_id, after);
        }
        for (const [id, job] of ended) expect(await readJob(host, id)).toEqual(job);
      }
      // Whoever is left ends by itself: nothing is lost, whatever was sent.
      for (let round = 0; round < 4; round++) {
        vi.advanceTimersByTime(61 * minuteMs);
        await host.finishInProgressScheduledFunctions();
        await host.mutation(internal.jobs.runner.reap, {});
        await host.mutation(internal.jobs.runner.retryDue, {});
        const last = await claimIn(host, organizationId, { limit: 20 });
        for (const claim of last) {
          note(claim);
          expect(await sendIn(host, organizationId, claim, complete)).toBe(true);
        }
      }
      for (const id of jobs) {
        const job = await readJob(host, id);
        const isOver = job?.status === "completed" || (job?.status === "failed" && job.willRetry === false);
        expect(isOver, JSON.stringify(job)).toBe(true);
        expect(job?.attempts).toBe(begun.get(id) ?? 0);
      }
      await host.close();
    }),
    { numRuns: 30 },
  );
});

it("begins those first whose turn it is, of the asked actions alone, and none before its time", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const now = Date.now();
  const at = async (scheduledAt: number, priority: number, action = "x.report") =>
    (await enqueue(host, organizationId, { scheduledAt, priority, action })).job._id;
  const later = await at(now + 1, 1);
  const young = await at(now, 1);
  const aged = await at(now - 91 * minuteMs, 10);
  const usual = await at(now - 1, 5);
  const other = await at(now - 1, 5, "x.other");
  const all = await claimIn(host, organizationId, { actions: ["x.report"], limit: 20 });
  expect(all.map(({ job }) => job._id)).toEqual([aged, young, usual]);
  const rest = await claimIn(host, organizationId, { limit: 20 });
  expect(rest.map(({ job }) => job._id)).toEqual([other]);
  vi.advanceTimersByTime(1);
  expect((await claimIn(host, organizationId, { limit: 20 })).map(({ job }) => job._id)).toEqual([later]);
});

it("begins a job of the last priority within two hours, however many of the first keep coming", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const low = (await enqueue(host, organizationId, { priority: 10 })).job._id;
  const beganAt = Date.now();
  const claimed: JobId[] = [];
  while (!claimed.includes(low) && Date.now() - beganAt < 180 * minuteMs) {
    for (let made = 0; made < 2; made++) await enqueue(host, organizationId, { priority: 1 });
    for (const { job } of await claimIn(host, organizationId)) claimed.push(job._id);
    vi.advanceTimersByTime(minuteMs);
  }
  expect(Date.now() - beganAt).toBeLessThanOrEqual(120 * minuteMs);
});

it("enqueues once by key, and once more while one runs where that is asked for", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const key = { dedupeKey: "tickets" };
  const first = await enqueue(host, organizationId, key);
  expect(await enqueue(host, organizationId, key)).toMatchObject({ created: false, job: { _id: first.job._id } });
  const [running] = await claimIn(host, organizationId);
  expect(running?.job._id).toBe(first.job._id);
  expect(await enqueue(host, organizationId, key)).toMatchObject({ created: false, job: { _id: first.job._id } });
  const pending = { ...key, dedupe: "pending" } as const;
  const next = await enqueue(host, organizationId, pending);
  expect(next.created).toBe(true);
  expect(await enqueue(host, organizationId, pending)).toMatchObject({ created: false, job: { _id: next.job._id } });
  if (!running) throw new Error("It runs.");
  expect(await sendIn(host, organizationId, running, complete)).toBe(true);
  expect((await claimIn(host, organizationId, { limit: 20 })).map(({ job }) => job._id)).toEqual([next.job._id]);
});

it("waits for a retry as one that is pending does", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  const key = { dedupeKey: "tickets" };
  const { job } = await enqueue(host, organizationId, key);
  const [claim] = await claimIn(host, organizationId);
  if (!claim) throw new Error("It is due.");
  await sendIn(host, organizationId, claim, fail);
  expect(await enqueue(host, organizationId, key)).toMatchObject({ created: false, job: { _id: job._id } });
});

it("claims as many as fit into an answer, and one however large it is", async () => {
  const host = emptyHost();
  const organizationId = await addOrganization(host, "acme");
  for (let made = 0; made < 30; made++) await enqueue(host, organizationId, { payload: { text: "x".repeat(30_000) } });
  const claimed = await claimIn(host, organizationId, { limit: 20 });
  expect(claimed).toHaveLength(17);
});

it("reads a row a queue and those that it takes, whatever waits elsewhere, later, or for others", async () => {
  // Ten queues of one action, a job that is taken, and what the test itself reads.
  const host = emptyHost({ documentsRead: 16 });
  const organizationId = await addOrganization(host, "acme");
  const busy = await addOrganization(host, "busy");
  for (let made = 0; made < 60; made++) {
    await enqueue(host, busy, { priority: 1 + (made % 10) });
    await enqueue(host, organizationId, { priority: 1 + (made % 10), scheduledAt: Date.now() + minuteMs });
    await enqueue(host, organizationId, { priority: 1 + (made % 10), action: "x.other" });
  }
  const { job } = await enqueue(host, organizationId, { priority: 9 });
  const claimed = await claimIn(host, organizationId, { actions: ["x.report"] });
  expect(claimed.map((claim) => claim.job._id)).toEqual([job._id]);
});
