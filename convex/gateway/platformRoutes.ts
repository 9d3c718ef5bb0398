import { makeFunctionReference } from "convex/server";
import { entityTagMatches } from "../core/wire/etag";
import { networkOf } from "../core/wire/rateLimits";
import { oauthErrorOf, oauthErrors } from "../core/wire/oauthErrors";
import { fileResponse } from "./fileAnswers";
import { receiveWebhook } from "./inboundWebhooks";
import { answerLiveness, answerReadiness } from "./probes";
import { assertOneClick, unknownLink, unsubscribeTokenOf } from "./unsubscribing";
import { prefersHtml, prefersJson, refusesGzip } from "./negotiation";
import { rateLimiting } from "./rateLimiting";
import { nothingThere, problemResponseOf } from "./responses";
import { revocationRequestOf, tokenRequestOf } from "./tokenRequests";
import type { GatewayEnvironment } from "./environment";
import type { ProviderName } from "./inboundWebhooks";
import type { AddressQuota } from "../core/wire/rateLimits";
import type { ServedFile } from "../core/wire/restProtocol";
import type { TokenRefusal } from "./tokenRequests";
import type { HttpDocument } from "../core/wire/httpDocument";
import type { OAuthError } from "../core/wire/oauthErrors";
import type { Context } from "hono";
import type { HonoBase } from "hono/hono-base";

type GatewayContext = Context<GatewayEnvironment>;
type Arguments = Readonly<Record<string, string>>;

// Referenced by name only, so that these modules are evaluated for their own requests and no others.
const createToken = makeFunctionReference<"action", Record<string, unknown>, object | OAuthError>(
  "platform/oauth:createToken",
);
const revokeToken = makeFunctionReference<"mutation", Record<string, unknown>, OAuthError | null>(
  "platform/tokenGrants:revoke",
);
const discovery = makeFunctionReference<"query", Arguments, HttpDocument>("platform/discovery:document");
const home = makeFunctionReference<"query", Arguments, HttpDocument>("platform/home:page");
const problemPage = makeFunctionReference<"query", Arguments, HttpDocument>("platform/problemPages:page");
const openFile = makeFunctionReference<
  "query",
  Arguments,
  { readonly headers: Readonly<Record<string, string>>; readonly file: ServedFile }
>("platform/fileLinks:open");
const unsubscribePage = makeFunctionReference<"query", Arguments, HttpDocument>("platform/unsubscribePage:page");
const unsubscribe = makeFunctionReference<"mutation", Arguments, HttpDocument>("platform/unsubscribePage:unsubscribe");
const openApiDocument = makeFunctionReference<"query", Arguments, HttpDocument>("documentation/openApi:document");
const swaggerUi = makeFunctionReference<"query", Arguments, HttpDocument>("documentation/swaggerUi:file");
type DocumentReference = typeof discovery;

