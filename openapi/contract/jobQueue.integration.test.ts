import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { nextSample } from "./samples.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let portico: TestPortico;
let owner: string;
let key: string;
let foreignKey: string;

beforeAll(async () => {
  portico = await startTestPortico();
  const [acme, globex] = portico.demo.organizations;
  owner = acme?.users.owner.token ?? "";
  key = acme?.apiKey ?? "";
  foreignKey = globex?.apiKey ?? "";
});
afterAll(async () => {
  await portico.close();
});

const jobs = "/v1/scheduled-jobs";
const events = "/v1/event-logs";

const post = (path: string, body: object, credential = key) => send(portico, "POST", path, credential, body);
const read = async (path: string, credential = owner) => (await send(portico, "GET", path, credential)).body;

/** A job of an action that no other test claims. */
async function newJob(body: object = {}): Promise<{ id: string; action: string }> {
  const action = `x.test${nextSample()}`;
  const made = await post(jobs, { action, ...body });
  expect(made.status, made.text).toBe(201);
  return { id: String(made.body["id"]), action };
}

interface Claimed {
  readonly id: string;
  readonly lockToken: string;
  readonly cursor?: string;
  readonly attempts: number;
}

async function claim(action: string, more: object = {}, credential = key): Promise<Claimed | undefined> {
  const answer = await post(`${jobs}/claim`, { workerId: "test", actions: [action], ...more }, credential);
  expect(answer.status, answer.text).toBe(200);
  expect(Math.abs(Number(answer.body["serverTime"]) - Date.now())).toBeLessThan(600_000);
  const claimed: readonly Claimed[] = Object(answer.body).jobs;
  return claimed[0];
}

async function claimedJob(body: object = {}): Promise<Claimed & { readonly action: string }> {
  const { id, action } = await newJob(body);
  const claimed = await claim(action);
  if (claimed?.id !== id) throw new Error("The job is there to be claimed.");
  return { ...claimed, action };
}

const end = (id: string, verb: string, body: object) => post(`${jobs}/${id}/${verb}`, body);

