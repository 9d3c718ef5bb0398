import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Portico } from "../rest";
import { createWorker, type Job, JobFailure, type WorkerEvent, type WorkerOptions } from "../worker";

/** What the deployment was asked, in the order of it. */
interface Asked {
  readonly verb: string;
  readonly jobId: string;
  readonly input: Record<string, unknown>;
}

type Answer = Response | undefined;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A deployment with jobs that wait; `answer` may answer a request otherwise than it would. */
function deployment(waiting: string[], answer: (asked: Asked) => Answer = () => undefined) {
  const asked: Asked[] = [];
  const fetch = async (url: unknown, init: RequestInit = {}) => {
    const [, jobId = "", verb = ""] = /scheduled-jobs\/(?:([^/]+)\/)?(\w+)$/.exec(String(url)) ?? [];
    const request = { verb, jobId, input: JSON.parse(typeof init.body === "string" ? init.body : "{}") };
    asked.push(request);
    const given = answer(request);
    if (given) return given;
    if (verb === "heartbeat") return Response.json({ serverTime: 0, leaseExpiresAt: 0, cancelRequested: false });
    if (verb !== "claim") return Response.json({ id: jobId });
    const jobs = waiting.splice(0, Number(request.input["limit"])).map((id) => ({
      id,
      action: "x.report",
      payload: { name: id },
      attempts: 1,
      lockToken: `lck_${id}`,
    }));
    return Response.json({ serverTime: 0, jobs });
  };
  const portico = new Portico({ baseUrl: "https://portico.test", apiKey: "sk_test_worker", fetch });
  const of = (verb: string) => asked.filter((each) => each.verb === verb);
  return { portico, fetch, asked, of };
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ code, title: `Title of ${code}`, status }, { status, headers });
}

/** Runs a worker until `stop` is called; `ended` is what its run came to. */
function running(portico: Portico, options: Partial<WorkerOptions> & Pick<WorkerOptions, "handlers">) {
  const events: WorkerEvent[] = [];
  const worker = createWorker(portico, { onEvent: (event) => events.push(event), ...options });
  const controller = new AbortController();
  const ended = worker.run(controller.signal).then(
    () => "stopped",
    (error: unknown) => error,
  );
  const types = () => events.map(({ type }) => type);
  return { events, types, ended, stop: () => controller.abort(), signal: controller.signal };
}

/** Work that ends when its signal fires, as it should. */
const untilStopped = (_job: Job, signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error(String(signal.reason))));
  });

const soon = () => vi.advanceTimersByTimeAsync(1);

