import { ApiError, apiError, ConnectionError, PorticoError, TimeoutError } from "../errors";
import type { TokenSource } from "./credential";
import { asText, isRecord, parseJson } from "./json";
import { type Redactor, shortestSecret } from "./redact";
import { backoffMs, mayRetry, notSendable, RetryBudget, retryAfterMs } from "./retry";
import { traceparent } from "./trace";
import { type Limits, pause, within } from "./within";

/** The bytes of a file. */
export type Bytes = Blob | ArrayBuffer | ArrayBufferView | string;

/** One request as hooks see it. The body is text, or the blob of a file, so a hook may send it as often as it likes. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | Blob | undefined;
  readonly signal: AbortSignal;
}

/** What a hook is told beside the request: the SDK method (`schedules.list`) and which attempt this is, from 1. */
export interface Exchange {
  readonly operation: string;
  readonly attempt: number;
}

/**
 * Wraps every attempt. Call `next` once to send, again to re-send, or not at all to answer yourself. What a hook throws
 * reaches the caller unchanged.
 *
 * @example
 * const timing: Hook = async (request, next, { operation }) => {
 *   const startedMs = performance.now();
 *   const response = await next(request);
 *   metrics.observe(operation, response.status, performance.now() - startedMs);
 *   return response;
 * };
 */
export type Hook = (
  request: HttpRequest,
  next: (request: HttpRequest) => Promise<Response>,
  exchange: Exchange,
) => Promise<Response>;

/** Receives structured lines, already free of credentials. `console` fits. */
export interface Logger {
  debug(message: string, fields: unknown): void;
  warn(message: string, fields: unknown): void;
}

/** What `fetch` takes beside the request itself: `credentials`, `keepalive`, `cache`, undici's `dispatcher`. */
export type FetchOptions = Omit<RequestInit, "method" | "headers" | "body" | "signal"> & {
  readonly dispatcher?: unknown;
};

/** Options that every call takes. */
export interface RequestOptions {
  /** Organization of this call alone, id or slug, instead of the client's. */
  readonly organization?: string | undefined;
  /** Aborts the call, its retries included. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the whole call: the token, every attempt, every wait, and reading the body. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for one attempt, and for one request of a token. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Retries after the first attempt; 0 turns them off. */
  readonly maxRetries?: number | undefined;
  /** 8 to 128 characters. Made up when absent; give your own to repeat a POST safely after a restart. */
  readonly idempotencyKey?: string | undefined;
  /** `ETag` the document must still have (RFC 9110 `If-Match`), else 412 `precondition_failed`. */
  readonly ifMatch?: string | undefined;
  /** `ETag` already held: the answer is `undefined` with status 304 when it is still current. */
  readonly ifNoneMatch?: string | undefined;
  /** Sent as `X-Request-Id`. */
  readonly requestId?: string | undefined;
  /** W3C trace context to continue; overrides the client's `traceparent`. */
  readonly traceparent?: string | undefined;
  /** Sent with the request; they replace headers of the same name. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Passed to `fetch`, after the client's own. */
  readonly fetchOptions?: FetchOptions | undefined;
}

/** Options of a change. */
export interface ChangeOptions extends RequestOptions {
  /** Answers what the call would answer, refusals included, and keeps nothing of it. No credential is made. */
  readonly dryRun?: boolean | undefined;
}

/** Options of a read whose answer is always there; with `ifNoneMatch` it may be `undefined`, not modified. */
export type ReadOptions = Omit<RequestOptions, "ifNoneMatch"> & { readonly ifNoneMatch?: undefined };

/** What the engine needs to know of a request, options aside. */
export interface Plan {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  /** By lower-case names; what is undefined is not sent. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Blob | undefined;
  /** The answer is bytes, perhaps at another address that it names. */
  readonly answersBytes?: boolean;
  /** A second delivery has no second effect. */
  readonly repeatable: boolean;
  readonly credential?: TokenSource | undefined;
  /** Statuses that are an answer although they are not 2xx or 304. */
  readonly accepts?: number;
}

/** An answer, read to its end. */
export interface Reply {
  readonly response: Response;
  /** Text, or a Blob where the answer is bytes. */
  readonly body: string | Blob;
  readonly attempts: number;
}

