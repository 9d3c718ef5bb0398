import { type ApiError, apiError, ConnectionError, PorticoError, TimeoutError } from "../errors";
import type { TokenSource } from "./credential";
import { asText, isRecord, parseJson } from "./json";
import type { Redactor } from "./redact";
import { backoffMs, mayRetry, retryAfterMs, type RetryBudget } from "./retry";
import { traceparent } from "./trace";
import { type Limits, pause, within } from "./within";

/** One request as hooks see it. The body is text, so a hook may send it as often as it likes. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | undefined;
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

/** An operation the server has announced the end of (RFC 9745, RFC 8594), reported once per operation. */
export interface Deprecation {
  readonly operation: string;
  /** `Deprecation` header: a structured date such as `@1688169599`. */
  readonly deprecation: string | undefined;
  /** `Sunset` header: HTTP-date from which the operation may fail. */
  readonly sunset: string | undefined;
  readonly link: string | undefined;
}

/** Options that every call takes. */
export interface RequestOptions {
  /** Aborts the call, its retries included. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the whole call: every attempt, every wait, and reading the body. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for one attempt. */
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
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What the engine needs to know of a request, options aside. */
export interface Plan {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** A second delivery has no second effect. */
  readonly repeatable: boolean;
  readonly credential?: TokenSource | undefined;
  /** Statuses that are an answer although they are not 2xx or 304. */
  readonly accepts?: number;
}

/** An answer, read to its end. */
export interface Reply {
  readonly response: Response;
  readonly text: string;
  readonly attempts: number;
}

/** Settings of a client that the engine works with. */
export interface EngineSettings {
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly maxRetries: number;
  readonly hooks: readonly Hook[];
  readonly logger: Logger | undefined;
  readonly traceparent: boolean | (() => string | undefined);
  readonly onDeprecation: ((deprecation: Deprecation) => void) | undefined;
  readonly redactor: Redactor;
  readonly budget: RetryBudget;
}

/** Sends requests: credential, hooks, limits, retries and one refresh of a refused token. */
export class Engine {
  readonly #settings: EngineSettings;
  readonly #reportedDeprecations = new Set<string>();

  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  /** The text without any credential this client has held. */
  clean(text: string): string {
    return this.#settings.redactor.text(text);
  }

  /**
   * Sends a request until it succeeds or may not be repeated.
   *
   * @throws ApiError, ConnectionError, TimeoutError or AbortedError, and whatever a hook or token provider throws.
   */
  async send(plan: Plan, options: RequestOptions): Promise<Reply> {
    const settings = this.#settings;
    if (!URL.canParse(plan.url)) throw new TypeError(`${plan.operation}: the URL cannot be parsed`);
    const { signal } = options;
    const maxRetries = options.maxRetries ?? settings.maxRetries;
    const attemptTimeoutMs = options.attemptTimeoutMs ?? settings.attemptTimeoutMs;
    const deadlineMs = performance.now() + (options.timeoutMs ?? settings.timeoutMs);
    const limits = (attempts: number): Limits => ({
      timeoutMs: Math.max(0, deadlineMs - performance.now()),
      signal,
      attempts,
    });
    const trace = traceparent(options.traceparent, settings.traceparent);
    let refreshed = false;

    for (let attempt = 1, retries = 0; ; attempt += 1) {
      const { credential } = plan;
      const token =
        credential?.held() ?? (credential && (await within(limits(attempt - 1), (gone) => credential.obtain(gone))));
      const left = limits(attempt);
      const outcome = await this.#attempt(plan, options, token, trace(), {
        ...left,
        timeoutMs: Math.min(left.timeoutMs, attemptTimeoutMs),
      });
      if (!(outcome instanceof PorticoError)) {
        settings.budget.earn();
        return outcome;
      }

      if (outcome.status === 401 && token !== undefined && credential?.refresh && !refreshed) {
        refreshed = true;
        await this.#refresh(credential, token, limits(attempt));
        continue;
      }

