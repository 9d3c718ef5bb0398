import { setTimeout as sleep } from "node:timers/promises";
import { isProblem } from "@portico/sdk";
import type { Portico } from "@portico/sdk";

/** A job in the hands of this worker. */
export interface Job {
  readonly id: string;
  readonly action: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  /** Where an earlier attempt has saved that the next one goes on. */
  readonly cursor: string | undefined;
  /** Says how far the job is, and saves where the next attempt goes on; prolongs the lease. */
  readonly report: (saved: { cursor?: string; progress?: Record<string, unknown> }) => Promise<void>;
}

/** Does a job of one action. It ends when the signal fires: the job was cancelled, its lease is about to end, or the worker stops. */
export type Handler = (job: Job, signal: AbortSignal) => Promise<Record<string, unknown>>;

/** What a handler throws where another attempt would fail as well. */
export class FinalFailure extends Error {}

export interface WorkerOptions {
  readonly workerId: string;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly leaseSeconds: number;
  readonly log: (line: string) => void;
  /** How long it waits when there is nothing to do. */
  readonly idleMs: number;
}

/** A lease that is not prolonged in this share of its time is lost soon enough to stop in time. */
const heartbeatShare = 1 / 3;
/** The rest of a lease in which nothing may be done any more: the time that an answer can take. */
const marginShare = 1 / 6;

/** Claims jobs one after the other and does them, until `stop` fires. */
export async function workUntil(stop: AbortSignal, portico: Portico, options: WorkerOptions): Promise<void> {
  const { workerId, handlers, leaseSeconds, idleMs } = options;
  while (!stop.aborted) {
    const askedAtMs = performance.now();
    const { jobs } = await portico.scheduledJobs.claim({ workerId, actions: Object.keys(handlers), leaseSeconds });
    for (const job of jobs) await workOn(job, askedAtMs, stop, portico, options);
    if (jobs.length === 0) await sleep(idleMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

type Claimed = Awaited<ReturnType<Portico["scheduledJobs"]["claim"]>>["jobs"][number];

async function workOn(
  { id, action, payload, attempts, cursor, lockToken }: Claimed,
  claimedAtMs: number,
  stop: AbortSignal,
  portico: Portico,
  { handlers, leaseSeconds, log }: WorkerOptions,
): Promise<void> {
  const lease = new Lease(claimedAtMs, leaseSeconds * 1000);
  const beat = async (saved: { cursor?: string; progress?: Record<string, unknown> } = {}) => {
    const sentAtMs = performance.now();
    const answer = await portico.scheduledJobs.heartbeat(id, { lockToken, leaseSeconds, ...saved });
    lease.prolong(sentAtMs);
    if (answer.cancelRequested) lease.end("it was cancelled");
  };
  const beats = setInterval(
    () => {
      // One that does not arrive is made up for by the next; the lease itself says when it is too late.
      beat().catch((error: unknown) => isProblem(error, "lock_lost") && lease.end("it is somebody else's by now"));
    },
    leaseSeconds * 1000 * heartbeatShare,
  );
  try {
    const signal = AbortSignal.any([stop, lease.signal]);
    const handler = handlers[action];
    if (!handler) throw new FinalFailure(`This worker does nothing of ${action}.`);
    const result = await handler({ id, action, payload, attempts, cursor, report: beat }, signal);
    await portico.scheduledJobs.complete(id, { lockToken, result });
    log(`${action} ${id}: completed`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log(`${action} ${id}: ${lease.signal.aborted ? String(lease.signal.reason) : reason}`);
    // Whoever has lost the lease says nothing: the job is another worker's, or will be.
    if (lease.isOver) return;
    const retryable = !(error instanceof FinalFailure);
    await portico.scheduledJobs.fail(id, { lockToken, error: reason, retryable }).catch(() => undefined);
  } finally {
    clearInterval(beats);
    lease.close();
  }
}

/**
 * The time in which a job is this worker's, by this machine's steady clock: from when the request was sent, since the server counts from
 * when it arrived. What the wall clock shows, here or there, does not matter.
 */
class Lease {
  readonly #ended = new AbortController();
  readonly #lengthMs: number;
  #timer: NodeJS.Timeout | undefined;
  #endsAtMs = 0;

  constructor(fromMs: number, lengthMs: number) {
    this.#lengthMs = lengthMs * (1 - marginShare);
    this.prolong(fromMs);
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Whether the time itself is over, or the job is somebody else's. */
  get isOver(): boolean {
    return performance.now() >= this.#endsAtMs;
  }

  prolong(fromMs: number): void {
    this.#endsAtMs = fromMs + this.#lengthMs;
    clearTimeout(this.#timer);
    const leftMs = Math.max(0, this.#endsAtMs - performance.now());
    this.#timer = setTimeout(() => this.end("its lease is about to end"), leftMs);
  }

  end(reason: string): void {
    this.#ended.abort(reason);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
