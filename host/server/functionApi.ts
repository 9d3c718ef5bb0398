import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Deployment, FunctionCall, FunctionType, JsonValue, RequestMetadata } from "../deployment";
import type { JsonObject } from "../json";
import type { BytesInFlight } from "./bytesInFlight";
import { metadataFor } from "./callers";
import type { CallerResolver, ResolvedCaller } from "./callers";
import { configHashesText, pushNotSupported, readPush } from "./codePush";
import { answerPreflight, isPreflight, mirrorOrigin } from "./cors";
import { changesOf } from "./environmentVariables";
import { functionPathOfUrl, normalizeFunctionPath } from "./functionPath";
import {
  argsTextOf,
  decodeTimestamp,
  encodeTimestamp,
  textField,
  valueFormatOf,
  type ValueFormat,
} from "./functionRequest";
import { outcomeText } from "./functionResponse";
import { parseJsonBytes, readJsonObject } from "./jsonBody";
import type { JsonLimits } from "./jsonBody";
import { LogStream } from "./logStream";
import type { Findings } from "./requestEvents";
import { isLocalScrape, serverMetricsText } from "./serverMetrics";
import type { OpenSockets } from "./serverMetrics";
import { StorageDoor } from "./storageDoor";
import { sendJson, sendText, TransportError } from "./transportError";

/** What the function API serves and within which limits. */
export interface FunctionApiOptions {
  readonly deployment: Deployment;
  readonly callers: CallerResolver;
  readonly redactErrors: boolean;
  readonly jsonLimits: JsonLimits;
  readonly bytesInFlight: BytesInFlight;
  readonly instanceName: string;
  readonly serverVersion: string;
  readonly openSockets: () => OpenSockets;
  readonly metricsText: () => Promise<string>;
  /** Where this deployment is reached; known once both listeners have their ports. */
  readonly canonicalUrls: () => { readonly cloudUrl: string; readonly siteUrl: string };
}

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly metadata: RequestMetadata;
  readonly findings: Findings;
};
type Handler = (exchange: Exchange) => Promise<void>;

const runPrefix = "/api/run/";

/** The routes of Convex's HTTP function API, one handler for each. */
export class FunctionApi {
  readonly #options: FunctionApiOptions;
  readonly #storage: StorageDoor;
  readonly #logs: LogStream;
  readonly #routes: ReadonlyMap<string, Readonly<Record<string, Handler>>>;

