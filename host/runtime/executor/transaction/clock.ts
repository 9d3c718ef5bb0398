/** Hands out timestamps in nanoseconds since the epoch that never repeat and never go back. */
export class Clock {
  #latest: bigint;

  /** @param persisted the latest timestamp that an earlier run of the host may have handed out */
  constructor(persisted: bigint) {
    this.#latest = persisted;
  }

  /** The timestamp handed out last, nanoseconds since the epoch. */
  get latest(): bigint {
    return this.#latest;
  }

  /** Takes back timestamps under which nothing was stored or shown. */
  takeBack(earlier: bigint): void {
    this.#latest = earlier;
  }

  /** A timestamp later than every one before: the system's time, or one nanosecond more when that has not moved. */
  next(): bigint {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.#latest = now > this.#latest ? now : this.#latest + 1n;
    return this.#latest;
  }
}

/**
 * Hands out `_creationTime`: milliseconds with a fraction, from the start of the transaction. Convex only promises an
 * order within a transaction; here later transactions get later times too, although a double tells only 244 ns apart.
 */
export class CreationClock {
  #latest = 0;

  /** @param timestamp when the transaction began, nanoseconds since the epoch */
  next(timestamp: bigint): number {
    this.#latest = Math.max(Number(timestamp) / 1e6, nextUp(this.#latest));
    return this.#latest;
  }
}

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

/** The next larger double of a positive number. */
export function nextUp(value: number): number {
  float[0] = value;
  bits[0] = (bits[0] ?? 0n) + 1n;
  return float[0] ?? value;
}
