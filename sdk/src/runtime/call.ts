import type { Reply } from "./engine";

/** An answer with the facts of its transport. */
export interface CallResult<T> {
  readonly data: T;
  /** The raw response; its body has been read. */
  readonly response: Response;
  readonly requestId: string | undefined;
  /** `ETag` of the document, for `ifMatch` and `ifNoneMatch`. */
  readonly etag: string | undefined;
  /** Requests sent, the first one included. */
  readonly attempts: number;
  /** The server answered from its idempotency record: the effect had already happened. */
  readonly replayed: boolean;
}

/**
 * The promise of a call. Await it for the data, or its `withResponse()` for the transport as well.
 *
 * @example
 * const { data, etag } = await portico.schedules.get(id).withResponse();
 */
export class Call<T> implements Promise<T> {
  readonly [Symbol.toStringTag]: string = "Call";
  readonly #start: () => Promise<CallResult<T>>;
  #result: Promise<CallResult<T>> | undefined;

  constructor(start: () => Promise<CallResult<T>>) {
    this.#start = start;
  }

  /** Sends the request now instead of when the call is first awaited. */
  send(): this {
    this.#result ??= this.#start();
    return this;
  }

  /** The data together with response, request id, ETag, attempts and whether it was a replay. */
  withResponse(): Promise<CallResult<T>> {
    this.#result ??= this.#start();
    return this.#result;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a call is a promise; that is its purpose
  then<Value = T, Failure = never>(
    onFulfilled?: ((data: T) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    return this.withResponse()
      .then(({ data }) => data)
      .then(onFulfilled, onRejected);
  }

  catch<Failure = never>(
    onRejected?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<T | Failure> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onFinally);
  }
}

/** The result of a reply whose body has been turned into data. */
export function callResult<T>(reply: Reply, data: T): CallResult<T> {
  const { response, attempts } = reply;
  const header = (name: string) => response.headers.get(name) ?? undefined;
  return {
    data,
    response,
    attempts,
    requestId: header("x-request-id"),
    etag: header("etag"),
    replayed: header("idempotent-replayed") === "true",
  };
}
