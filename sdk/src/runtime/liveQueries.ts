import type { ConvexClient } from "convex/browser";
import type { FunctionArgs, FunctionReference } from "convex/server";
import { AbortedError, TimeoutError } from "../errors";
import type { TokenSource } from "./credential";

/** How long a subscription waits, and what ends it. */
export interface SubscribeOptions {
  /** Ends the subscription with an AbortedError. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to the first value: connection and token included. Default 60 000. */
  readonly timeoutMs?: number | undefined;
}

/** One socket, shared by all subscriptions that are open. */
interface Connection {
  readonly client: ConvexClient;
  readonly feeds: Set<Feed<unknown>>;
  readonly closed: AbortController;
}

/** Subscriptions to queries of a deployment, over one WebSocket that is open while one of them is. */
export class LiveQueries {
  #connection: Connection | undefined;

  constructor(
    readonly url: string,
    readonly credential: TokenSource | undefined,
  ) {}

  /**
   * The values of a query: the one that there is, and each that follows. A slow consumer gets the latest of those it missed.
   *
   * @throws {AbortedError | TimeoutError}, what getting a token throws, and the function's failure as `typed` makes it.
   */
  async *values<Value>(
    query: FunctionReference<"query">,
    args: FunctionArgs<FunctionReference<"query">>,
    { signal, timeoutMs = 60_000 }: SubscribeOptions,
    typed: (error: unknown) => unknown,
  ): AsyncGenerator<Value, void, undefined> {
    const feed = new Feed<Value>();
    const onAbort = () =>
      feed.fail(
        new AbortedError({ code: "aborted", title: "The caller aborted the subscription", cause: signal?.reason }),
      );
    const onTimeout = () => {
      const detail = `timeoutMs (${timeoutMs} ms) passed while waiting for the first value`;
      feed.fail(new TimeoutError({ code: "timeout", title: "The time limit passed", detail }));
    };
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = timeoutMs < longestTimerMs ? setTimeout(onTimeout, timeoutMs) : undefined;
    let connection: Connection | undefined;
    let unsubscribe: (() => void) | undefined;
    try {
      const { ConvexClient } = await import("convex/browser");
      connection = this.#connection ??= this.#connect(ConvexClient);
      connection.feeds.add(feed);
      // Throws at once where Convex has no form for an argument, as for a Date.
      unsubscribe = connection.client.onUpdate(
        query,
        args,
        (value: Value) => feed.put(value),
        (error) => feed.fail(typed(error)),
      );
      for (;;) {
        const value = await feed.next();
        clearTimeout(timer);
        yield value;
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      unsubscribe?.();
      connection?.feeds.delete(feed);
      if (connection?.feeds.size === 0) this.#close(connection);
    }
  }

  #connect(Client: typeof ConvexClient): Connection {
    const { credential } = this;
    const client = new Client(this.url, {
      skipConvexDeploymentUrlCheck: true,
      logger: false,
      unsavedChangesWarning: false,
    });
    const feeds = new Set<Feed<unknown>>();
    const closed = new AbortController();
    if (credential)
      client.setAuth(async ({ forceRefreshToken }) => {
        try {
          const held = credential.held();
          return held === undefined || forceRefreshToken ? await credential.obtain(closed.signal, held) : held;
        } catch (error) {
          // Convex's client would take a throw for nothing, and go on as somebody unknown.
          for (const feed of feeds) feed.fail(error);
          return null;
        }
      });
    return { client, feeds, closed };
  }

  #close(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined;
    connection.closed.abort();
    // Not waited for: Convex's client takes as long as a server that never answers.
    connection.client.close().catch(() => undefined);
  }
}

const longestTimerMs = 2_147_483_647;

/** The latest value that nobody has taken, or the failure that ended the feed. */
class Feed<Value> {
  #waiting: { readonly value: Value } | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  put(value: Value): void {
    this.#waiting = { value };
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  async next(): Promise<Value> {
    for (;;) {
      // A failure comes before a value that was not taken: what is aborted is over.
      if (this.#failure) throw this.#failure.error;
      const taken = this.#waiting;
      this.#waiting = undefined;
      if (taken) return taken.value;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
