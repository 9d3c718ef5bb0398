/**
 * Remembers which messages were worked on, by their `webhook-id`, so that each has its effect once although it may come more than
 * once. Receivers of several processes share one: a table with a unique id, or Redis (`SET id token NX PX forMs`).
 */
export interface ReplayStore {
  /**
   * Takes a message to work on, in one step: of two that ask at once, one gets it. `new`: it is the caller's, for `forMs` at most;
   * `working`: another has taken it; `done`: it was worked on.
   *
   * @param token - Tells this taking from every other; kept with the message for `release`.
   */
  begin(id: string, token: string, forMs: number): Promise<"new" | "working" | "done">;
  /** Notes that the message was worked on, and forgets it after `forMs`. */
  finish(id: string, forMs: number): Promise<void>;
  /**
   * Gives the message back, if it is still held under this token: working on it has failed, and the next delivery is a new try.
   * Whoever took longer than `forMs` must not give back what another has taken since.
   */
  release(id: string, token: string): Promise<void>;
}

interface Remembered {
  /** Under which it is worked on; undefined once that is done. */
  readonly token: string | undefined;
  readonly endsAtMs: number;
}

/** A store for a receiver that is one process. It forgets with the process, and the oldest beyond `capacity`. */
export class MemoryReplayStore implements ReplayStore {
  readonly #messages = new Map<string, Remembered>();
  readonly #capacity: number;

  /** @param capacity - Messages that are remembered at most. */
  constructor(capacity = 100_000) {
    this.#capacity = capacity;
  }

  async begin(id: string, token: string, forMs: number): Promise<"new" | "working" | "done"> {
    const known = this.#messages.get(id);
    if (known && known.endsAtMs > performance.now()) return known.token === undefined ? "done" : "working";
    this.#keep(id, token, forMs);
    return "new";
  }

  async finish(id: string, forMs: number): Promise<void> {
    this.#keep(id, undefined, forMs);
  }

  async release(id: string, token: string): Promise<void> {
    if (this.#messages.get(id)?.token === token) this.#messages.delete(id);
  }

  /** A map is in the order of its insertions, so the first is the oldest. */
  #keep(id: string, token: string | undefined, forMs: number): void {
    this.#messages.delete(id);
    this.#messages.set(id, { token, endsAtMs: performance.now() + forMs });
    for (const oldest of this.#messages.keys()) {
      if (this.#messages.size <= this.#capacity) return;
      this.#messages.delete(oldest);
    }
  }
}
