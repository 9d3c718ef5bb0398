import { CreationClock, nextUp } from "../runtime/executor/transaction/clock";

/**
 * `_creationTime` by the test's own clock: what `Date.now()` says, and for more documents of one millisecond, which under
 * fake timers may last, 0.24 µs later each. When a test sets the time back, it goes back.
 */
export class TestCreationClock extends CreationClock {
  #nowMs = 0;
  #latest = 0;

  override next(): number {
    const nowMs = Date.now();
    this.#latest = nowMs < this.#nowMs ? nowMs : Math.max(nowMs, nextUp(this.#latest));
    this.#nowMs = nowMs;
    return this.#latest;
  }
}