/** Routes without a domain operation behind them: health, tokens, discovery, problem pages and the documentation. */
export function platformRoutes(app: HonoBase<GatewayEnvironment>): void {
  for (const path of ["/", "/v1"]) {
    app.get(path, (c) => {
      return answerDocument(c, home, { form: isBrowser(c) ? "html" : "json" });
    });
  }
  app.get("/.well-known/api-catalog", (c) => answerDocument(c, home, { form: "catalog" }));
  app.get("/favicon.ico", (c) => answerDocument(c, home, { form: "icon" }));
  app.get("/v1/health", (c) =>
    c.json({ status: "ok", version: "v1", time: Date.now() }, 200, {
      ...c.get("headers"),
      "cache-control": "no-store",
    }),
  );
  app.get("/livez", (c) => answerLiveness(c));
  app.get("/readyz", (c) => answerReadiness(c));
  app.post("/v1/oauth/token", (c) => answerToken(c));
  app.post("/v1/oauth/revoke", (c) => answerRevocation(c));
  app.post("/v1/webhooks/clerk", (c) => answerProvider(c, "clerk"));
  app.post("/v1/webhooks/resend", (c) => answerProvider(c, "resend"));
  app.post("/v1/webhooks/stripe", (c) => answerProvider(c, "stripe"));
  app.get("/v1/email/unsubscribe", async (c) => {
    await admitAddress(c, "link");
    const token = unsubscribeTokenOf(c.req.query("token"));
    return answerPage(c, await c.env.runQuery(unsubscribePage, { token }));
  });
  app.post("/v1/email/unsubscribe", async (c) => {
    await admitAddress(c, "link");
    const token = unsubscribeTokenOf(c.req.query("token"));
    await assertOneClick(c.req.raw);
    return answerPage(c, await c.env.runMutation(unsubscribe, { token }));
  });

  app.get("/v1/file-content", async (c) => {
    await admitAddress(c, "link");
    const { headers, file } = await c.env.runQuery(openFile, { token: c.req.query("link") ?? "" });
    const common = { ...c.get("headers"), "cache-control": "private, no-store", "referrer-policy": "no-referrer" };
    return fileResponse(c.env, c.req.raw, { ...common, ...headers }, file);
  });

  app.get("/.well-known/jwks.json", (c) => answerDocument(c, discovery, { name: "jwks" }));
  app.get("/.well-known/oauth-authorization-server", (c) =>
    answerDocument(c, discovery, { name: "authorizationServer" }),
  );
  app.get("/.well-known/oauth-protected-resource", (c) => answerDocument(c, discovery, { name: "protectedResource" }));

  app.get("/problems", (c) => answerDocument(c, problemPage, formOf(c)));
  app.get("/problems/:code", (c) => answerDocument(c, problemPage, { ...formOf(c), code: c.req.param("code") }));

  app.get("/v1/openapi.json", (c) => answerDocument(c, openApiDocument, { version: "3.1" }));
  app.get("/v1/openapi-3.0.json", (c) => answerDocument(c, openApiDocument, { version: "3.0" }));
  app.get("/v1/openapi/:domain", (c) =>
    answerDocument(c, openApiDocument, { version: "3.1", domain: c.req.param("domain") }),
  );
  app.get("/v1/openapi-3.0/:domain", (c) =>
    answerDocument(c, openApiDocument, { version: "3.0", domain: c.req.param("domain") }),
  );
  app.get("/v1/docs", (c) => answerDocument(c, swaggerUi, {}));
  app.get("/v1/docs/:file", (c) => {
    const name = c.req.param("file");
    if (name === "conventions.md" && isBrowser(c)) return answerDocument(c, home, { form: "conventions" });
    const version = c.req.query("v");
    return answerDocument(c, swaggerUi, { name, ...(version === undefined ? {} : { version }) });
  });
}

/** The 404 of a path that is nobody's: a page for whoever has come by a browser, else a problem. @throws {ProblemError} 429 */
export async function answerNothing(c: GatewayContext): Promise<Response> {
  await admitAddress(c, "public");
  return nothingFor(c);
}

function nothingFor(c: GatewayContext): Response | Promise<Response> {
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (isRead && isBrowser(c)) return documentAnswer(c, home, { form: "missing" });
  return nothingThere(c.get("requestId"), c.get("headers"));
}

function isBrowser(c: GatewayContext): boolean {
  return prefersHtml(c.req.header("accept") ?? "");
}

function formOf(c: GatewayContext): Arguments {
  return { form: prefersJson(c.req.header("accept") ?? "") ? "json" : "html" };
}

/** A document as a function made it, for whoever asks. @throws {ProblemError} 429 */
async function answerDocument(c: GatewayContext, reference: DocumentReference, args: Arguments): Promise<Response> {
  await admitAddress(c, "public");
  return documentAnswer(c, reference, args);
}