describe("jobs", () => {
  test("are done as many at a time as asked, and ended with their results and tokens", async () => {
    const { portico, of } = deployment(["a", "b", "c"]);
    let open = 0;
    let mostOpen = 0;
    const work = running(portico, {
      concurrency: 2,
      workerId: "w1",
      handlers: {
        "x.report": async ({ payload }) => {
          mostOpen = Math.max(mostOpen, (open += 1));
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          open -= 1;
          return { wrote: payload["name"] };
        },
      },
    });
    await vi.advanceTimersByTimeAsync(5_000);
    work.stop();
    expect(await work.ended).toBe("stopped");
    expect(mostOpen).toBe(2);
    expect(of("claim")[0]?.input).toEqual({ workerId: "w1", actions: ["x.report"], leaseSeconds: 60, limit: 2 });
    expect(of("complete").map(({ jobId, input }) => [jobId, input])).toEqual(
      ["a", "b", "c"].map((id) => [id, { lockToken: `lck_${id}`, result: { wrote: id } }]),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that nobody waits for are asked for again after a while, not at once", async () => {
    const { portico, of } = deployment([]);
    const work = running(portico, { handlers: { "x.report": untilStopped }, idleMs: 1_000 });
    await vi.advanceTimersByTimeAsync(10_000);
    work.stop();
    await work.ended;
    expect(of("claim").length).toBeGreaterThan(5);
    expect(of("claim").length).toBeLessThan(22);
  });

  test("fail for another attempt, for good, or after what a provider asks for, as the handler says", async () => {
    const { portico, of } = deployment(["a", "b", "c"]);
    const failures: Record<string, Error> = {
      a: new Error("The printer is out of paper."),
      b: new JobFailure("No such month.", { retryable: false }),
      c: new JobFailure("Too many requests.", { retryAfterSeconds: 90 }),
    };
    const handlers = { "x.report": ({ id }: Job) => Promise.reject(failures[id] ?? new Error(id)) };
    const work = running(portico, { handlers });
    await vi.advanceTimersByTimeAsync(1_000);
    work.stop();
    await work.ended;
    expect(of("fail").map(({ input }) => input)).toEqual([
      { lockToken: "lck_a", error: "The printer is out of paper.", retryable: true },
      { lockToken: "lck_b", error: "No such month.", retryable: false },
      { lockToken: "lck_c", error: "Too many requests.", retryable: true, retryAfterSeconds: 90 },
    ]);
    expect(work.types().filter((type) => type === "failed")).toHaveLength(3);
  });

  test("whose result is refused have failed for good; a refusal that the handler met elsewhere is a failure like others", async () => {
    const { portico, of } = deployment(["a"], ({ verb }) =>
      verb === "complete" ? problem(400, "validation_failed") : undefined,
    );
    const work = running(portico, { handlers: { "x.report": async () => ({ much: "x" }) } });
    await vi.advanceTimersByTimeAsync(1_000);
    work.stop();
    await work.ended;
    expect(of("fail")[0]?.input).toMatchObject({ retryable: false });

    const elsewhere = deployment(["b"], ({ verb }) => (verb === "elsewhere" ? problem(404, "not_found") : undefined));
    const call = () => elsewhere.portico.request({ method: "POST", path: "/v1/scheduled-jobs/elsewhere", body: {} });
    const other = running(elsewhere.portico, { handlers: { "x.report": async () => void (await call()) } });
    await vi.advanceTimersByTimeAsync(1_000);
    other.stop();
    await other.ended;
    expect(elsewhere.of("fail")[0]?.input).toMatchObject({ retryable: true });
  });
});

describe("a lease", () => {
  test("is prolonged while the work goes on, and saves what is reported", async () => {
    const { portico, of } = deployment(["a"]);
    const handlers = {
      "x.report": async ({ report }: Job) => {
        await report({ cursor: "page-2", progress: { pages: 1 } });
        await new Promise((resolve) => setTimeout(resolve, 300_000));
      },
    };
    const work = running(portico, { handlers });
    await vi.advanceTimersByTimeAsync(301_000);
    work.stop();
    await work.ended;
    const [reported, ...beats] = of("heartbeat").map(({ input }) => input);
    expect(reported).toEqual({ lockToken: "lck_a", leaseSeconds: 60, cursor: "page-2", progress: { pages: 1 } });
    expect(beats.length).toBeGreaterThanOrEqual(13);
    expect(work.types()).toEqual(["started", "completed"]);
  });

  test("that cannot be prolonged stops the work before it ends, and nothing is told then", async () => {
    const { portico, of } = deployment(["a"], ({ verb }) => {
      if (verb === "heartbeat" || verb === "fail") return problem(503, "unavailable");
      return undefined;
    });
    let stoppedAtMs = 0;
    const startedAtMs = performance.now();
    const work = running(portico, {
      handlers: {
        "x.report": async (job, signal) => {
          await untilStopped(job, signal).finally(() => (stoppedAtMs = performance.now() - startedAtMs));
        },
      },
    });
    await vi.advanceTimersByTimeAsync(70_000);
    expect(stoppedAtMs).toBeGreaterThanOrEqual(49_000);
    expect(stoppedAtMs).toBeLessThan(60_000);
    work.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    await work.ended;
    expect(of("complete")).toEqual([]);
    expect(work.types()).toEqual(["started", "lost"]);
  });

  test("that another has ends the work, and the worker says nothing more of the job", async () => {
    const { portico, of } = deployment(["a"], ({ verb }) =>
      verb === "heartbeat" ? problem(409, "lock_lost") : undefined,
    );
    const work = running(portico, { handlers: { "x.report": untilStopped } });
    await vi.advanceTimersByTimeAsync(25_000);
    work.stop();
    await work.ended;
    expect(work.events.at(-1)).toMatchObject({ type: "lost", reason: "it is somebody else's by now" });
    expect([...of("complete"), ...of("fail")]).toEqual([]);
  });

  test("of a cancelled job ends the work, which the deployment hears", async () => {
    const { portico, of } = deployment(["a"], ({ verb }) =>
      verb === "heartbeat" ? Response.json({ serverTime: 0, leaseExpiresAt: 0, cancelRequested: true }) : undefined,
    );
    const work = running(portico, { handlers: { "x.report": untilStopped } });
    await vi.advanceTimersByTimeAsync(25_000);
    work.stop();
    await work.ended;
    expect(of("fail")[0]?.input).toMatchObject({ error: "it was cancelled" });
  });

  test("runs out under work that never ends, and the worker goes on", async () => {
    const { portico, of } = deployment(["a", "b"], ({ verb }) =>
      verb === "heartbeat" ? problem(409, "lock_lost") : undefined,
    );
    const handlers = { "x.report": ({ id }: Job) => (id === "a" ? new Promise<void>(() => undefined) : done()) };
    const done = async () => undefined;
    const work = running(portico, { handlers });
    await vi.advanceTimersByTimeAsync(30_000);
    work.stop();
    await work.ended;
    expect(of("complete").map(({ jobId }) => jobId)).toEqual(["b"]);
  });

  test("does not depend on the wall clock", async () => {
    const { portico, of } = deployment(["a"]);
    const handlers = { "x.report": () => new Promise<void>((resolve) => setTimeout(resolve, 30_000)) };
    const work = running(portico, { handlers });
    await soon();
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(31_000);
    work.stop();
    await work.ended;
    expect(of("complete")).toHaveLength(1);
  });
});

describe("a worker that is to stop", () => {
  test("claims no more and lets the jobs in hand end", async () => {
    const { portico, of } = deployment(["a", "b"]);
    const handlers = { "x.report": () => new Promise<void>((resolve) => setTimeout(resolve, 5_000)) };
    const work = running(portico, { handlers });
    await soon();
    work.stop();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await work.ended).toBe("stopped");
    expect(of("complete").map(({ jobId }) => jobId)).toEqual(["a"]);
  });

  test("gives a job back that takes too long", async () => {
    const { portico, of } = deployment(["a"]);
    const work = running(portico, { handlers: { "x.report": untilStopped }, drainSeconds: 3 });
    await soon();
    work.stop();
    await vi.advanceTimersByTimeAsync(2_900);
    expect(of("fail")).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(await work.ended).toBe("stopped");
    expect(of("fail")[0]?.input).toEqual({ lockToken: "lck_a", error: "the worker stops", retryable: true });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does what a claim under way has brought", async () => {
    const { fetch, of } = deployment(["a"]);
    const stop = new AbortController();
    const held = new Portico({
      baseUrl: "https://portico.test",
      apiKey: "sk_test_worker",
      hooks: [
        async (request, next, { operation }) => {
          const answer = await next(request);
          if (operation === "scheduledJobs.claim") stop.abort();
          return answer;
        },
      ],
      fetch,
    });
    await createWorker(held, { handlers: { "x.report": async () => undefined } }).run(stop.signal);
    expect(of("complete").map(({ jobId }) => jobId)).toEqual(["a"]);
  });
});

