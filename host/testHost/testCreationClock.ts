import { CreationClock, nextUp } from "../runtime/executor/transaction/clock";

/**
 * Hands out `_creationTime` by the test's clock: the value of `Date.now()`, and 0.24 µs more for each further document of
 * the same millisecond, which fake timers may hold for long. When a test sets the time back, it goes back.
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
