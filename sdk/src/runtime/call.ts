import { ConnectionError, type Place, placed } from "../errors";
import type { Reply } from "./engine";
import { excerpt } from "./json";

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
  /** The answer is what would have been answered; nothing was kept. */
  readonly dryRun: boolean;
}

/** An answer and what was made of its body. */
export interface Outcome<T> {
  readonly data: T;
  readonly reply: Reply;
}

/**
 * The promise of a call. Await it for the data, or its `withResponse()` for the transport as well.
 *
 * @example
 * const { data, etag } = await portico.schedules.get(id).withResponse();
 */
export class Call<T> implements Promise<T> {
  readonly [Symbol.toStringTag]: string = "Call";
  readonly #start: () => Promise<Outcome<T>>;
  readonly #place: Place;
  #started: Promise<Outcome<T>> | undefined;
  #data: Promise<T> | undefined;

  constructor(place: Place, start: () => Promise<Outcome<T>>) {
    this.#place = place;
    this.#start = start;
  }

  /** Sends the request now instead of when the call is first awaited. */
  send(): this {
    this.#started ??= this.#run();
    return this;
  }

  /** The data together with response, request id, ETag, attempts and whether it was a replay. */
  async withResponse(): Promise<CallResult<T>> {
    const { data, reply } = await (this.#started ??= this.#run());
    const { response, attempts } = reply;
    const header = (name: string) => response.headers.get(name) ?? undefined;
    return {
      data,
      response,
      attempts,
      requestId: header("x-request-id"),
      etag: header("etag"),
      replayed: header("idempotent-replayed") === "true",
      dryRun: isDryRun(reply),
    };
  }

  /** Sends the request when it has not been sent yet, and resolves with the data of its answer. */
  // oxlint-disable-next-line unicorn/no-thenable -- a call is a promise; that is its purpose
  then<Value = T, Failure = never>(
    onFulfilled?: ((data: T) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    this.#data ??= this.#dataAlone();
    return this.#data.then(onFulfilled, onRejected);
  }

  async #dataAlone(): Promise<T> {
    return (await (this.#started ??= this.#run())).data;
  }

  /**
   * Errors are made here and nowhere deeper, and promises are passed on as they are, because engines follow `await`
   * from here to the caller and put it into the stack; a function given to `then` would end the trail.
   */
  async #run(): Promise<Outcome<T>> {
    try {
      return await this.#start();
    } catch (error) {
      throw placed(error, this.#place);
    }
  }

  /** Sends the request as {@link then} does, and handles what it fails with. */
  catch<Failure = never>(
    onRejected?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<T | Failure> {
    return this.then(undefined, onRejected);
  }

  /** Sends the request as {@link then} does, and runs `onFinally` however it ends. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onFinally);
  }
}

/** Whether the server says that it kept nothing of the request. */
export function isDryRun({ response }: Reply): boolean {
  return response.headers.get("portico-dry-run") === "true";
}

/**
 * The data of a reply: JSON, bytes, or undefined when the status says there is no body.
 *
 * @param clean - Removes credentials from a quotation.
 * @param acceptsText - Text will do.
 * @throws {ConnectionError} (`invalid_response`) for anything else, such as a login page, unless text is accepted.
 */
export function dataOf(reply: Reply, clean: (text: string) => string, acceptsText = false): unknown {
  const { response, body } = reply;
  if (response.status === 304) return undefined;
  if (typeof body !== "string") return body;
  if (!body && (acceptsText || [204, 205].includes(response.status))) return undefined;
  const isJson = response.headers.get("content-type")?.includes("json");
  if (!isJson && acceptsText) return body;
  try {
    if (isJson) return JSON.parse(body);
  } catch {
    // Told below.
  }
  throw invalidResponse(reply, "The answer is not valid JSON", excerpt(clean(body)) ?? "it is empty");
}

/** A success status with a body that the API cannot have sent: a proxy answered, or the response was cut off. */
export function invalidResponse(reply: Reply, title: string, detail?: string): ConnectionError {
  const { response, attempts } = reply;
  return new ConnectionError({
    code: "invalid_response",
    title,
    detail,
    status: response.status,
    requestId: response.headers.get("x-request-id") ?? undefined,
    headers: response.headers,
    attempts,
  });
}