/** 304 when the caller has the document, a problem when there is none. */
async function documentAnswer(c: GatewayContext, reference: DocumentReference, args: Arguments): Promise<Response> {
  const common = c.get("headers");
  const { status, headers, body, isBase64 } = await c.env.runQuery(reference, args);
  if (status === 404 && body === "") return nothingFor(c);
  if (headers["content-encoding"] === "gzip" && refusesGzip(c.req.header("accept-encoding"))) {
    return problemResponseOf(
      "not_acceptable",
      "This file is served in gzip; accept that coding.",
      c.get("requestId"),
      common,
    );
  }
  const all = { ...common, ...headers, vary: joined(common["vary"], headers["vary"]) };
  const tag = headers["etag"];
  const known = c.req.header("if-none-match");
  if (tag !== undefined && known !== undefined && entityTagMatches(known, tag)) {
    return new Response(null, { status: 304, headers: all });
  }
  return new Response(isBase64 ? bytesOf(body) : body, { status, headers: all });
}

/** Takes a message of a provider's. Whoever sends it is counted before anything of it is read. */
async function answerProvider(c: GatewayContext, name: ProviderName): Promise<Response> {
  await admitAddress(c, "webhook", name);
  return c.json(await receiveWebhook(c.env, name, c.req.raw), 200, c.get("headers"));
}

/** Counts a request that needs no credential. @throws {ProblemError} 429 */
export async function admitAddress(
  c: GatewayContext,
  addressQuota: AddressQuota,
  provider?: ProviderName,
): Promise<void> {
  const { ip: address } = await c.env.meta.getRequestMetadata();
  if (address === null) return;
  const key = [addressQuota, ...(provider === undefined ? [] : [provider]), networkOf(address)].join(" ");
  const sender = { address, addressQuota, ...(provider === undefined ? {} : { provider }) };
  const { headers, refusal } = await rateLimiting.admit(c.env, key, sender);
  c.set("headers", { ...c.get("headers"), ...headers });
  if (refusal) throw refusal;
}

/** A page of one person's. */
function answerPage(c: GatewayContext, { status, headers, body }: HttpDocument): Response {
  if (status === 404) throw unknownLink();
  return new Response(body, { status, headers: { ...c.get("headers"), ...headers } });
}

function joined(...values: (string | undefined)[]): string {
  return [...new Set(["Origin", ...values.filter((value) => value !== undefined)])].join(", ");
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** RFC 6749, 5: answers and refusals as OAuth clients know them, never to be cached. */
async function answerToken(c: GatewayContext): Promise<Response> {
  const request = await tokenRequestOf(c.req.raw);
  if ("error" in request) return refusedUnread(c, request);
  const answer = await c.env.runAction(createToken, { ...request, ...(await originOf(c)) });
  if ("error" in answer) return refusedToken(c, answer);
  return Response.json(answer, { headers: { ...c.get("headers"), ...uncached } });
}

/** RFC 7009, 2.2: nothing to say of a token, known or not, to a client that is known. */
async function answerRevocation(c: GatewayContext): Promise<Response> {
  const request = await revocationRequestOf(c.req.raw);
  if ("error" in request) return refusedUnread(c, request);
  const refusal = await c.env.runMutation(revokeToken, { ...request, ...(await originOf(c)) });
  if (refusal) return refusedToken(c, refusal);
  return new Response(null, { status: 200, headers: { ...c.get("headers"), ...uncached } });
}

async function originOf(c: GatewayContext): Promise<Arguments> {
  const { ip, userAgent } = await c.env.meta.getRequestMetadata();
  return {
    requestId: c.get("requestId"),
    ...(ip === null ? {} : { ip }),
    ...(userAgent === null ? {} : { userAgent }),
  };
}

const uncached = { "cache-control": "no-store", pragma: "no-cache" };

function refusedUnread(c: GatewayContext, { error, description, status, headers }: TokenRefusal): Response {
  return refusedToken(c, oauthErrorOf(error, description), status, headers);
}

function refusedToken(
  c: GatewayContext,
  { error, error_description, retryAfterSeconds }: OAuthError,
  status: number = oauthErrors[error],
  headers: Readonly<Record<string, string>> = {},
): Response {
  const challenge = status === 401 ? { "www-authenticate": 'Basic realm="portico", charset="UTF-8"' } : {};
  const retry = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return Response.json(
    { error, error_description },
    { status, headers: { ...c.get("headers"), ...uncached, ...headers, ...challenge, ...retry } },
  );
}
