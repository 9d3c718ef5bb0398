import type { AuthError } from "./authError";

const intervalMs = 60_000;
/** The verifier's sentences are few; whatever else comes is counted with them. */
const maxReasons = 100;

/**
 * Logs why tokens are refused. Each reason is written once a minute with a count, since anyone who can send tokens could
 * otherwise fill the log.
 */
export class RefusalLog {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  readonly #reasons = new Map<string, { toldAtMs: number; untold: number }>();

  /** @param now milliseconds since the epoch; the system clock when absent */
  constructor(write: (text: string) => void, now: () => number = Date.now) {
    this.#write = write;
    this.#now = now;
  }

  /** Writes why a token was refused, at most once per minute and reason; the next line counts those in between. */
  note({ message }: AuthError): void {
    const nowMs = this.#now();
    const reason = this.#reasons.has(message) || this.#reasons.size < maxReasons ? message : "For another reason.";
    const known = this.#reasons.get(reason);
    if (known !== undefined && nowMs - known.toldAtMs < intervalMs) {
      known.untold += 1;
      return;
    }
    const more = known === undefined || known.untold === 0 ? "" : ` (${known.untold} more since it was last told)`;
    this.#write(`A token was refused: ${reason}${more}`);
    this.#reasons.set(reason, { toldAtMs: nowMs, untold: 0 });
  }
}
