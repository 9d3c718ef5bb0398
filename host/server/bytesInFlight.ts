import { TransportError } from "./transportError";

/** What a connection costs anyway; only what a body or message takes beyond it is counted. */
const uncountedBytes = 16 * 1024;

/** Bytes of bodies and messages that one kind of sender may have in this process at a time. */
class ByteBudget {
  readonly #maxBytes: number;
  #takenBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  take(bytes: number): boolean {
    if (this.#takenBytes + bytes > this.#maxBytes) return false;
    this.#takenBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#takenBytes -= bytes;
  }
}

/** What one body or message holds of a budget, from its first byte until its answer has left. */
export class HeldBytes {
  #budget: ByteBudget;
  #sizeBytes = 0;
  #takenBytes = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** Counts further bytes. @returns false when the budget has no room for them, and they are not to be kept */
  add(bytes: number): boolean {
    this.#sizeBytes += bytes;
    const missing = Math.max(0, this.#sizeBytes - uncountedBytes) - this.#takenBytes;
    if (missing <= 0) return true;
    if (!this.#budget.take(missing)) return false;
    this.#takenBytes += missing;
    return true;
  }

  /** Gives everything back, once. */
  release(): void {
    this.#budget.giveBack(this.#takenBytes);
    this.#sizeBytes = 0;
    this.#takenBytes = 0;
  }
}

/**
 * The budgets of one server. Those whom nobody knows share one, so that they can only keep each other out; bodies of HTTP
 * actions have their own, since it is the action that knows its callers.
 */
export class BytesInFlight {
  readonly #anonymous: ByteBudget;
  readonly #known: ByteBudget;
  readonly #actions: ByteBudget;

  /** @param maxBytes for known callers and for HTTP actions each; a quarter of it for all others together */
  constructor(maxBytes: number) {
    this.#anonymous = new ByteBudget(maxBytes / 4);
    this.#known = new ByteBudget(maxBytes);
    this.#actions = new ByteBudget(maxBytes);
  }

  /**
   * Begins to count one request body against the share of its caller's kind, so that strangers cannot use up the memory
   * of known callers.
   */
  ofCaller(isAnonymous: boolean): HeldBytes {
    return new HeldBytes(isAnonymous ? this.#anonymous : this.#known);
  }

  /** Begins to count one body of an HTTP action, which has a share of its own. */
  ofAction(): HeldBytes {
    return new HeldBytes(this.#actions);
  }
}

/** The refusal of bytes for which there is no room now; one for all, since floods meet it often. */
export const tooManyBytes = new TransportError(
  503,
  "TooManyBytesInFlight",
  "Too much is being received at once. Try again.",
  { "retry-after": "1" },
);
