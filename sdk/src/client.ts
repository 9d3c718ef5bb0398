import { operations } from "./generated/operations";
import { Resources } from "./generated/resources";
import { Call, dataOf, type Outcome } from "./runtime/call";
import { ConvexDoor } from "./runtime/convexDoor";
import {
  checkedCredential,
  issuedByProvider,
  pinnedToken,
  RenewedToken,
  staticToken,
  type TokenProvider,
  type TokenSource,
} from "./runtime/credential";
import { type Deprecation, Engine, type Hook, type Logger, type Plan, type RequestOptions } from "./runtime/engine";
import { exchangeKey } from "./runtime/exchange";
import { ListCall, pageOf } from "./runtime/listCall";
import { Redactor } from "./runtime/redact";
import { defineResources, type Query, queryString, type RequestParts } from "./runtime/resources";
import { RetryBudget } from "./runtime/retry";
import { randomUuid } from "./runtime/trace";

/** Options of a client. One of `apiKey`, `token` and `getToken` authenticates it; a client without is anonymous. */
export interface PorticoOptions {
  /** Origin of the REST API, without `/v1`: `https://api.example.com`. */
  readonly baseUrl: string;
  /** Origin of the Convex deployment; only `portico.convex` needs it. */
  readonly convexUrl?: string | undefined;
  /** `sk_…` of an organization or `agt_…` of an agent. */
  readonly apiKey?: string | undefined;
  /** A token that the caller renews by making a new client. */
  readonly token?: string | undefined;
  /** Asked for a token when there is none, shortly before it expires, and once more when it was refused. */
  readonly getToken?: TokenProvider | undefined;
  /** Organization to work in: id or slug, sent as `Portico-Organization`. */
  readonly organization?: string | undefined;
  /** Milliseconds for a whole call, retries and body included. Default 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for one attempt. Default 30 000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Retries after the first attempt. Default 2. */
  readonly maxRetries?: number | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Off by default. Lines and fields are free of credentials. */
  readonly logger?: Logger | undefined;
  /** Middleware around every attempt, the first one outermost. */
  readonly hooks?: readonly Hook[] | undefined;
  readonly onDeprecation?: ((deprecation: Deprecation) => void) | undefined;
  /** W3C trace context: true starts a trace per call, a function supplies the header of the active span. */
  readonly traceparent?: boolean | (() => string | undefined) | undefined;
}

/** A request to an endpoint that has no method here. */
export interface RawRequest extends RequestOptions {
  readonly method: string;
  /** Path with leading slash: `/v1/schedules`. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** What clones of a client have in common. */
interface Shared {
  readonly baseUrl: string;
  readonly rest: TokenSource | undefined;
  readonly convex: TokenSource | undefined;
  readonly engine: Engine;
}

/** Carries the shared parts to a clone without showing them in the public options. */
const shared = Symbol("portico.shared");

interface CloneOptions extends PorticoOptions {
  readonly [shared]?: Shared;
}

/**
 * A client of one Portico deployment: every resource of the REST API as a property, and `convex` for the deployment's
 * functions, with one credential for both.
 *
 * @example
 * const portico = new Portico({ baseUrl: "https://api.example.com", apiKey: process.env.PORTICO_API_KEY });
 * const schedule = await portico.schedules.create({ title: "Patch day", startDate, endDate });
 * for await (const agent of portico.agents.list({ connectionStatus: "offline" })) console.log(agent.hostname);
 */
export class Portico extends Resources {
  /** The deployment's Convex functions, with this client's credential. */
  readonly convex: ConvexDoor;
  readonly #options: PorticoOptions;
  readonly #shared: Shared;
  readonly #credential: TokenSource | undefined;

  /**
   * @param options - See {@link PorticoOptions}.
   * @throws TypeError when a URL or the credential cannot be used.
   */
  constructor(options: PorticoOptions) {
    super();
    const { organization } = options;
    const parts = sharedParts(options);
    const convexUrl = options.convexUrl === undefined ? undefined : origin(options.convexUrl, "convexUrl");
    const pin = (source: TokenSource | undefined) =>
      source && organization !== undefined ? pinnedToken(source, organization) : source;
    this.#options = options;
    this.#shared = parts;
    this.#credential = pin(parts.rest);
    this.convex = new ConvexDoor(parts.engine, convexUrl, pin(parts.convex));
    defineResources(this, operations, {
      call: (request, callOptions) => this.#call(request, callOptions),
      list: (request, callOptions) => this.#list(request, callOptions),
    });
  }