/** Limits of a call, which a client sets for all of its calls. */
export interface CallLimits {
  /** Milliseconds for a whole call: token, retries and body included. Default 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for one attempt, and for one request of a token. Default 30 000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Retries after the first attempt. Default 2. */
  readonly maxRetries?: number | undefined;
}

/** Settings of a client that the engine works with. */
export interface EngineSettings extends CallLimits {
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Passed to every `fetch`: `credentials`, `keepalive`, undici's `dispatcher`. */
  readonly fetchOptions?: FetchOptions | undefined;
  /** Off by default. Lines and fields are free of credentials. */
  readonly logger?: Logger | undefined;
  /** Middleware around every attempt, the first one outermost. */
  readonly hooks?: readonly Hook[] | undefined;
  /** W3C trace context: true starts a trace per call, a function supplies the header of the active span. */
  readonly traceparent?: boolean | (() => string | undefined) | undefined;
}

/** Sends requests: credential, hooks, limits, retries and one refresh of a refused token. */
export class Engine {
  readonly #settings: EngineSettings;
  readonly #redactor: Redactor;
  readonly #budget = new RetryBudget();
  /** How far the server's clock is ahead of this one. */
  #aheadMs: number | undefined;

  constructor(settings: EngineSettings, redactor: Redactor) {
    this.#settings = settings;
    this.#redactor = redactor;
  }

  /** The text without any credential this client has held. */
  clean(text: string): string {
    return this.#redactor.cleanText(text);
  }

  /**
   * Sends a request until it succeeds or may not be repeated.
   *
   * @throws {ApiError | ConnectionError | TimeoutError | AbortedError} and whatever a hook or token provider throws.
   */
  async send(plan: Plan, options: RequestOptions): Promise<Reply> {
    const settings = this.#settings;
    const { operation, credential, repeatable } = plan;
    if (!URL.canParse(plan.url)) throw new TypeError(`${operation}: the URL cannot be parsed`);
    assertLimits(options);
    const headers = requestHeaders(plan, options);
    const { signal } = options;
    const timeoutMs = options.timeoutMs ?? settings.timeoutMs ?? 60_000;
    const attemptTimeoutMs = options.attemptTimeoutMs ?? settings.attemptTimeoutMs ?? 30_000;
    const maxRetries = options.maxRetries ?? settings.maxRetries ?? 2;
    const deadlineMs = performance.now() + timeoutMs;
    const leftMs = () => Math.max(0, deadlineMs - performance.now());
    const limits = (during: string, attempts: number, mostMs = Number.POSITIVE_INFINITY): Limits => {
      const left = leftMs();
      const [limit, limitMs] = left > mostMs ? ["attemptTimeoutMs", mostMs] : ["timeoutMs", timeoutMs];
      return { timeoutMs: Math.min(left, mostMs), limit, limitMs, during, signal, attempts };
    };
    const trace = traceparent(options.traceparent, settings.traceparent);
    let stale: string | undefined;
    let isRefreshed = false;
    let sent = 0;

    for (let retries = 0; ;) {
      let token = stale === undefined ? credential?.held() : undefined;
      let failure: PorticoError | undefined;
      if (credential && token === undefined) {
        const tried = sent + (credential.sends ? 1 : 0);
        const answer = await this.#token(credential, stale, limits("waiting for a token", tried, attemptTimeoutMs));
        if (typeof answer === "string") token = answer;
        else {
          sent = tried;
          failure = answer.retold({ attempts: sent });
        }
      }
      const isUnsent = failure !== undefined;
      if (!failure) {
        sent += 1;
        stale = undefined;
        const left = limits("waiting for the answer", sent, attemptTimeoutMs);
        const outcome = await this.#attempt(plan, options, attemptHeaders(headers, token, trace()), left);
        if (!(outcome instanceof PorticoError)) {
          this.#budget.earn();
          return outcome;
        }
        if (outcome.status === 401 && token !== undefined && credential?.renewable && !isRefreshed) {
          isRefreshed = true;
          stale = token;
          continue;
        }
        failure = outcome;
      }

      if (retries >= maxRetries || !mayRetry(failure, repeatable || isUnsent)) throw failure;
      const delayMs = retryAfterMs(failure.headers, Date.now()) ?? backoffMs(retries);
      if (delayMs >= leftMs() || !this.#budget.take()) throw failure;
      const { status, code } = failure;
      this.#log("warn", "portico retry", { operation, attempt: sent, delayMs, status, code });
      await pause(delayMs, limits("waiting to try again", sent));
      retries += 1;
    }
  }

  /** A token, or a failure to get one that may pass; what a token provider throws is its own. */
  async #token(credential: TokenSource, stale: string | undefined, limits: Limits): Promise<string | PorticoError> {
    try {
      return await within(limits, (gone) => credential.obtain(gone, stale));
    } catch (error) {
      if (!isTransport(error) && !(error instanceof ApiError)) throw error;
      // An error that names its operation comes from another client, which a token provider uses.
      if (error.operation !== undefined) throw error;
      return error;
    }
  }