  constructor(options: FunctionApiOptions) {
    this.#options = options;
    this.#storage = new StorageDoor(options.deployment.files);
    this.#logs = new LogStream(options.deployment);
    const callPost =
      (type: FunctionCall["type"]): Handler =>
      (exchange) =>
        this.#callFromBody(exchange, type);
    this.#routes = new Map<string, Readonly<Record<string, Handler>>>([
      ["/api/query", { POST: callPost("query"), GET: (exchange) => this.#queryFromUrl(exchange) }],
      ["/api/mutation", { POST: callPost("mutation") }],
      ["/api/action", { POST: callPost("action") }],
      ["/api/function", { POST: callPost("any") }],
      ["/api/query_ts", { POST: (exchange) => this.#sendTimestamp(exchange) }],
      ["/api/query_at_ts", { POST: (exchange) => this.#queryAtTimestamp(exchange) }],
      ["/api/update_environment_variables", { POST: (exchange) => this.#updateEnvironmentVariables(exchange) }],
      ["/api/get_config_hashes", { POST: (exchange) => this.#sendConfigHashes(exchange) }],
      ["/api/deploy2/start_push", { POST: (exchange) => this.#analyzePush(exchange) }],
      ["/api/deploy2/evaluate_push", { POST: (exchange) => this.#refusePush(exchange) }],
      ["/api/deploy2/finish_push", { POST: (exchange) => this.#refusePush(exchange) }],
      ["/api/deploy2/wait_for_schema", { POST: (exchange) => this.#refusePush(exchange) }],
      ["/api/host/backup", { POST: (exchange) => this.#backUp(exchange) }],
      ["/api/stream_function_logs", { GET: (exchange) => this.#sendLogs(exchange) }],
      ["/api/echo", { POST: echo }],
      ["/echo", { POST: echo }],
      ["/api/v1/get_canonical_urls", { GET: (exchange) => this.#sendCanonicalUrls(exchange) }],
      ["/.well-known/jwks.json", { GET: (exchange) => this.#sendKeySet(exchange) }],
      ["/version", { GET: (exchange) => this.#sendPlainText(exchange, options.serverVersion) }],
      ["/metrics", { GET: (exchange) => this.#sendMetrics(exchange) }],
      ["/instance_name", { GET: (exchange) => this.#sendPlainText(exchange, options.instanceName) }],
    ]);
  }

  /**
   * Answers one request of the cloud port.
   * @throws {TransportError | AuthError | DeploymentRefusal} which the listener writes as `{code, message}`
   */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    metadata: RequestMetadata,
    findings: Findings,
  ): Promise<void> {
    const url = requestTarget(request);
    if (url.pathname.startsWith("/api/")) {
      if (isPreflight(request)) return answerPreflight(request, response);
      mirrorOrigin(request, response);
    }
    if (this.#storage.serves(url.pathname)) return await this.#storage.handle(request, response, url);
    const exchange: Exchange = { request, response, url, metadata, findings };
    const methods = url.pathname.startsWith(runPrefix)
      ? { POST: (): Promise<void> => this.#run(exchange) }
      : this.#routes.get(url.pathname);
    if (methods === undefined && isUnsupportedByHost(url.pathname)) {
      throw new TransportError(
        400,
        "NotSupported",
        "This host has no import, export or inline queries for the CLI. It makes backups of its own: POST /api/host/backup.",
      );
    }
    if (methods === undefined) throw new TransportError(404, "NotFound", "There is nothing at this address.");
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
    const handler = Object.entries(methods).find(([allowed]) => allowed === method)?.[1];
    if (handler === undefined) {
      throw new TransportError(405, "MethodNotAllowed", "This address does not answer to this method.", {
        allow: Object.keys(methods).join(", "),
      });
    }
    await handler(exchange);
  }

  async #callFromBody(exchange: Exchange, type: FunctionType | "any"): Promise<void> {
    const { resolved, body } = await this.#callerAndBody(exchange);
    await this.#call(exchange, resolved, type, addressOf(body, resolved), body, this.#defaultFormat(exchange));
  }

  async #run(exchange: Exchange): Promise<void> {
    const path = functionPathOfUrl(exchange.url.pathname.slice(runPrefix.length));
    const { resolved, body } = await this.#callerAndBody(exchange);
    await this.#call(exchange, resolved, "any", path, body, "clean");
  }

  /** Identifies the caller before reading any of the body, since anonymous callers have a lower limit. */
  async #callerAndBody({
    request,
    response,
  }: Exchange): Promise<{ readonly resolved: ResolvedCaller; readonly body: JsonObject }> {
    const { bytesInFlight, callers, jsonLimits } = this.#options;
    const resolved = await callers.resolve(request.headers.authorization);
    const isAnonymous = resolved.caller.kind === "anonymous";
    const held = bytesInFlight.ofCaller(isAnonymous);
    response.once("close", () => held.release());
    return { resolved, body: await readJsonObject(request, jsonLimits, isAnonymous, held) };
  }

  async #queryFromUrl(exchange: Exchange): Promise<void> {
    const { searchParams } = exchange.url;
    const resolved = await this.#options.callers.resolve(exchange.request.headers.authorization);
    const body: JsonObject = {
      args: parseJsonBytes(Buffer.from(searchParams.get("args") ?? "null")),
      format: searchParams.get("format"),
    };
    const path = normalizeFunctionPath(searchParams.get("path") ?? "");
    await this.#call(exchange, resolved, "query", path, body, this.#defaultFormat(exchange));
  }

  async #queryAtTimestamp(exchange: Exchange): Promise<void> {
    const { resolved, body } = await this.#callerAndBody(exchange);
    const snapshotTimestamp = decodeTimestamp(textField(body, "ts"));
    const path = normalizeFunctionPath(textField(body, "path"));
    await this.#call(exchange, resolved, "query", path, body, this.#defaultFormat(exchange), { snapshotTimestamp });
  }

  async #call(
    { response, metadata, findings }: Exchange,
    resolved: ResolvedCaller,
    type: FunctionCall["type"],
    path: string,
    body: { readonly args?: JsonValue; readonly format?: JsonValue },
    defaultFormat: ValueFormat,
    snapshot: { readonly snapshotTimestamp?: bigint } = {},
  ): Promise<void> {
    findings.functionPath = path;
    const format = valueFormatOf(body.format, defaultFormat);
    const argsText = argsTextOf(body.args);
    const { deployment, redactErrors } = this.#options;
    const outcome = await deployment.call({
      type,
      path,
      argsText,
      caller: resolved.caller,
      metadata: metadataFor(metadata, resolved),
      allowInternal: resolved.isAdmin,
      ...snapshot,
    });
    sendJson(response, 200, outcomeText(outcome, format, metadata.requestId, redactErrors && !resolved.isAdmin));
  }

  /** Convex's own clients name themselves and expect the lossless format; everyone else reads plain JSON. */
  #defaultFormat({ request }: Exchange): ValueFormat {
    return request.headers["convex-client"] === undefined ? "clean" : "encoded";
  }

  async #sendTimestamp({ response }: Exchange): Promise<void> {
    sendJson(response, 200, JSON.stringify({ ts: encodeTimestamp(this.#options.deployment.latestTimestamp()) }));
  }

  async #sendCanonicalUrls({ response }: Exchange): Promise<void> {
    const { cloudUrl, siteUrl } = this.#options.canonicalUrls();
    sendJson(response, 200, JSON.stringify({ convexCloudUrl: cloudUrl, convexSiteUrl: siteUrl }));
  }

  async #sendKeySet({ response }: Exchange): Promise<void> {
    sendJson(response, 200, this.#options.deployment.jsonWebKeySet());
  }

  async #sendPlainText({ response }: Exchange, text: string): Promise<void> {
    sendText(response, 200, text, "text/plain; charset=utf-8");
  }

  async #sendMetrics({ request, response }: Exchange): Promise<void> {
    const { callers, metricsText, openSockets } = this.#options;
    if (!isLocalScrape(request)) await callers.requireAdmin(request.headers.authorization);
    const text = (await metricsText()) + (await serverMetricsText(openSockets()));
    sendText(response, 200, text, "text/plain; version=0.0.4; charset=utf-8");
  }

  async #sendLogs({ request, response, url }: Exchange): Promise<void> {
    await this.#options.callers.requireAdmin(request.headers.authorization);
    await this.#logs.answer(response, url);
  }

  /** Answers the requests that wait for news, so that a stop need not wait for them. */
  close(): void {
    this.#logs.close();
  }

  async #sendConfigHashes({ request, response }: Exchange): Promise<void> {
    await this.#options.callers.requireAdmin(request.headers.authorization);
    sendJson(response, 200, configHashesText);
  }

  async #analyzePush({ request, response }: Exchange): Promise<void> {
    const { callers, deployment } = this.#options;
    await callers.requireAdmin(request.headers.authorization);
    sendJson(response, 200, JSON.stringify(await deployment.analyzePush(await readPush(request))));
  }

  async #refusePush({ request }: Exchange): Promise<void> {
    await this.#options.callers.requireAdmin(request.headers.authorization);
    throw pushNotSupported();
  }

  async #backUp({ request, response }: Exchange): Promise<void> {
    await this.#options.callers.requireAdmin(request.headers.authorization);
    sendJson(response, 200, JSON.stringify({ directory: await this.#options.deployment.backUp() }));
  }

  async #updateEnvironmentVariables({ request, response }: Exchange): Promise<void> {
    const { callers, deployment } = this.#options;
    await callers.requireAdmin(request.headers.authorization);
    await deployment.updateEnvironmentVariables(changesOf(await readJsonObject(request)));
    response.writeHead(200, { "content-length": 0 });
    response.end();
  }
}

/** The function that a body names, of a component for the admin alone. @throws {TransportError} 400 or 403 */
function addressOf(body: JsonObject, { isAdmin }: ResolvedCaller): string {
  const path = normalizeFunctionPath(textField(body, "path"));
  const { componentPath } = body;
  if (componentPath === undefined || componentPath === null || componentPath === "") return path;
  if (!isAdmin)
    throw new TransportError(403, "ComponentsNeedAdmin", "Only the admin key calls the functions of components.");
  if (typeof componentPath !== "string" || !/^\w+(?:\/\w+)*$/.test(componentPath))
    throw new TransportError(400, "ComponentNotFound", "componentPath is names of components, joined by slashes.");
  return `${componentPath};${path}`;
}

/** Echoes the request body as it arrives, for `convex network-test`. */
async function echo({ request, response }: Exchange): Promise<void> {
  response.writeHead(200, { "content-type": "application/octet-stream", "x-content-type-options": "nosniff" });
  await pipeline(request, response);
}

/** Routes that the official CLI would keep retrying after a 404. */
function isUnsupportedByHost(pathname: string): boolean {
  return /^\/api\/(stream_udf_execution|perform_import|export\/|import\/|run_test_function)/.test(pathname);
}

function requestTarget(request: IncomingMessage): URL {
  const url = `http://localhost${request.url ?? "/"}`;
  if (!URL.canParse(url)) throw new TransportError(400, "InvalidUrl", "The request target is not a valid URL.");
  return new URL(url);
}