describe("a job", () => {
  it("is of an action of the organization's own, and begins when it is said to", async () => {
    expectProblem(await post(jobs, { action: "sync.tickets" }), 422, "reserved_action");
    expectProblem(await post(jobs, { action: "x." }), 422, "reserved_action");
    const both = await post(jobs, { action: "x.a", scheduledAt: Date.now(), delaySeconds: 1 });
    expectProblem(both, 400, "validation_failed");
    expect(both.body["errors"]).toMatchObject([{ pointer: "/scheduledAt", code: "at_most_one" }]);
    const { id, action } = await newJob({ delaySeconds: 3600 });
    const { scheduledAt, createdAt } = await read(`${jobs}/${id}`);
    expect(Number(scheduledAt) - Number(createdAt)).toBe(3_600_000);
    expect(await claim(action)).toBeUndefined();
  });

  it("is there once for its key, and once more while it runs where that is asked for", async () => {
    const dedupeKey = `key-${nextSample()}`;
    const { id, action } = await newJob({ dedupeKey });
    const again = await post(jobs, { action, dedupeKey });
    expect(again).toMatchObject({ status: 200, body: { id } });
    const running = await claim(action);
    expect(await post(jobs, { action, dedupeKey })).toMatchObject({ status: 200, body: { id } });
    const next = await post(jobs, { action, dedupeKey, dedupe: "pending" });
    expect(next.status).toBe(201);
    await end(id, "fail", { lockToken: running?.lockToken, error: "No.", retryable: false });
    expectProblem(await end(id, "retry", {}), 409, "job_queued");
  });

  it.each(["dataSource.test:x", "entity.cleanup:x", "entity.prune:x:y", "organization.purge", "sync:x:tickets"])(
    "does not take the key %s, by which the deployment's own are asked for once",
    async (dedupeKey) => {
      const refused = await post(jobs, { action: "x.a", dedupeKey });
      expectProblem(refused, 400, "validation_failed");
      expect(refused.body["errors"]).toMatchObject([{ pointer: "/dedupeKey", code: "reserved" }]);
    },
  );

  it("goes to keys of its organization alone", async () => {
    const { id, action } = await newJob();
    const body = { workerId: "person", actions: [action] };
    const person = await post(`${jobs}/claim`, body, owner);
    expectProblem(person, 403, "forbidden");
    expect(await claim(action, {}, foreignKey)).toBeUndefined();
    const claimed = await claim(action);
    const { lockToken } = claimed ?? {};
    expectProblem(await post(`${jobs}/${id}/complete`, { lockToken }, foreignKey), 404, "not_found");
    expectProblem(await post(`${jobs}/${id}/complete`, { lockToken }, owner), 403, "forbidden");
  });

  it("is held by its token, whatever time its worker believes it is", async () => {
    const { id, lockToken } = await claimedJob();
    const before = await read(`${jobs}/${id}`);
    expect(before).toMatchObject({ status: "running", lockedBy: "test", attempts: 1 });
    expect(before).not.toHaveProperty("lockToken");
    const wrong = { lockToken: "lck_of_somebody_else" };
    for (const [verb, body] of [
      ["heartbeat", wrong],
      ["complete", wrong],
      ["fail", { ...wrong, error: "No." }],
    ] as const)
      expectProblem(await end(id, verb, body), 409, "lock_lost");
    expect(await read(`${jobs}/${id}`)).toEqual(before);
    const instants = { lockToken, leaseExpiresAt: Date.now() + 3_600_000, lockExpiresAt: 1 };
    expectProblem(await end(id, "heartbeat", instants), 400, "validation_failed");
    const beat = await end(id, "heartbeat", { lockToken, leaseSeconds: 900, progress: { done: 1 } });
    const { serverTime, leaseExpiresAt, cancelRequested } = beat.body;
    expect([Number(leaseExpiresAt) - Number(serverTime), cancelRequested]).toEqual([900_000, false]);
    const done = await end(id, "complete", { lockToken, result: { rows: 3 } });
    expect(done).toMatchObject({
      status: 200,
      body: { status: "completed", result: { rows: 3 }, progress: { done: 1 } },
    });
    expectProblem(await end(id, "complete", { lockToken }), 409, "invalid_state_transition");
    expectProblem(await end(id, "retry", {}), 409, "invalid_state_transition");
    expectProblem(await send(portico, "DELETE", `${jobs}/${id}`, owner), 409, "invalid_state_transition");
  });

  it("cannot end before it was begun", async () => {
    const { id } = await newJob();
    expectProblem(await end(id, "complete", { lockToken: "lck_made_up" }), 409, "invalid_state_transition");
  });

  it("goes on from where its last attempt has saved", async () => {
    const first = await claimedJob();
    await end(first.id, "heartbeat", { lockToken: first.lockToken, cursor: "page 2" });
    const failed = await end(first.id, "fail", { lockToken: first.lockToken, error: "Lost.", retryAfterSeconds: 3600 });
    expect(failed.body).toMatchObject({ status: "failed", willRetry: true, error: "Lost." });
    expect(failed.body).not.toHaveProperty("completedAt");
    expect(Number(failed.body["nextRetryAt"])).toBeGreaterThan(Number(failed.body["updatedAt"]) + 3_600_000);
    expectProblem(await end(first.id, "complete", { lockToken: first.lockToken }), 409, "lock_lost");
    const retried = await end(first.id, "retry", {});
    expect(retried.body).toMatchObject({ status: "pending", attempts: 1 });
    const second = await claim(first.action);
    expect(second).toMatchObject({ id: first.id, cursor: "page 2", attempts: 2 });
    expect(second?.lockToken).not.toBe(first.lockToken);
    expectProblem(await end(first.id, "complete", { lockToken: first.lockToken }), 409, "lock_lost");
  });

  it("that has failed for good is told of, stands apart in lists, and gets one more attempt when asked", async () => {
    const { id, lockToken, action } = await claimedJob({ attemptsMax: 1 });
    const failed = await end(id, "fail", { lockToken, error: "It cannot be." });
    expect(failed.body).toMatchObject({ status: "failed", willRetry: false, completedAt: expect.any(Number) });
    const listed = await read(`${jobs}?status=failed&willRetry=false&limit=100`);
    expect(Object(listed).data.map((job: { id: string }) => job.id)).toContain(id);
    const waiting = await read(`${jobs}?status=failed&willRetry=true&limit=100`);
    expect(Object(waiting).data.map((job: { id: string }) => job.id)).not.toContain(id);
    const checks: readonly object[] = Object(await read("/v1/health-checks?limit=100&resourceType=custom")).data;
    expect(checks).toContainEqual(
      expect.objectContaining({ resourceId: `job:${action}`, status: "degraded", errorMessage: "It cannot be." }),
    );
    const retried = await end(id, "retry", { resetAttempts: false });
    expect(retried.body).toMatchObject({ status: "pending", attempts: 1, attemptsMax: 2 });
    expect(retried.body).not.toHaveProperty("completedAt");
    const again = await claim(action);
    await end(id, "complete", { lockToken: again?.lockToken });
    const after: readonly object[] = Object(await read("/v1/health-checks?limit=100&resourceType=custom")).data;
    expect(after).toContainEqual(expect.objectContaining({ resourceId: `job:${action}`, status: "healthy" }));
    const reset = await claimedJob();
    await end(reset.id, "fail", { lockToken: reset.lockToken, error: "No.", retryable: false });
    expect((await end(reset.id, "retry", { resetAttempts: true })).body).toMatchObject({ attempts: 0, attemptsMax: 5 });
  });

  it("that waits is deleted when it is cancelled, and one that runs is asked to stop", async () => {
    const waiting = await newJob();
    expect((await send(portico, "DELETE", `${jobs}/${waiting.id}`, owner)).status).toBe(204);
    expect((await send(portico, "GET", `${jobs}/${waiting.id}`, owner)).status).toBe(404);
    const trail = await read(`/v1/audit-logs/records/scheduledJobs/${waiting.id}`);
    expect(Object(trail).data).toMatchObject([{ action: "scheduledJob.cancel" }]);
    const running = await claimedJob();
    expect((await send(portico, "DELETE", `${jobs}/${running.id}`, owner)).status).toBe(204);
    const { lockToken } = running;
    expect((await end(running.id, "heartbeat", { lockToken })).body).toMatchObject({ cancelRequested: true });
    const ended = await end(running.id, "fail", { lockToken, error: "Stopped." });
    expect(ended.body).toMatchObject({ status: "failed", willRetry: false });
    expect((await send(portico, "DELETE", `${jobs}/${running.id}`, owner)).status).toBe(204);
    const quick = await claimedJob();
    await send(portico, "DELETE", `${jobs}/${quick.id}`, owner);
    const done = await end(quick.id, "complete", { lockToken: quick.lockToken });
    expect(done.body).toMatchObject({ status: "completed" });
  });

  it("is told to webhooks when it has ended", async () => {
    const url = "https://hooks.invalid-receiver.example/jobs";
    const eventTypes = ["job.completed", "job.failed"];
    const endpoint = await post("/v1/webhook-endpoints", { url, eventTypes }, owner);
    const good = await claimedJob();
    await end(good.id, "complete", { lockToken: good.lockToken });
    const bad = await claimedJob();
    await end(bad.id, "fail", { lockToken: bad.lockToken, error: "Once." });
    await end(bad.id, "retry", {});
    const last = await claim(bad.action);
    await end(bad.id, "fail", { lockToken: last?.lockToken, error: "Twice.", retryable: false });
    // Events are made into deliveries after the change.
    await vi.waitFor(
      async () => {
        const told = await read(`/v1/webhook-deliveries?endpointId=${String(endpoint.body["id"])}&limit=100`);
        const types = Object(told).data.map((delivery: { eventType: string }) => delivery.eventType);
        expect(types.toSorted()).toEqual(["job.completed", "job.failed"]);
      },
      { timeout: 60_000, interval: 100 },
    );
  });

  it("is counted", async () => {
    await newJob();
    const stats = await read(`${jobs}/stats`);
    expect(stats).toMatchObject({ isCapped: false, failedLastDay: expect.any(Number) });
    expect(Object(stats).statuses.pending).toBeGreaterThan(0);
    expect(Object(stats).oldestPendingSeconds).toBeGreaterThanOrEqual(0);
  });

  it("is claimed once, however many ask at the same time", async () => {
    const action = `x.many${nextSample()}`;
    const made = await Promise.all(Array.from({ length: 20 }, () => post(jobs, { action })));
    const claimed = await Promise.all(Array.from({ length: 30 }, () => claim(action)));
    const ids = claimed.flatMap((job) => (job ? [job.id] : []));
    expect(ids.toSorted()).toEqual(made.map(({ body }) => String(body["id"])).toSorted());
  });
});

