import { makeFunctionReference } from "convex/server";
import { credentialKindOf } from "../core/wire/credentialKinds";
import { failureOf, problemOf, ProblemError } from "../core/wire/errors";
import { entityTagMatches } from "../core/wire/etag";
import { sha256Hex } from "../core/wire/secrets";
import { bearerOf, credentialOf, isProviderAway, refusalOf, verifierSentence } from "./credentials";
import { assertAcceptsJson } from "./negotiation";
import { canonicalBody, targetOf } from "./requestIdentity";
import { fileResponse } from "./fileAnswers";
import { rateLimiting, senderKey } from "./rateLimiting";
import { assertConditions, headerInputs, isDryRun, namingHeaders, queryOf, readBody, readBytes } from "./requests";
import { problemResponse, siteUrl } from "./responses";
import { isUnavailable } from "./unavailable";
import type { Problem } from "../core/wire/errors";
import type { Credential, RestAnswer } from "../core/wire/restProtocol";
import type { ActionCtx } from "../_generated/server";
import type { Admission } from "./rateLimiting";
import type { Route } from "./routes";

/** One request on its way to a domain. */
export interface GatewayRequest {
  readonly ctx: ActionCtx;
  readonly request: Request;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly headers: Record<string, string>;
}

/** A request, and who sent it. */
interface IdentifiedRequest extends GatewayRequest {
  /** Address and name of the client, as far as they are known: what audit rows say. */
  readonly client: { readonly ip?: string; readonly userAgent?: string };
}

const largeBodyBytes = 16 * 1024;
const idempotencyKeyPattern = /^[!-~]{8,128}$/;
const providerAway = "The keys of the token's issuer cannot be read at present; the token may be good.";
const provision = makeFunctionReference<"mutation">("tenancy/provisioning:provision");
const assertKnown = makeFunctionReference<"query">("core/access/callers:assertKnown");
const discardBlob = makeFunctionReference<"mutation">("core/records/blobs:discard");
const recordDeferred = makeFunctionReference<"mutation">("core/records/deferredWrites:record");
const recordRequest = makeFunctionReference<"mutation">("observability/requestLog:record");
const recordFailure = makeFunctionReference<"mutation">("observability/requestLog:recordFailure");

/** One REST request as one Convex call, and its answer as HTTP. Problems of any origin become problem details. */
export async function dispatch(request: GatewayRequest): Promise<Response> {
  const startedAt = Date.now();
  const call = await identified(request);
  let token: string | undefined;
  let { headers } = call;
  let dryRun = false;
  try {
    token = bearerOf(call.request.headers);
    // No operation accepts anonymous callers, so nothing more of such a request is read.
    if (token === undefined) throw new ProblemError("unauthenticated", "This operation needs a credential.");
    // A read changes nothing and is answered as ever.
    dryRun = isDryRun(call.request.headers) && call.route.method !== "GET";
    if (dryRun) headers = { ...headers, "portico-dry-run": "true" };
    const credential = await credentialOf(token);
    const { headers: quota, refusal } = await admissionOf(call, token, credential);
    headers = { ...headers, ...quota };
    if (refusal) throw refusal;
    const args = await argumentsOf(call, credential, dryRun);
    const answer = await withStored(call, args, () => runProvisioned(call, args));
    const { logged, ...deferred } = answer.deferred ?? {};
    if (Object.keys(deferred).length > 0) await writeDeferred(call, deferred);
    const response = await responseOf({ ...call, headers: actingIn(answer.organizationId, headers) }, answer);
    if (logged && !dryRun) await writeLog(call, { logged, response, startedAt });
    return response;
  } catch (error) {
    const { problem: failed, denial, logged, organizationId } = failureOf(error);
    if (!failed) {
      if (!isUnavailable(error)) await writeFailure(call, token, startedAt);
      throw error;
    }
    const { bytes } = call.route;
    const problem = bytes ? namingHeaders(failed, bytes.headers) : failed;
    headers = actingIn(organizationId, headers);
    if (denial !== undefined) await writeDeferred(call, { denied: denial, detail: problem.detail });
    const response = problemResponse(...(await explained(problem, token, { ...call, headers })));
    // A refusal that is to spare the deployment work must not cost it a write.
    if (logged && !dryRun && problem.status !== 429) await writeLog(call, { logged, response, startedAt, problem });
    return response;
  }
}