  /** One attempt; failures that may be retried are returned, anything else is thrown. */
  async #attempt(
    plan: Plan,
    options: RequestOptions,
    headers: Record<string, string>,
    limits: Limits,
  ): Promise<Reply | PorticoError> {
    const { operation, method, url, body, answersBytes, accepts } = plan;
    const { attempts } = limits;
    const startedMs = performance.now();
    const clean = (text: string) => this.clean(text);
    let refusal: Response | undefined;
    const outcome = await within(limits, async (signal): Promise<Reply | ApiError> => {
      const request = { method, url, body, signal };
      const { hooks } = this.#settings;
      const send = (next: Omit<HttpRequest, "headers"> & { readonly headers: HeadersInit }) =>
        this.#fetch(next, plan, options, attempts);
      const exchange = { operation, attempt: attempts };
      // Only hooks need a Headers object; fetch makes one of its own.
      const response = await (hooks?.length
        ? hooks.reduceRight<Send>(
            (next, hook) => (inner) => hook(inner, next, exchange),
            send,
          )({
            ...request,
            headers: new Headers(headers),
          })
        : send({ ...request, headers }));
      this.#noteTime(plan, response);
      const { status } = response;
      const succeeded = response.ok || status === 304 || status === accepts;
      if (!succeeded) refusal = response;
      const read = succeeded && answersBytes ? "blob" : "text";
      const content = await this.#reaching(attempts, options, (): Promise<string | Blob> => response[read]());
      if (succeeded) return { response, body: content, attempts };
      return apiError(status, parseJson(asText(content) ?? ""), { headers: response.headers, attempts, clean });
    }).catch((error: unknown) => {
      if (!isTransport(error)) throw error;
      if (!refusal) return error;
      // The body broke, but its head has said what the server decided: a 404 is not repeated.
      return apiError(refusal.status, "", { headers: refusal.headers, attempts, clean });
    });
    this.#logAttempt(plan, outcome, attempts, startedMs);
    return outcome;
  }

  /** Milliseconds since the epoch by the server's clock; undefined before it has told. */
  serverNowMs(): number | undefined {
    return this.#aheadMs === undefined ? undefined : Date.now() + this.#aheadMs;
  }

  /** Keeps what `Date` says, where a token's end is judged by it. */
  #noteTime({ credential }: Plan, { headers }: Response): void {
    const nowMs = credential?.renewable ? Date.parse(headers.get("date") ?? "") : Number.NaN;
    if (nowMs > 0) this.#aheadMs = nowMs - Date.now();
  }

  #fetch(
    request: Omit<HttpRequest, "headers"> & { readonly headers: HeadersInit },
    { answersBytes }: Plan,
    options: RequestOptions,
    attempt: number,
  ): Promise<Response> {
    // Looked up per call, so that a later polyfill counts.
    const { fetch = globalThis.fetch, fetchOptions } = this.#settings;
    const { url, method, headers, body, signal } = request;
    const init = { method, headers, body: body ?? null, signal };
    // A redirected write would arrive as a read, and a key at another host. A file may lie elsewhere, where fetch sends no
    // credential.
    const redirect = answersBytes ? "follow" : "manual";
    return this.#reaching(attempt, options, () =>
      fetch(url, { redirect, ...fetchOptions, ...options.fetchOptions, ...init }),
    );
  }

  /** Runs network work and names its failure. What quotes a credential or a given header is rebuilt without it. */
  async #reaching<T>(attempts: number, { headers = {} }: RequestOptions, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const given = Object.values(headers).filter((value): value is string => (value ?? "").length >= shortestSecret);
      const reason = reasonOf(error);
      const isSendable = !unsendable.test(reason.text);
      throw new ConnectionError({
        code: isSendable ? "connection_failed" : notSendable,
        title: isSendable ? "The server could not be reached" : "This runtime refuses to send the request",
        detail: this.#redactor.cleanText(reason.text, given),
        attempts,
        cause: this.#redactor.cleanError(reason.error, given),
      });
    }
  }

  #logAttempt(
    { operation, method, url }: Plan,
    outcome: Reply | PorticoError,
    attempt: number,
    startedMs: number,
  ): void {
    // A call should not pay for log lines that nobody reads.
    if (!this.#settings.logger) return;
    const failure = outcome instanceof PorticoError ? outcome : undefined;
    const { headers, status } = outcome instanceof PorticoError ? outcome : outcome.response;
    const requestId = headers?.get("x-request-id");
    const durationMs = Math.round(performance.now() - startedMs);
    const fields = { operation, method, url, attempt, status, code: failure?.code, requestId, durationMs };
    this.#log("debug", "portico request", fields);
  }

  #log(level: keyof Logger, message: string, fields: Record<string, unknown>): void {
    this.#settings.logger?.[level](message, this.#redactor.cleanValue(fields));
  }
}

