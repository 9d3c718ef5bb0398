/** The last part of a lease, in which nothing is done any more: the time that an answer can take. */
const marginShare = 1 / 6;

/**
 * The time in which a job is this worker's, by this machine's steady clock: from when the request was sent, since the server counts
 * from when it arrived. What the wall clock shows, here or there, does not matter.
 */
export class Lease {
  /** Resolves when the job is no longer this worker's. */
  readonly over: Promise<void>;
  readonly #stopped = new AbortController();
  readonly #lengthMs: number;
  #markOver: () => void = () => undefined;
  #isLost = false;
  #endsAtMs = 0;
  #marginTimer: ReturnType<typeof setTimeout> | undefined;
  #endTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(fromMs: number, lengthMs: number) {
    this.#lengthMs = lengthMs;
    this.over = new Promise((resolve) => (this.#markOver = resolve));
    this.prolong(fromMs);
  }

  /** Fires when the work has to stop, with the reason in words. */
  get signal(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Milliseconds that are left of it; none when the job is somebody else's. */
  get leftMs(): number {
    return this.#isLost ? 0 : Math.max(0, this.#endsAtMs - performance.now());
  }

  /** A request that was sent at `fromMs` has prolonged it. */
  prolong(fromMs: number): void {
    if (this.#isLost) return;
    // Answers may overtake each other.
    this.#endsAtMs = Math.max(this.#endsAtMs, fromMs + this.#lengthMs);
    this.close();
    const leftMs = this.leftMs;
    const usefulMs = Math.max(0, leftMs - this.#lengthMs * marginShare);
    this.#marginTimer = setTimeout(() => this.stop("its lease is about to end"), usefulMs);
    this.#endTimer = setTimeout(() => this.lose("its lease has ended"), leftMs);
  }

  /** The work is to stop; the job is this worker's still, to be given back. */
  stop(reason: string): void {
    if (!this.#stopped.signal.aborted) this.#stopped.abort(reason);
  }

  /** The job is somebody else's by now. */
  lose(reason: string): void {
    this.#isLost = true;
    this.stop(reason);
    this.close();
    this.#markOver();
  }

  /** Leaves no timer behind. */
  close(): void {
    clearTimeout(this.#marginTimer);
    clearTimeout(this.#endTimer);
  }
}