/** Asks Convex once, whatever needs it later. */
async function identified(request: GatewayRequest): Promise<IdentifiedRequest> {
  const { ip, userAgent } = await request.ctx.meta.getRequestMetadata();
  return { ...request, client: { ...(ip === null ? {} : { ip }), ...(userAgent === null ? {} : { userAgent }) } };
}

async function admissionOf(
  { ctx, request: { headers }, client: { ip } }: IdentifiedRequest,
  token: string,
  credential: Credential | undefined,
): Promise<Admission> {
  const organization = headers.get("portico-organization");
  return rateLimiting.admit(ctx, senderKey(token, credential, organization), {
    ...(credential ? { credential } : {}),
    ...(organization === null ? {} : { organization }),
    ...(ip === undefined ? {} : { address: ip }),
  });
}

async function argumentsOf(
  { ctx, request, route, params, requestId, client }: IdentifiedRequest,
  credential: Credential | undefined,
  dryRun: boolean,
) {
  const { headers } = request;
  if (!route.answersFile) assertAcceptsJson(headers);
  assertConditions(headers);
  // Reads a large body only for known callers. For a small one, asking first would cost more than reading it.
  if (route.bytes && credential?.kind === "enrollment")
    throw new ProblemError("unauthenticated", "An enrolment token enrols devices and does nothing else.");
  if (route.bytes || mayBeLarge(request)) await ctx.runQuery(assertKnown, credential ? { credential } : {});
  const bodyText = route.method === "GET" || route.bytes ? undefined : await readBody(request, "application/json");
  const inputs = route.bytes && headerInputs(headers, route.bytes.headers);
  const bytes = route.bytes && (await readBytes(request, route.bytes.maximum));
  const query = queryOf(request.url);
  const idempotencyKey = route.method === "POST" ? headers.get("idempotency-key") : null;
  if (idempotencyKey !== null && !idempotencyKeyPattern.test(idempotencyKey)) {
    throw new ProblemError("idempotency_key_invalid", "An idempotency key is 8 to 128 visible ASCII characters.");
  }
  const organization = headers.get("portico-organization");
  const ifMatch = headers.get("if-match");
  return {
    operation: route.operation,
    params,
    ...(query ? { query } : {}),
    ...(bodyText ? { bodyText } : {}),
    ...(inputs ? { headers: inputs } : {}),
    // A dry run of what reaches beyond the database is refused, and leaves nothing there either.
    ...(bytes && !dryRun ? { bytes: await storedBytes(ctx, bytes, headers) } : {}),
    request: {
      requestId,
      ...client,
      ...(credential ? { credential } : {}),
      ...(organization === null ? {} : { organization }),
      ...(ifMatch === null || route.method === "GET" ? {} : { ifMatch }),
      ...(dryRun ? { dryRun } : {}),
      // A dry run neither spends a key nor is answered with what an earlier request was.
      ...(idempotencyKey === null || dryRun
        ? {}
        : {
            idempotency: {
              key: idempotencyKey,
              requestHash: await sha256Hex(
                `${targetOf(request.url)}\n${bytes ? await tokenOfBytes(bytes, inputs) : canonicalBody(bodyText ?? "")}`,
              ),
            },
          }),
    },
  };
}

/** Says which organization a request acted in, which its credential alone may have named. */
function actingIn(organizationId: string | undefined, headers: Record<string, string>): Record<string, string> {
  return organizationId === undefined ? headers : { ...headers, "portico-organization": organizationId };
}

async function storedBytes(ctx: ActionCtx, bytes: Uint8Array<ArrayBuffer>, headers: Headers) {
  const declaredType = headers.get("content-type");
  const blob = new Blob([bytes], declaredType === null ? {} : { type: declaredType });
  return { storageId: await ctx.storage.store(blob), ...(declaredType === null ? {} : { declaredType }) };
}

