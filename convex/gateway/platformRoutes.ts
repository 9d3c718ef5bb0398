import { makeFunctionReference } from "convex/server";
import { entityTagMatches } from "../core/wire/etag";
import { oauthErrorOf, oauthErrors } from "../core/wire/oauthErrors";
import { receiveClerkWebhook } from "./clerkWebhook";
import { receiveResendWebhook } from "./resendWebhook";
import { assertOneClick, unknownLink, unsubscribeTokenOf } from "./unsubscribing";
import { prefersHtml, prefersJson, refusesGzip } from "./negotiation";
import { nothingThere, problemResponseOf } from "./responses";
import { tokenRequestOf } from "./tokenRequests";
import type { GatewayEnvironment } from "./environment";
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
const discovery = makeFunctionReference<"query", Arguments, HttpDocument>("platform/discovery:document");
const home = makeFunctionReference<"query", Arguments, HttpDocument>("platform/home:page");
const problemPage = makeFunctionReference<"query", Arguments, HttpDocument>("platform/problemPages:page");
const unsubscribePage = makeFunctionReference<"query", Arguments, HttpDocument>("platform/unsubscribePage:page");
const unsubscribe = makeFunctionReference<"mutation", Arguments, HttpDocument>("platform/unsubscribePage:unsubscribe");
const openApiDocument = makeFunctionReference<"query", Arguments, HttpDocument>("documentation/openApi:document");
const swaggerUi = makeFunctionReference<"query", Arguments, HttpDocument>("documentation/swaggerUi:file");
type DocumentReference = typeof discovery;

/** Routes without a domain operation behind them: health, tokens, discovery, problem pages and the documentation. */
export function platformRoutes(app: HonoBase<GatewayEnvironment>): void {
  for (const path of ["/", "/v1"]) {
    app.get(path, (c) => {
      const form = prefersHtml(c.req.header("accept") ?? "") ? "html" : "json";
      return answerDocument(c, home, { form });
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
  app.post("/v1/oauth/token", (c) => answerToken(c));
  app.post("/v1/webhooks/clerk", async (c) =>
    c.json(await receiveClerkWebhook(c.env, c.req.raw), 200, c.get("headers")),
  );
  app.post("/v1/webhooks/resend", async (c) =>
    c.json(await receiveResendWebhook(c.env, c.req.raw), 200, c.get("headers")),
  );
  app.get("/v1/email/unsubscribe", async (c) => {
    const token = unsubscribeTokenOf(c.req.query("token"));
    return answerPage(c, await c.env.runQuery(unsubscribePage, { token }));
  });
  app.post("/v1/email/unsubscribe", async (c) => {
    const token = unsubscribeTokenOf(c.req.query("token"));
    await assertOneClick(c.req.raw);
    return answerPage(c, await c.env.runMutation(unsubscribe, { token }));
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
    const version = c.req.query("v");
    return answerDocument(c, swaggerUi, { name: c.req.param("file"), ...(version === undefined ? {} : { version }) });
  });
}

function formOf(c: GatewayContext): Arguments {
  return { form: prefersJson(c.req.header("accept") ?? "") ? "json" : "html" };
}

/** A document as a function made it: 304 when the caller has it, a problem when there is none. */
async function answerDocument(c: GatewayContext, reference: DocumentReference, args: Arguments): Promise<Response> {
  const common = c.get("headers");
  const { status, headers, body, isBase64 } = await c.env.runQuery(reference, args);
  if (status === 404) return nothingThere(c.get("requestId"), common);
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
  if ("error" in request) {
    const { error, description, status, headers } = request;
    return refusedToken(c, oauthErrorOf(error, description), status, headers);
  }
  const { ip, userAgent } = await c.env.meta.getRequestMetadata();
  const answer = await c.env.runAction(createToken, {
    ...request,
    requestId: c.get("requestId"),
    ...(ip === null ? {} : { ip }),
    ...(userAgent === null ? {} : { userAgent }),
  });
  if ("error" in answer) return refusedToken(c, answer);
  return Response.json(answer, { headers: { ...c.get("headers"), ...uncached } });
}

const uncached = { "cache-control": "no-store", pragma: "no-cache" };

function refusedToken(
  c: GatewayContext,
  refusal: OAuthError,
  status: number = oauthErrors[refusal.error],
  headers: Readonly<Record<string, string>> = {},
): Response {
  const challenge = status === 401 ? { "www-authenticate": 'Basic realm="portico", charset="UTF-8"' } : {};
  return Response.json(refusal, { status, headers: { ...c.get("headers"), ...uncached, ...headers, ...challenge } });
}