describe("a claim", () => {
  test("that fails for a while is made again ever more rarely, and never before Retry-After", async () => {
    let isDown = true;
    const { portico, of } = deployment(["a"], ({ verb }) =>
      verb === "claim" && isDown ? problem(503, "unavailable", { "retry-after": "60" }) : undefined,
    );
    const work = running(portico, { handlers: { "x.report": async () => undefined } });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(of("claim")).toHaveLength(1);
    isDown = false;
    await vi.advanceTimersByTimeAsync(62_000);
    work.stop();
    await work.ended;
    expect(work.types()).toEqual(["claimFailed", "started", "completed"]);
  });

  test.each([401, 403])("that is refused with %i ends the worker with the refusal", async (status) => {
    const { portico } = deployment([], () => problem(status, status === 401 ? "key_revoked" : "forbidden"));
    const work = running(portico, { handlers: { "x.report": async () => undefined } });
    await soon();
    expect(await work.ended).toMatchObject({ status });
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("what onEvent throws ends the worker", async () => {
  const { portico } = deployment(["a"]);
  const onEvent = () => {
    throw new Error("the log is full");
  };
  const work = running(portico, { handlers: { "x.report": async () => undefined }, onEvent });
  await soon();
  expect(await work.ended).toMatchObject({ message: "the log is full" });
});

test("a long-lived signal keeps no listener of a worker that has ended", async () => {
  const { portico } = deployment([], () => problem(401, "key_revoked"));
  const stop = new AbortController();
  const removed = vi.spyOn(stop.signal, "removeEventListener");
  const added = vi.spyOn(stop.signal, "addEventListener");
  const handlers = { "x.report": async () => undefined };
  await expect(createWorker(portico, { handlers }).run(stop.signal)).rejects.toMatchObject({ status: 401 });
  expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(added.mock.calls.map(([, listener]) => listener));
  expect(added).toHaveBeenCalled();
});

test.each([
  { handlers: {} },
  { handlers: { "x.a": async () => undefined }, concurrency: 0 },
  { handlers: { "x.a": async () => undefined }, leaseSeconds: 30 },
  { handlers: { "x.a": async () => undefined }, idleMs: Number.NaN },
  { handlers: { "x.a": async () => undefined }, drainSeconds: -1 },
])("%j is no worker", (options) => {
  const { portico } = deployment([]);
  expect(() => createWorker(portico, options)).toThrow(/worker has handlers|must be/);
});
