/**
 * Remembers which messages were worked on, by their `webhook-id`, so that each has its effect once although it may come more than
 * once. Receivers of several processes share one: a table with a unique id, or Redis (`SET id working NX PX forMs`).
 */
export interface ReplayStore {
  /**
   * Takes a message to work on, in one step: of two that ask at once, one gets it. `new`: it is the caller's, for `forMs` at most;
   * `working`: another has taken it; `done`: it was worked on.
   */
  begin(id: string, forMs: number): Promise<"new" | "working" | "done">;
  /** Notes that the message was worked on, and forgets it after `forMs`. */
  finish(id: string, forMs: number): Promise<void>;
  /** Gives the message back: working on it has failed, and the next delivery is a new try. */
  release(id: string): Promise<void>;
}

interface Remembered {
  readonly state: "working" | "done";
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

  async begin(id: string, forMs: number): Promise<"new" | "working" | "done"> {
    const known = this.#messages.get(id);
    if (known && known.endsAtMs > performance.now()) return known.state;
    this.#keep(id, "working", forMs);
    return "new";
  }

  async finish(id: string, forMs: number): Promise<void> {
    this.#keep(id, "done", forMs);
  }

  async release(id: string): Promise<void> {
    this.#messages.delete(id);
  }

  /** A map is in the order of its insertions, so the first is the oldest. */
  #keep(id: string, state: Remembered["state"], forMs: number): void {
    this.#messages.delete(id);
    this.#messages.set(id, { state, endsAtMs: performance.now() + forMs });
    for (const oldest of this.#messages.keys()) {
      if (this.#messages.size <= this.#capacity) return;
      this.#messages.delete(oldest);
    }
  }
}
