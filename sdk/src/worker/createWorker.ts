import type { ClaimScheduledJobsAnswer } from "../generated/models";
import { headersOf, isRefusal, patientBackoffMs, Pause } from "../runtime/pace";
import { retryAfterMs } from "../runtime/retry";
import { randomUuid } from "../runtime/trace";
import { workOn } from "./workOn";
import type { Lease } from "./lease";
import type { WorkerClient, WorkerOptions, WorkerSettings } from "./options";

/** A worker that has been set up, and works while it runs. */
export interface Worker {
  /**
   * Claims jobs and does them until `stop` fires, then ends those in hand. Network and server may fail as long as they like.
   *
   * @throws {ApiError} when the server refuses the worker itself: a key that was revoked, or has not the scope `job:claim`.
   */
  run(stop: AbortSignal): Promise<void>;
}

/** As many as a claim may ask for. */
const mostJobsPerClaim = 20;
const mostActions = 10;

/**
 * A worker for jobs of an organization's own actions (`x.…`).
 *
 * @param portico - A client with an API key that has the scope `job:claim`.
 * @param options - See {@link WorkerOptions}.
 * @throws {TypeError | RangeError} when it has nothing to do, or a limit cannot be used.
 * @example
 * const worker = createWorker(portico, { handlers: { "x.report": writeReport }, concurrency: 4 });
 * const stop = new AbortController();
 * process.once("SIGTERM", () => stop.abort());
 * await worker.run(stop.signal);
 */
export function createWorker(portico: WorkerClient, options: WorkerOptions): Worker {
  const { handlers, concurrency = 1, leaseSeconds = 60, idleMs = 2_000, drainSeconds = 8 } = options;
  const actions = Object.keys(handlers);
  if (actions.length === 0 || actions.length > mostActions)
    throw new TypeError(`A worker has handlers for 1 to ${mostActions} actions`);
  if (!(Number.isInteger(concurrency) && concurrency > 0))
    throw new RangeError("concurrency must be a whole number, 1 or more");
  if (!(leaseSeconds >= 60 && leaseSeconds <= 900)) throw new RangeError("leaseSeconds must be 60 to 900");
  if (!(idleMs > 0)) throw new RangeError("idleMs must be a positive number of milliseconds");
  if (!(drainSeconds >= 0)) throw new RangeError("drainSeconds must be a number of seconds, 0 or more");
  const { workerId = `worker-${randomUuid().slice(0, 8)}`, onEvent = () => undefined } = options;
  const settings = { handlers, concurrency, leaseSeconds, idleMs, drainSeconds, workerId, onEvent };
  return { run: (stop) => runUntil(stop, portico, settings) };
}

async function runUntil(stop: AbortSignal, portico: WorkerClient, settings: WorkerSettings): Promise<void> {
  const { handlers, concurrency, leaseSeconds, idleMs, workerId, onEvent } = settings;
  const inHand = new Map<Lease, Promise<void>>();
  const pause = new Pause();
  stop.addEventListener("abort", pause.wake);
  let failures = 0;
  let fault: { readonly error: unknown } | undefined;
  try {
    while (!stop.aborted && !fault) {
      const free = concurrency - inHand.size;
      if (free === 0) {
        // Whatever ends wakes it.
        await pause.wait(leaseSeconds * 1_000);
        continue;
      }
      const claimedAtMs = performance.now();
      let waitMs = idleMs * (0.5 + Math.random());
      try {
        const limit = Math.min(free, mostJobsPerClaim);
        const input = { workerId, actions: Object.keys(handlers), leaseSeconds, limit };
        // Not aborted when the worker stops: jobs that were given to nobody would wait for their leases.
        const { jobs } = await portico.scheduledJobs.claim(input, { timeoutMs: (leaseSeconds * 1_000) / 2 });
        failures = 0;
        for (const claimed of jobs) begin(claimed, claimedAtMs);
        if (jobs.length > 0) continue;
      } catch (error) {
        if (isRefusal(error)) throw error;
        failures += 1;
        waitMs = patientBackoffMs(failures, retryAfterMs(headersOf(error), Date.now()));
        onEvent({ type: "claimFailed", error, retryInMs: waitMs });
      }
      if (!stop.aborted) await pause.wait(waitMs);
    }
  } finally {
    stop.removeEventListener("abort", pause.wake);
    await drained(inHand, settings.drainSeconds);
  }
  if (fault) throw fault.error;

  function begin(claimed: ClaimScheduledJobsAnswer["jobs"][number], claimedAtMs: number): void {
    const { lease, ended } = workOn(claimed, claimedAtMs, portico, settings);
    const noted = ended.catch((error: unknown) => (fault ??= { error }));
    const done = noted.then(() => {
      inHand.delete(lease);
      pause.wake();
    });
    inHand.set(lease, done);
  }
}

/** Lets jobs in hand end by themselves for a while, then has them stop. */
async function drained(inHand: ReadonlyMap<Lease, Promise<void>>, drainSeconds: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const lease of inHand.keys()) lease.stop("the worker stops");
  }, drainSeconds * 1_000);
  await Promise.all(inHand.values());
  clearTimeout(timer);
}