type Send = (request: HttpRequest) => Promise<Response>;

/** Failures that can be retried because no response arrived. */
function isTransport(error: unknown): error is ConnectionError | TimeoutError {
  return error instanceof ConnectionError || error instanceof TimeoutError;
}

/** Refusals of fetch itself, by their words in Node, Deno and Bun: of a blocked port, a scheme, a URL. */
const unsendable = /bad port|unknown scheme|invalid url|failed to parse url|scheme \S+ not supported|protocol must be/i;

/** The innermost error and what it says: fetch says only "fetch failed"; several refused addresses only have a code. */
function reasonOf(error: unknown): { readonly error: unknown; readonly text: string } {
  const reason = isRecord(error) && isRecord(error["cause"]) ? error["cause"] : error;
  if (!isRecord(reason)) return { error, text: String(reason) };
  return { error: reason, text: asText(reason["message"]) || asText(reason["code"]) || "unknown reason" };
}

/** Refuses limits that would fire at once, or by mistake never. */
export function assertLimits({ timeoutMs = 1, attemptTimeoutMs = 1, maxRetries = 0 }: CallLimits): void {
  // What is no number fails every comparison, NaN too.
  const check = (rule: string, holds: boolean) => {
    if (!holds) throw new RangeError(rule);
  };
  check("timeoutMs must be a number above 0", timeoutMs > 0);
  check("attemptTimeoutMs must be a number above 0", attemptTimeoutMs > 0);
  check("maxRetries must be a number, 0 or more", maxRetries >= 0);
}

/** Header names are lower-case throughout, so that a later one replaces an earlier one. */
function requestHeaders(plan: Plan, options: RequestOptions): Record<string, string> {
  const { requestId, ifMatch, ifNoneMatch, headers: given = {} } = options;
  const own: Plan["headers"] = { "x-request-id": requestId, "if-match": ifMatch, "if-none-match": ifNoneMatch };
  const headers: Record<string, string> = {};
  for (const part of [plan.headers, own, given]) {
    for (const name of Object.keys(part)) {
      const value = part[name];
      if (value === undefined) continue;
      assertHeader(plan.operation, name, value);
      headers[name.toLowerCase()] = value;
    }
  }
  return headers;
}

/** What is new in each attempt; a header that the caller gave stays. */
function attemptHeaders(
  headers: Record<string, string>,
  token: string | undefined,
  trace: string | undefined,
): Record<string, string> {
  const own: Record<string, string> = {};
  if (token !== undefined) own["authorization"] = `Bearer ${token}`;
  if (trace !== undefined) {
    assertHeader("traceparent", "traceparent", trace);
    own["traceparent"] = trace;
  }
  return { ...own, ...headers };
}

/** Fetch would throw too, but quoting the value, and looking like a failure of the network. */
function assertHeader(operation: string, name: string, value: unknown): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    throw new TypeError(`${operation}: a header's name holds characters that HTTP does not allow`);
  if (typeof value !== "string" || /[^\t\x20-\x7e\x80-\xff]/.test(value))
    throw new TypeError(`${operation}: the header ${name} is not text that HTTP can carry`);
}
