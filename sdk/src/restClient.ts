import { operations } from "./generated/operations";
import { Resources } from "./generated/resources";
import { Call, dataOf, invalidResponse, isDryRun, type Outcome } from "./runtime/call";
import { clientHeader } from "./runtime/clientHeader";
import {
  checkedToken,
  credentialFault,
  issuedByProvider,
  pinnedToken,
  RenewedToken,
  staticToken,
  type TokenProvider,
  type TokenSource,
} from "./runtime/credential";
import {
  assertLimits,
  type ChangeOptions,
  Engine,
  type EngineSettings,
  type Plan,
  type RequestOptions,
} from "./runtime/engine";
import { asText } from "./runtime/json";
import { ListCall, type Page, pageOf } from "./runtime/listCall";
import { Redactor } from "./runtime/redact";
import { defineResources, type Query, queryString, type RequestParts, type Sender } from "./runtime/resources";
import { randomUuid } from "./runtime/trace";

/** What authenticates a client: one of these, or none for an anonymous one. */
export type Credential =
  | {
      /** `sk_…` of an organization or `agt_…` of an agent. */
      readonly apiKey?: string | undefined;
      readonly token?: undefined;
      readonly getToken?: undefined;
    }
  | {
      readonly apiKey?: undefined;
      /** A JWT that the caller renews by making a new client, or the `enr_…` that `agents.enroll` takes. */
      readonly token?: string | undefined;
      readonly getToken?: undefined;
    }
  | {
      readonly apiKey?: undefined;
      readonly token?: undefined;
      /** Asked for a token when there is none, shortly before it expires, and once more when it was refused. */
      readonly getToken?: TokenProvider | undefined;
    };

/** Options of a client beside its credential. */
export interface Settings extends EngineSettings {
  /** Origin of the REST API, without `/v1`: `https://api.example.com`. */
  readonly baseUrl: string;
  /** Organization to work in: id or slug, sent as `Portico-Organization`. */
  readonly organization?: string | undefined;
}

/** Options of a client for REST alone. */
export type RestOptions = Settings & Credential;

/** A request to an endpoint that has no method here. */
export interface RawRequest extends ChangeOptions {
  readonly method: string;
  /** Path with leading slash: `/v1/schedules`. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** What clones of a client have in common. */
export interface Shared {
  readonly baseUrl: string;
  readonly rest: TokenSource | undefined;
  readonly engine: Engine;
  /** Checks a token that was issued to this client, and keeps it out of logs and errors. */
  readonly keepIssued: (issued: unknown) => string;
}

/** Carries the shared parts to a clone without showing them in the public options. */
export const shared = Symbol("portico.shared");

/** Options of a clone. */
export interface Cloned {
  readonly [shared]?: Shared;
}

/**
 * A client of one deployment's REST API: every resource as a property. This one stands alone, without Convex.
 *
 * @example
 * import { Portico } from "@portico/sdk/rest";
 * const portico = new Portico({ baseUrl: "https://api.example.com", apiKey: process.env.PORTICO_API_KEY });
 */
export class RestClient extends Resources {
  readonly #options: RestOptions & Cloned;
  readonly #shared: Shared;
  readonly #credential: TokenSource | undefined;

  /**
   * @param options - See {@link RestOptions}.
   * @throws {TypeError} when a URL or the credential cannot be used.
   */
  constructor(options: RestOptions) {
    super();
    this.#shared = sharedParts(options);
    this.#options = options;
    this.#credential = pinned(this.#shared.rest, options.organization);
    const sender: Sender = {
      call: (request, callOptions) => this.#call(request, callOptions),
      list: (request, callOptions) => this.#list(request, callOptions),
    };
    defineResources(this, operations, sender);
  }

  /**
   * The same client for one organization: connections, retry budget and tokens are shared.
   *
   * @param organization - Id or slug.
   * @returns A clone whose calls throw TenantMismatchError, before anything is sent, when the token names another one.
   * @example
   * const acme = portico.withOrganization("acme");
   */
  withOrganization(organization: string): RestClient {
    assertNamed(organization);
    const options: RestOptions & Cloned = { ...this.#options, organization, [shared]: this.#shared };
    return new RestClient(options);
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
    if (!/^[A-Z]+$/.test(upper) || /^(?:CONNECT|TRAC[EK])$/.test(upper))
      throw new TypeError(`${upper} is no method that can be sent`);
    // Errors quote the route, and the path may contain what an error should not.
    const route = this.#shared.engine.clean(`${upper} ${path}`);
    const parts = {
      operation: route,
      route,
      method: upper,
      path,
      query,
      body,
      idempotencyKey: upper === "POST",
      acceptsText: true,
    };
    return this.#call(parts, options).send();
  }

  #call(parts: RequestParts, options: ChangeOptions): Call<unknown> {
    return new Call(parts, () => this.#send(parts, options));
  }

  #list(parts: RequestParts, options: RequestOptions): ListCall<unknown> | Call<unknown> {
    const page = async (from?: string): Promise<Outcome<Page<unknown>>> => {
      const outcome = await this.#send({ ...parts, query: { ...parts.query, cursor: from } }, options);
      return { ...outcome, data: pageOf(outcome) };
    };
    if (options.ifNoneMatch === undefined) return new ListCall(parts, page, asText(parts.query["cursor"]));
    return new Call<unknown>(parts, async () => {
      const outcome = await this.#send(parts, options);
      return outcome.reply.response.status === 304 ? outcome : { ...outcome, data: pageOf(outcome) };
    }).send();
  }