      if (retries >= maxRetries || !mayRetry(outcome, plan.repeatable)) throw outcome;
      const delayMs = retryAfterMs(outcome.headers, Date.now()) ?? backoffMs(retries);
      if (delayMs >= limits(attempt).timeoutMs || !settings.budget.take()) throw outcome;
      this.#log("warn", "portico retry", {
        operation: plan.operation,
        attempt,
        delayMs,
        status: outcome.status,
        code: outcome.code,
      });
      await pause(delayMs, limits(attempt));
      retries += 1;
    }
  }

  async #refresh(credential: TokenSource, stale: string, limits: Limits): Promise<void> {
    await within(limits, async (gone) => {
      await credential.refresh?.(stale, gone);
    });
  }

  /** One attempt; failures that may be retried are returned, anything else is thrown. */
  async #attempt(
    plan: Plan,
    options: RequestOptions,
    token: string | undefined,
    trace: string | undefined,
    limits: Limits,
  ): Promise<Reply | PorticoError> {
    const { operation, method } = plan;
    const attempt = limits.attempts;
    const startedMs = performance.now();
    let refusal: Response | undefined;
    const outcome = await within(limits, async (signal): Promise<Reply | ApiError> => {
      const headers = requestHeaders(plan, options, token, trace);
      const request = { method, url: plan.url, headers, body: plan.body, signal };
      // Only hooks need a Headers object; fetch makes one of its own.
      const response = await (this.#settings.hooks.length > 0
        ? this.#dispatch({ ...request, headers: new Headers(headers) }, { operation, attempt }, 0)
        : this.#fetch(request, attempt));
      const succeeded = response.ok || response.status === 304 || response.status === plan.accepts;
      if (!succeeded) refusal = response;
      const text = await this.#reaching(attempt, () => response.text());
      if (succeeded) return { response, text, attempts: attempt };
      return apiError(response.status, parseJson(text), {
        headers: response.headers,
        attempts: attempt,
        clean: (part) => this.clean(part),
      });
    }).catch((error: unknown) => {
      if (!(error instanceof ConnectionError || error instanceof TimeoutError)) throw error;
      if (!refusal) return error;
      // The body broke, but its head has said what the server decided: a 404 is not repeated.
      const { status, headers } = refusal;
      return apiError(status, undefined, { headers, attempts: attempt, clean: (part) => part });
    });
    this.#logAttempt(plan, outcome, attempt, startedMs);
    const headers = outcome instanceof PorticoError ? outcome.headers : outcome.response.headers;
    if (headers) this.#reportDeprecation(operation, headers);
    return outcome;
  }

  #dispatch(request: HttpRequest, exchange: Exchange, index: number): Promise<Response> {
    const hook = this.#settings.hooks[index];
    if (hook) return hook(request, (next) => this.#dispatch(next, exchange, index + 1), exchange);
    return this.#fetch(request, exchange.attempt);
  }

  #fetch(
    request: Omit<HttpRequest, "headers"> & { readonly headers: HeadersInit },
    attempt: number,
  ): Promise<Response> {
    const { url, method, headers, body, signal } = request;
    return this.#reaching(attempt, () => this.#settings.fetch(url, { method, headers, body: body ?? null, signal }));
  }

  /** Runs network work and names its failure. The cause is rebuilt: a runtime's message may quote a header. */
  async #reaching<T>(attempts: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new ConnectionError({
        code: "connection_failed",
        title: "The server could not be reached",
        detail: this.clean(reasonOf(error)),
        attempts,
        cause: this.#settings.redactor.value(error),
      });
    }
  }

  #reportDeprecation(operation: string, headers: Headers): void {
    const { onDeprecation } = this.#settings;
    if (!onDeprecation || this.#reportedDeprecations.has(operation)) return;
    const deprecation = headers.get("deprecation") ?? undefined;
    const sunset = headers.get("sunset") ?? undefined;
    if (!deprecation && !sunset) return;
    this.#reportedDeprecations.add(operation);
    onDeprecation({ operation, deprecation, sunset, link: headers.get("link") ?? undefined });
  }

  #logAttempt(plan: Plan, outcome: Reply | PorticoError, attempt: number, startedMs: number): void {
    // A call should not pay for lines that nobody reads.
    if (!this.#settings.logger) return;
    const failed = outcome instanceof PorticoError;
    const headers = failed ? outcome.headers : outcome.response.headers;
    this.#log("debug", "portico request", {
      operation: plan.operation,
      method: plan.method,
      url: plan.url,
      attempt,
      status: failed ? outcome.status : outcome.response.status,
      code: failed ? outcome.code : undefined,
      requestId: headers?.get("x-request-id"),
      durationMs: Math.round(performance.now() - startedMs),
    });
  }

  #log(level: keyof Logger, message: string, fields: Record<string, unknown>): void {
    const { logger, redactor } = this.#settings;
    logger?.[level](message, redactor.value(fields));
  }
}

/** The innermost reason: fetch says only "fetch failed"; several refused addresses have a code but no message. */
function reasonOf(error: unknown): string {
  const reason = isRecord(error) && isRecord(error["cause"]) ? error["cause"] : error;
  if (!isRecord(reason)) return String(reason);
  return asText(reason["message"]) || asText(reason["code"]) || "unknown reason";
}

/** Header names are lower-case throughout, so that a later one replaces an earlier one. */
function requestHeaders(
  plan: Plan,
  options: RequestOptions,
  token: string | undefined,
  trace: string | undefined,
): Record<string, string> {
  const headers: Record<string, string> = { ...plan.headers };
  if (trace !== undefined) headers["traceparent"] = trace;
  if (options.requestId !== undefined) headers["x-request-id"] = options.requestId;
  if (options.ifMatch !== undefined) headers["if-match"] = options.ifMatch;
  if (options.ifNoneMatch !== undefined) headers["if-none-match"] = options.ifNoneMatch;
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  if (options.headers) for (const [name, value] of Object.entries(options.headers)) headers[name.toLowerCase()] = value;
  for (const [name, value] of Object.entries(headers)) assertHeader(name, value);
  return headers;
}

/** Fetch would throw too, but quoting the value, and looking like a failure of the network. */
function assertHeader(name: string, value: unknown): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    throw new TypeError("A header's name holds characters that HTTP does not allow");
  if (typeof value !== "string" || /[^\t\x20-\x7e\x80-\xff]/.test(value))
    throw new TypeError(`The header ${name} is not text that HTTP can carry`);
}
