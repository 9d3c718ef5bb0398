import { AbortedError, TimeoutError } from "../errors";

/** Timers overflow above this and would fire at once. */
const longestTimerMs = 2_147_483_647;

/** The limits of one piece of work, and what an error will report of them. */
export interface Limits {
  /** What is left of the limit. */
  readonly timeoutMs: number;
  /** The option that set the limit, and its value. */
  readonly limit: string;
  readonly limitMs: number;
  /** What takes the time: "waiting for a token". */
  readonly during: string;
  readonly signal: AbortSignal | undefined;
  readonly attempts: number;
}

/**
 * Runs `work` under a time limit and the caller's signal. Settles at once when either fires, even if `work` (a custom
 * fetch, a token provider) ignores the signal it is given.
 *
 * @throws {TimeoutError} when `timeoutMs` passes, {AbortedError} when the caller's signal fires.
 */
export function within<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal: outer, attempts, during } = limits;
  return new Promise<T>((resolve, reject) => {
    const inner = new AbortController();
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", onAbort);
      finish();
    };
    const stop = (error: Error) =>
      settle(() => {
        reject(error);
        inner.abort(error);
      });
    const onAbort = () =>
      stop(
        new AbortedError({
          code: "aborted",
          title: "The caller aborted the call",
          detail: `while ${during}`,
          attempts,
          cause: outer?.reason,
        }),
      );
    const timer = setTimeout(
      () => {
        const detail = `${limits.limit} (${limits.limitMs} ms) passed while ${during}`;
        stop(new TimeoutError({ code: "timeout", title: "The time limit passed", detail, attempts }));
      },
      Math.min(limits.timeoutMs, longestTimerMs),
    );
    if (outer?.aborted) return onAbort();
    outer?.addEventListener("abort", onAbort, { once: true });
    work(inner.signal).then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

/** Waits; ends early with AbortedError when the caller's signal fires. */
export function pause(delayMs: number, limits: Limits): Promise<void> {
  return within(
    limits,
    (signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, delayMs);
        signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
      }),
  );
}