  async #send(parts: RequestParts, options: ChangeOptions): Promise<Outcome<unknown>> {
    const { engine } = this.#shared;
    const reply = await engine.send(this.#plan(parts, options), options);
    if (options.dryRun && parts.method !== "GET" && !isDryRun(reply)) {
      // A deployment of an older version, or a proxy that drops the header.
      throw invalidResponse(reply, "No dry run: the change may have been made");
    }
    const { acceptsText = false } = parts;
    return { data: dataOf(reply, (text) => engine.clean(text), acceptsText), reply };
  }

  #plan(parts: RequestParts, options: ChangeOptions): Plan {
    const { method, body, bytes, answersBytes = false } = parts;
    // Otherwise it would go on with the name of the host, and the credential to another's.
    if (!parts.path.startsWith("/")) throw new TypeError("path must begin with /");
    const organization = options.organization ?? this.#options.organization;
    const idempotencyKey = options.idempotencyKey ?? (parts.idempotencyKey ? randomUuid() : undefined);
    const headers = {
      accept: answersBytes ? "*/*" : "application/json",
      ...clientHeader,
      "content-type": bytes ? bytes.type || "application/octet-stream" : body === undefined ? body : "application/json",
      "portico-organization": organization,
      "portico-dry-run": options.dryRun ? "true" : undefined,
      "idempotency-key": idempotencyKey,
      ...parts.headers,
    };
    return {
      operation: parts.operation,
      method,
      url: this.#shared.baseUrl + parts.path + queryString(parts.query),
      headers,
      body: body === undefined ? bytes : JSON.stringify(body),
      answersBytes,
      repeatable: method !== "POST" || idempotencyKey !== undefined,
      credential:
        options.organization === undefined ? this.#credential : pinned(this.#shared.rest, options.organization),
    };
  }
}

/** The source of tokens, held to one organization when there is one. */
export function pinned(source: TokenSource | undefined, organization: string | undefined): TokenSource | undefined {
  return source && organization !== undefined ? pinnedToken(source, organization) : source;
}

/** @throws {TypeError} when a URL, a limit or the credential cannot be used. */
export function sharedParts(options: RestOptions & Cloned): Shared {
  if (options[shared]) return options[shared];
  const { apiKey, token, getToken } = options;
  const named = (["apiKey", "token", "getToken"] as const).filter((option) => option in options);
  const given = named.filter((option) => options[option] !== undefined);
  if (given.length > 1) throw new TypeError("Give only one of apiKey, token and getToken");
  const [name] = [...given, ...named];
  const fault = name === undefined ? undefined : optionFault(name, options[name]);
  if (fault !== undefined) throw new TypeError(`The option ${name} ${fault}`);
  assertLimits(options);
  const baseUrl = origin(options.baseUrl, "baseUrl");
  const redactor = new Redactor();
  const keepIssued = (issued: unknown) => {
    const checked = checkedToken(issued);
    redactor.addIssued(checked);
    return checked;
  };
  const engine = new Engine(options, redactor);
  const fixed = apiKey ?? token;
  if (fixed !== undefined) redactor.addLasting(fixed);
  const provided =
    getToken &&
    new RenewedToken(async (forceRefresh, signal) =>
      issuedByProvider(keepIssued(await getToken({ forceRefresh, signal })), engine.serverNowMs()),
    );
  const rest = fixed === undefined ? provided : staticToken(fixed);
  return { baseUrl, engine, rest, keepIssued };
}

/** Why a credential that was given as this option cannot be used. */
function optionFault(option: string, credential: unknown): string | undefined {
  const isProvider = option === "getToken" && credential !== undefined;
  if (isProvider) return typeof credential === "function" ? undefined : "is not a function";
  const fault = credentialFault(credential, option === "apiKey");
  return fault === undefined || typeof credential === "string" ? fault : `${fault}; is the environment variable set?`;
}

/** @throws {TypeError} for what names no organization, such as a variable that is not set: the clone would be pinned to none */
export function assertNamed(organization: unknown): void {
  if (typeof organization !== "string" || !organization.trim())
    throw new TypeError("withOrganization takes an id or a slug");
}

/** A base URL without its trailing slash; credentials in it would reach logs and are refused by fetch anyway. */
export function origin(given: string, option: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  // A lone ? or # is no query to the parser, and would take the path along.
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || /[?#]/.test(given))
    throw new TypeError(`${option} must be http(s)://host[:port][/path] without credentials or query`);
  const href = url.href.replace(/\/+$/, "");
  if (option === "baseUrl" && href.endsWith("/v1"))
    throw new TypeError("baseUrl must end before /v1, which every path of the API begins with");
  return href;
}
