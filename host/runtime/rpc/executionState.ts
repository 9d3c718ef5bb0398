// The worker says what it is running in shared memory, so that the main thread can stop a handler that never returns
// to an event loop. The phase word decides races: a batch that is committing cannot be stopped, and a batch that was
// stopped cannot commit.

const phaseWord = 0;
const sequenceWord = 1;
const startedAtWord = 2;
const queryIdWord = 3;

const epochOffsetMs = 1_700_000_000_000;

const idlePhase = 0;
const runningPhase = 1;
const committingPhase = 2;
const stoppedPhase = 3;

/** The sequence number between calls. */
const noCall = -1;

export const executionStateBytes = 4 * Int32Array.BYTES_PER_ELEMENT;

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
    this.beginCall(noCall);
    this.#move(idlePhase, runningPhase);
  }

  /** Worker: the given call begins. */
  beginCall(sequence: number): void {
    Atomics.store(this.#words, startedAtWord, this.#nowMs());
    Atomics.store(this.#words, sequenceWord, sequence);
  }

  /** Worker: a refresh begins with one of its queries, which has a time of its own. */
  beginQuery(queryId: number): void {
    Atomics.store(this.#words, startedAtWord, this.#nowMs());
    Atomics.store(this.#words, queryIdWord, queryId);
  }

  /** Main thread: the query that a stopped refresh was running. */
  get stoppedQueryId(): number {
    return Atomics.load(this.#words, queryIdWord);
  }

  /** Worker: handlers are done and the batch will be committed. Never returns when it was stopped first. */
  beginCommit(): void {
    this.#move(runningPhase, committingPhase);
  }

  /** Worker: results have been posted. */
  endBatch(): void {
    Atomics.store(this.#words, phaseWord, idlePhase);
  }

  /**
   * Main thread: stops the batch if its current call has run longer than the limit.
   *
   * @returns the sequence number of the stopped call (-1 between calls), or null when nothing had to be stopped
   */
  stopIfOverdue(limitMs: number): number | null {
    if (Atomics.load(this.#words, phaseWord) !== runningPhase) return null;
    const sequence = Atomics.load(this.#words, sequenceWord);
    const runForMs = (this.#nowMs() - Atomics.load(this.#words, startedAtWord)) | 0;
    if (runForMs < limitMs || Atomics.load(this.#words, sequenceWord) !== sequence) return null;
    return Atomics.compareExchange(this.#words, phaseWord, runningPhase, stoppedPhase) === runningPhase
      ? sequence
      : null;
  }

  /** Main thread: the call that a thread which has died was running, or null when nothing can be said. */
  get interruptedCall(): number | null {
    const sequence = Atomics.load(this.#words, sequenceWord);
    return Atomics.load(this.#words, phaseWord) === runningPhase && sequence !== noCall ? sequence : null;
  }

  /** Wraps around after 24 days; differences stay right. performance.timeOrigin differs per thread, wall time does not. */
  #nowMs(): number {
    return (this.#originMs + performance.now() - epochOffsetMs) | 0;
  }

  #move(from: number, to: number): void {
    if (Atomics.compareExchange(this.#words, phaseWord, from, to) === from) return;
    // Terminated by the main thread while waiting; the open transaction dies with this thread.
    Atomics.wait(this.#words, phaseWord, stoppedPhase);
  }
}