/** What tells a body of bytes and the inputs beside it from others. */
async function tokenOfBytes(bytes: Uint8Array<ArrayBuffer>, inputs: object | undefined): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `${JSON.stringify(inputs)}\n${digest.join()}`;
}

/** Bytes that became nobody's are deleted: those of a request that was refused, or answered before. */
async function withStored(
  { ctx, requestId }: GatewayRequest,
  { bytes }: RestCallArguments,
  answer: () => Promise<RestAnswer>,
): Promise<RestAnswer> {
  if (!bytes) return answer();
  let isClaimed = false;
  try {
    const answered = await answer();
    isClaimed = answered.headers["idempotent-replayed"] === undefined;
    return answered;
  } finally {
    if (!isClaimed) await discarded(ctx, requestId, bytes.storageId);
  }
}

/** The answer is settled by now; what is not deleted here is swept up after a day. */
async function discarded(ctx: ActionCtx, requestId: string, storageId: string): Promise<void> {
  try {
    await ctx.runMutation(discardBlob, { storageId });
  } catch (error) {
    // oxlint-disable-next-line no-console -- the deployment's log is where an unexpected failure is told
    console.error(`The bytes of request ${requestId} were not deleted`, error);
  }
}

function mayBeLarge({ headers, method }: Request): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const declared = headers.get("content-length");
  return declared === null ? headers.get("transfer-encoding") !== null : Number(declared) > largeBodyBytes;
}

type RestCallArguments = Awaited<ReturnType<typeof argumentsOf>>;

/** The first request of a new user is refused as not provisioned: create the user from the token, then run it again. */
async function runProvisioned(call: GatewayRequest, args: RestCallArguments): Promise<RestAnswer> {
  try {
    return await run(call, args);
  } catch (error) {
    if (failureOf(error).problem?.code !== "user_not_provisioned") throw error;
    await call.ctx.runMutation(provision, {});
    return run(call, args);
  }
}

function run({ ctx, route: { kind, domain } }: GatewayRequest, args: RestCallArguments): Promise<RestAnswer> {
  switch (kind) {
    case "query":
      return ctx.runQuery(makeFunctionReference<"query", RestCallArguments, RestAnswer>(`${domain}/rest:query`), args);
    case "mutation":
      return ctx.runMutation(
        makeFunctionReference<"mutation", RestCallArguments, RestAnswer>(`${domain}/rest:mutation`),
        args,
      );
    case "action":
      return ctx.runAction(
        makeFunctionReference<"action", RestCallArguments, RestAnswer>(`${domain}/rest:action`),
        args,
      );
  }
}

async function responseOf({ ctx, request, headers }: GatewayRequest, answer: RestAnswer): Promise<Response> {
  const all = {
    "cache-control": "private, no-cache",
    ...headers,
    ...answer.headers,
    vary: "Authorization, Origin, Portico-Organization",
  };
  if (answer.file) return fileResponse(ctx, request, all, answer.file);
  // What is not to be stored is not to be used again either.
  const tag = all["cache-control"] === "no-store" ? undefined : answer.headers["etag"];
  const ifNoneMatch = request.headers.get("if-none-match");
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && tag !== undefined && ifNoneMatch !== null && entityTagMatches(ifNoneMatch, tag)) {
    return new Response(null, { status: 304, headers: all });
  }
  if (answer.body === "") return new Response(null, { status: answer.status, headers: all });
  return new Response(answer.body, { status: answer.status, headers: { ...all, "content-type": "application/json" } });
}

/** Makes the deferred writes of a request. */
async function writeDeferred(call: IdentifiedRequest, what: Record<string, unknown>): Promise<void> {
  await writeAfterwards(call, recordDeferred, { ...what, requestId: call.requestId, ...call.client });
}

const loggedRequestHeaders = [
  "accept",
  "content-type",
  "content-length",
  "if-match",
  "if-none-match",
  "origin",
  "portico-organization",
  "user-agent",
];
const loggedResponseHeaders = ["content-type", "etag", "location", "retry-after", "idempotent-replayed"];