  /**
   * The same client for one organization: connections, retry budget and tokens are shared.
   *
   * @param organization - Id or slug.
   * @returns A clone whose calls throw TenantMismatchError, before anything is sent, when the token names another one.
   * @example
   * const acme = portico.withOrganization("acme");
   */
  withOrganization(organization: string): Portico {
    const options: CloneOptions = { ...this.#options, organization, [shared]: this.#shared };
    return new Portico(options);
  }

  /**
   * Sends a request to any endpoint, with this client's credential, retries and errors.
   *
   * @returns The parsed JSON body, unchecked; text for other content types, undefined without a body.
   * @example
   * const health = await portico.request({ method: "GET", path: "/v1/health" });
   */
  request(request: RawRequest): Call<unknown> {
    const { method, path, query = {}, body, ...options } = request;
    const upper = method.toUpperCase();
    const parts = {
      operation: `${upper} ${path}`,
      method: upper,
      path,
      query,
      body,
      idempotencyKey: upper === "POST",
      acceptsText: true,
    };
    return this.#call(parts, options).send();
  }

  #call(parts: RequestParts, options: RequestOptions): Call<unknown> {
    return new Call(() => this.#send(parts, options));
  }

  #list(parts: RequestParts, options: RequestOptions): ListCall<unknown> {
    const { cursor } = parts.query;
    return new ListCall(
      async (from) => {
        const query = { ...parts.query, cursor: from };
        const outcome = await this.#send({ ...parts, query }, options);
        return { ...outcome, data: pageOf(outcome, from) };
      },
      typeof cursor === "string" ? cursor : undefined,
    );
  }

  async #send(parts: RequestParts, options: RequestOptions): Promise<Outcome<unknown>> {
    const { engine } = this.#shared;
    const reply = await engine.send(this.#plan(parts, options), options);
    const { acceptsText = false } = parts;
    return { data: dataOf(reply, { acceptsText, clean: (text) => engine.clean(text) }), reply };
  }

  #plan(parts: RequestParts, options: RequestOptions): Plan {
    const { method, body } = parts;
    const { organization } = this.#options;
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (organization !== undefined) headers["portico-organization"] = organization;
    const idempotencyKey = options.idempotencyKey ?? (parts.idempotencyKey ? randomUuid() : undefined);
    if (idempotencyKey !== undefined) headers["idempotency-key"] = idempotencyKey;
    return {
      operation: parts.operation,
      method,
      url: this.#shared.baseUrl + parts.path + queryString(parts.query),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      repeatable: method !== "POST" || idempotencyKey !== undefined,
      credential: this.#credential,
    };
  }
}

function sharedParts(options: CloneOptions): Shared {
  if (options[shared]) return options[shared];
  const { apiKey, token, getToken } = options;
  const given = [apiKey, token, getToken].filter((credential) => credential !== undefined);
  if (given.length > 1) throw new TypeError("Give only one of apiKey, token and getToken");
  if (given.length === 0 && ("apiKey" in options || "token" in options || "getToken" in options))
    throw new TypeError("The credential is undefined; is the environment variable set?");
  const baseUrl = origin(options.baseUrl, "baseUrl");
  const redactor = new Redactor();
  const keep = (secret: string) => {
    redactor.add(checkedCredential(secret));
    return secret;
  };
  const keepIssued = (issued: string) => {
    redactor.addIssued(checkedCredential(issued));
    return issued;
  };
  const engine = new Engine({
    // Looked up per call: a bare reference would lose `this` in browsers and miss a later polyfill.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    timeoutMs: options.timeoutMs ?? 60_000,
    attemptTimeoutMs: options.attemptTimeoutMs ?? 30_000,
    maxRetries: options.maxRetries ?? 2,
    hooks: options.hooks ?? [],
    logger: options.logger,
    traceparent: options.traceparent ?? false,
    onDeprecation: options.onDeprecation,
    redactor,
    budget: new RetryBudget(),
  });
  if (apiKey !== undefined) {
    const key = keep(apiKey);
    const exchanged = new RenewedToken(async (_force, signal) => {
      const issued = await exchangeKey(engine, baseUrl, key, signal);
      keepIssued(issued.token);
      return issued;
    });
    return { baseUrl, engine, rest: staticToken(key), convex: exchanged };
  }
  if (getToken) {
    const provided = new RenewedToken(async (forceRefresh, signal) =>
      issuedByProvider(keepIssued(await getToken({ forceRefresh, signal }))),
    );
    return { baseUrl, engine, rest: provided, convex: provided };
  }
  const fixed = token === undefined ? undefined : staticToken(keep(token));
  return { baseUrl, engine, rest: fixed, convex: fixed };
}

/** A base URL without its trailing slash; credentials in it would reach logs and are refused by fetch anyway. */
function origin(given: string, option: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    throw new TypeError(`${option} must be http(s)://host[:port][/path] without credentials or query`);
  const href = url.href.replace(/\/+$/, "");
  if (option === "baseUrl" && href.endsWith("/v1"))
    throw new TypeError("baseUrl must end before /v1, which every path of the API begins with");
  return href;
}