describe("an event log", () => {
  interface ClaimedEvent {
    readonly id: string;
    readonly lockToken: string;
  }

  async function claimEvents(eventType: string): Promise<readonly ClaimedEvent[]> {
    const answer = await post(`${events}/claim`, { eventTypes: [eventType], limit: 100 });
    expect(answer.status, answer.text).toBe(200);
    return Object(answer.body).events;
  }

  it("is claimed the oldest first, once, and ended by who holds it", async () => {
    const eventType = `test.${nextSample()}`;
    const ids: string[] = [];
    for (let made = 0; made < 3; made++) ids.push(String((await post(events, { eventType })).body["id"]));
    for (const own of ["entity.created", "operation.completed"])
      expectProblem(await post(events, { eventType: own }), 422, "reserved_event_type");
    expectProblem(await post(`${events}/claim`, {}, owner), 403, "forbidden");
    const [first] = ids;
    const unclaimed = await post(`${events}/${first}/complete`, { lockToken: "lck_made_up" });
    expectProblem(unclaimed, 409, "invalid_state_transition");
    const claimed = await claimEvents(eventType);
    expect(claimed.map(({ id }) => id)).toEqual(ids);
    expect(await claimEvents(eventType)).toEqual([]);
    const lockToken = claimed[0]?.lockToken;
    expectProblem(await post(`${events}/${first}/complete`, { lockToken: "lck_other" }), 409, "lock_lost");
    expectProblem(await post(`${events}/${first}/complete`, { lockToken }, foreignKey), 404, "not_found");
    const done = await post(`${events}/${first}/complete`, { lockToken });
    expect(done.body).toMatchObject({ status: "completed", processedAt: expect.any(Number) });
    expect(done.body).not.toHaveProperty("lockToken");
    expectProblem(await post(`${events}/${first}/complete`, { lockToken }), 409, "invalid_state_transition");
    expectProblem(await post(`${events}/${first}/retry`, {}), 409, "invalid_state_transition");
  });

  it("is pending again after a failure, and stays failed after the fifth", async () => {
    const eventType = `test.${nextSample()}`;
    const made = await post(events, { eventType });
    const id = String(made.body["id"]);
    const [claimed] = await claimEvents(eventType);
    const failed = await post(`${events}/${id}/fail`, { lockToken: claimed?.lockToken, error: "No." });
    expect(failed.body).toMatchObject({ status: "failed", retryCount: 1, nextRetryAt: expect.any(Number) });
    const retried = await post(`${events}/${id}/retry`, {});
    expect(retried.body).toMatchObject({ status: "pending", retryCount: 0 });
    expect(retried.body).not.toHaveProperty("nextRetryAt");
  });
});
