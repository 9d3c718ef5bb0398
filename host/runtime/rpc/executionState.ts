// The worker says what it is running in shared memory, so that the main thread can stop a handler that never returns
// to an event loop. The phase word decides races: a batch that is committing cannot be stopped, and a batch that was
// stopped cannot commit.

const PHASE = 0;
const SEQUENCE = 1;
const STARTED_AT_MS = 2;
const QUERY_ID = 3;

const EPOCH_OFFSET_MS = 1_700_000_000_000;

const IDLE = 0;
const RUNNING = 1;
const COMMITTING = 2;
const STOPPED = 3;

/** The sequence number between calls. */
const NO_CALL = -1;

export const EXECUTION_STATE_BYTES = 4 * Int32Array.BYTES_PER_ELEMENT;

/** The shared record of what the worker is doing. Times are milliseconds on a clock that starts with the record. */
export class ExecutionState {
  readonly #words: Int32Array;
  readonly #originMs: number;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
    this.#originMs = performance.timeOrigin;
  }

  /** Worker: a batch begins. Never returns when the main thread has stopped this worker. */
  beginBatch(): void {
    this.beginCall(NO_CALL);
    this.#move(IDLE, RUNNING);
  }

  /** Worker: the given call begins. */
  beginCall(sequence: number): void {
    Atomics.store(this.#words, STARTED_AT_MS, this.#nowMs());
    Atomics.store(this.#words, SEQUENCE, sequence);
  }

  /** Worker: a refresh begins with one of its queries, which has a time of its own. */
  beginQuery(queryId: number): void {
    Atomics.store(this.#words, STARTED_AT_MS, this.#nowMs());
    Atomics.store(this.#words, QUERY_ID, queryId);
  }

  /** Main thread: the query that a stopped refresh was running. */
  get stoppedQueryId(): number {
    return Atomics.load(this.#words, QUERY_ID);
  }

  /** Worker: handlers are done and the batch will be committed. Never returns when it was stopped first. */
  beginCommit(): void {
    this.#move(RUNNING, COMMITTING);
  }

  /** Worker: results have been posted. */
  endBatch(): void {
    Atomics.store(this.#words, PHASE, IDLE);
  }

  /**
   * Main thread: stops the batch if its current call has run longer than the limit.
   *
   * @returns the sequence number of the stopped call (-1 between calls), or null when nothing had to be stopped
   */
  stopIfOverdue(limitMs: number): number | null {
    if (Atomics.load(this.#words, PHASE) !== RUNNING) return null;
    const sequence = Atomics.load(this.#words, SEQUENCE);
    const runForMs = (this.#nowMs() - Atomics.load(this.#words, STARTED_AT_MS)) | 0;
    if (runForMs < limitMs || Atomics.load(this.#words, SEQUENCE) !== sequence) return null;
    return Atomics.compareExchange(this.#words, PHASE, RUNNING, STOPPED) === RUNNING ? sequence : null;
  }

  /** Main thread: the call that a thread which has died was running, or null when nothing can be said. */
  get interruptedCall(): number | null {
    const sequence = Atomics.load(this.#words, SEQUENCE);
    return Atomics.load(this.#words, PHASE) === RUNNING && sequence !== NO_CALL ? sequence : null;
  }

  /** Wraps around after 24 days; differences stay right. performance.timeOrigin differs per thread, wall time does not. */
  #nowMs(): number {
    return (this.#originMs + performance.now() - EPOCH_OFFSET_MS) | 0;
  }

  #move(from: number, to: number): void {
    if (Atomics.compareExchange(this.#words, PHASE, from, to) === from) return;
    // Terminated by the main thread while waiting; the open transaction dies with this thread.
    Atomics.wait(this.#words, PHASE, STOPPED);
  }
}