interface LoggedExchange {
  readonly logged: object;
  readonly response: Pick<Response, "status" | "headers">;
  readonly startedAt: number;
  readonly problem?: Problem;
}

/** Has the request log show this request: its headers by name, never those that carry a credential. */
async function writeLog(call: GatewayRequest, { logged, ...exchange }: LoggedExchange): Promise<void> {
  await writeAfterwards(call, recordRequest, { logged, ...exchangeOf(call, exchange) });
}

/**
 * Has it show a request that broke off inside: what the engine knew of it is lost with its transaction, so who called where is found
 * anew. The answer says no more than that something went wrong.
 */
async function writeFailure(call: GatewayRequest, token: string | undefined, startedAt: number): Promise<void> {
  const credential = await credentialOf(token);
  const organization = call.request.headers.get("portico-organization");
  const { organizationId: inPath } = call.params;
  const problem = problemOf("internal", "The request could not be completed.");
  await writeAfterwards(call, recordFailure, {
    ...(credential ? { credential } : {}),
    ...(organization === null ? {} : { organization }),
    ...(inPath === undefined ? {} : { inPath }),
    ...exchangeOf(call, { response: { status: problem.status, headers: new Headers() }, startedAt, problem }),
  });
}

function exchangeOf(
  { request, requestId }: GatewayRequest,
  { response, startedAt, problem }: Omit<LoggedExchange, "logged">,
): Record<string, unknown> {
  return {
    url: request.url,
    method: request.method,
    statusCode: response.status,
    durationMs: Date.now() - startedAt,
    requestId,
    headers: headersNamed(request.headers, loggedRequestHeaders),
    responseHeaders: headersNamed(response.headers, loggedResponseHeaders),
    ...(problem ? { problem } : {}),
  };
}

function headersNamed(headers: Headers, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** Writes what follows a request. Its response is settled by now, whether or not this succeeds. */
async function writeAfterwards(
  { ctx, requestId, route }: GatewayRequest,
  mutation: typeof recordDeferred,
  what: Record<string, unknown>,
): Promise<void> {
  try {
    await ctx.runMutation(mutation, what);
  } catch (error) {
    if (isUnavailable(error)) return;
    const sentence = `What follows request ${requestId} (${route.operationId}) was not written`;
    // oxlint-disable-next-line no-console -- the deployment's log is where an unexpected failure is told
    console.error(sentence, error);
  }
}

/** A 401 says how to authenticate (RFC 6750, 3) and, for a refused JWT, why it was refused. */
async function explained(
  problem: Problem,
  token: string | undefined,
  { ctx, requestId, headers }: GatewayRequest,
): Promise<[Problem, string, Record<string, string>]> {
  if (problem.status !== 401) return [problem, requestId, headers];
  const isJwt = token !== undefined && credentialKindOf(token) === undefined;
  const refusal = isJwt && problem.code === "unauthenticated" ? await refusalBy(ctx, token) : undefined;
  // A client that was told its token is bad would sign its user out.
  if (refusal === providerAway) return [problemOf("unavailable", providerAway), requestId, headers];
  const detail = refusal ?? problem.detail;
  const challenge =
    token === undefined ? "" : `, error="invalid_token", error_description="${detail.replace(/["\\]|[^ -~]/g, "'")}"`;
  // RFC 9728, 5.1: where a client learns whose tokens are taken here.
  const metadata = `resource_metadata="${siteUrl()}/.well-known/oauth-protected-resource"`;
  return [
    { ...problem, detail },
    requestId,
    { ...headers, "www-authenticate": `Bearer realm="portico"${challenge}, ${metadata}` },
  ];
}

/** Why Convex refuses the request's token; undefined if it does not: then the operation asks for another kind of credential. */
async function refusalBy(ctx: ActionCtx, token: string): Promise<string | undefined> {
  try {
    if ((await ctx.auth.getUserIdentity()) !== null) return undefined;
  } catch (error) {
    // A refused token surfaces as an error here, or as null, by deployment.
    return isProviderAway(error) ? providerAway : (verifierSentence(error) ?? refusalOf(token, Date.now()));
  }
  return refusalOf(token, Date.now());
}
