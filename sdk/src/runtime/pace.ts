const shortestBackoffMs = 2_000;
const longestBackoffMs = 300_000;

/**
 * Milliseconds until the next attempt after `failures` failures in a row (1 or more): 2 s, doubled up to 5 min, shortened by up to
 * half, and never less than `leastMs`, what the server's `Retry-After` asks for.
 */
export function patientBackoffMs(failures: number, leastMs = 0, random: () => number = Math.random): number {
  const backoff = Math.min(longestBackoffMs, shortestBackoffMs * 2 ** (failures - 1)) * (1 - random() / 2);
  return Math.max(backoff, leastMs);
}

/** The status of an error of this package, whichever of its entries has thrown it; undefined when no answer arrived. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : undefined;
}

/** The headers of the answer that an error tells of, where there was one. */
export function headersOf(error: unknown): Headers | undefined {
  return error instanceof Error && "headers" in error && error.headers instanceof Headers ? error.headers : undefined;
}

/**
 * Whether the API itself has refused what it will refuse again. An overload or a conflict may pass, and so may the page of a proxy,
 * which names no code of a problem.
 */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  if (status === undefined || status < 400 || status >= 500 || [408, 409, 429].includes(status)) return false;
  return error instanceof Error && "code" in error && error.code !== `http_${status}`;
}

/** What went wrong, in words. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)) || "unknown reason";
}

/** Waits that one caller is in at a time, and that whatever it waits for may end early. */
export class Pause {
  #end: (() => void) | undefined;

  /** Ends after `delayMs`, or when woken. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake(), delayMs);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the wait there is. */
  readonly wake = (): void => {
    this.#end?.();
    this.#end = undefined;
  };
}
