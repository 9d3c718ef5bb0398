/** A job in the hands of a worker. */
export interface Job {
  readonly id: string;
  readonly action: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** How often it was begun, this time included. */
  readonly attempts: number;
  /** Where an earlier attempt has saved that the next one goes on. */
  readonly cursor: string | undefined;
  /**
   * Says how far the job is, and saves where another attempt goes on; prolongs the lease.
   *
   * @throws {PorticoError} when it could not be saved; the job goes on all the same.
   */
  readonly report: (saved: {
    readonly cursor?: string | undefined;
    readonly progress?: Record<string, unknown> | undefined;
  }) => Promise<void>;
}

/** Thrown by a handler that knows more of its failure than that it failed. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";
  /** False where another attempt would fail as well. */
  readonly retryable: boolean;
  /** How long a provider wants to be left alone: its `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param message - Why, for those who look at the job; no secrets.
   * @param options - `retryable` is true unless given.
   */
  constructor(
    message: string,
    options: {
      readonly retryable?: boolean | undefined;
      readonly retryAfterSeconds?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryable = options.retryable ?? true;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
