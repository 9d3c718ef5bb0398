import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { env, internalAction, internalMutation, internalQuery } from "../../_generated/server";
import { invalidField, ProblemError, withProblemsAsData } from "../wire/errors";
import { entityTagOf } from "../wire/etag";
import { lastUsedIntervalMs } from "../wire/durations";
import { accessBy } from "../records/deferredWrites";
import { isSampled, loggedCall } from "../records/requestLog";
import { assertDryRunSupported, dryRun, dryRunArguments, rolledBack, unmadeSecret } from "./dryRun";
import { storeAnswer } from "./idempotency";
import { jsonTextOf, parseJsonText, withFields } from "../wire/jsonText";
import { defaultPageSize } from "../records/listPlan";
import { execute, loggedWithout, projectorFor, rowsShown } from "./pipeline";
import {
  answerCall,
  issueFunction,
  newCredential,
  operationOf,
  organizationFunction,
  prepare,
  consultationOf,
  readied,
} from "./convexFunctions";
import { answerValidator, restArguments } from "../wire/restProtocol";
import { headersOfFile } from "../wire/fileHeaders";
import { siteBasePath } from "../wire/siteBasePath";
import { parsedParameter } from "../schema/zod";
import { isExactJson } from "../wire/exactNumbers";
import { parseInput, pointerOf } from "./validation";
import type { RequestCaller } from "../access/caller";
import type { Call } from "./call";
import type { Operation } from "./declaration";
import type { Execution } from "./pipeline";
import type { DeferredWrites, LastUsed, RestAnswer, RestRequest } from "../wire/restProtocol";
import type { StoredFile } from "../wire/fileHeaders";
import type { Id } from "../../_generated/dataModel";
import type { ActionCtx, MutationCtx, QueryCtx } from "../../_generated/server";

/** Convex's limit for objects, at every door. */
const maximumFields = 1024;

/**
 * The internal entries of a domain, over the operations that its resource modules export: three for the gateway, `issue`, which
 * stands behind the public actions that issue credentials, `organization`, which tells those whose secret they encrypt, and `dryRun`,
 * which is always rolled back.
 */
export function restFunctions(modules: Readonly<Record<string, object>>) {
  const operations = operationsOf(modules);
  const find = (name: string): Operation => {
    const operation = operations.get(name);
    if (!operation) throw new Error(`The route table names the unknown operation ${name}.`);
    return operation;
  };
  const answerRest = (ctx: MutationCtx, args: RestRequest): Promise<RestAnswer> =>
    withProblemsAsData(async () => {
      const call = await callOf(ctx, find(args.operation), args);
      const execution = await restored(ctx, call.operation, await execute(ctx, call), operations);
      const answer = encode(call, execution, operations);
      if (execution.kind === "answer" && call.idempotency) {
        const { caller, tenant, now } = execution;
        await storeAnswer(ctx, call.operation, caller, tenant, call.idempotency, answer, now);
      }
      return answer;
    });
  const tryRest = (ctx: MutationCtx, args: RestRequest): Promise<RestAnswer> =>
    withProblemsAsData(async () => {
      const operation = find(args.operation);
      assertDryRunSupported(operation);
      return dryRun(ctx, operation.domain, { rest: args });
    });
  return {
    operations,
    query: internalQuery({
      args: restArguments,
      returns: answerValidator,
      handler: async (ctx, args) =>
        withProblemsAsData(async () => {
          const call = await callOf(ctx, find(args.operation), args);
          return encode(call, await execute(ctx, call), operations);
        }),
    }),
    mutation: internalMutation({
      args: restArguments,
      returns: answerValidator,
      handler: async (ctx, args) => (args.request.dryRun ? tryRest(ctx, args) : answerRest(ctx, args)),
    }),
    action: internalAction({
      args: restArguments,
      returns: answerValidator,
      handler: async (ctx, args): Promise<RestAnswer> => {
        const operation = find(args.operation);
        const { seals, consult } = operation.declaration;
        if (seals || consult)
          return ctx.runMutation(restMutation(operation.domain), await readiedRequest(ctx, operation, args));
        // A mutation can be rolled back; whatever else an action does could not.
        if (args.request.dryRun) return ctx.runMutation(restMutation(operation.domain), args);
        if (operation.declaration.prepare) {
          const given = { input: inputOf(operation, args), bytes: args.bytes };
          return prepare(ctx, operation, given, (prepared) =>
            ctx.runMutation(restMutation(operation.domain), { ...args, prepared }),
          );
        }
        const { stored, shown } = await newCredential(operation, () =>
          ctx.runQuery(askedOrganization(operation), { rest: args }),
        );
        const answer = await ctx.runMutation(restMutation(operation.domain), { ...args, secret: stored });
        // A replayed answer is the stored one: a credential is shown once.
        if (answer.headers["idempotent-replayed"] !== undefined) return answer;
        return { ...answer, body: withFields(answer.body, shown) };
      },
    }),
    issue: issueFunction(find),
    organization: organizationFunction((ctx, args) => callOf(ctx, find(args.operation), args), find),
    dryRun: internalMutation({
      args: dryRunArguments,
      returns: v.null(),
      handler: async (ctx, { rest, call }) => {
        if (rest) throw rolledBack(await answerRest(ctx, rest));
        if (call) throw rolledBack(await answerCall(ctx, find(call.operation), call.input, undefined, call.prepared));
        return null;
      },
    }),
  };
}

/** Every operation exported by the modules, by `<resource>.<verb>`; a name that does not match its place is a mistake. */
function operationsOf(modules: Readonly<Record<string, object>>): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [resource, exports] of Object.entries(modules)) {
    for (const [verb, exported] of Object.entries(exports)) {
      const operation = operationOf(exported);
      if (!operation) continue;
      if (operation.resource !== resource || operation.verb !== verb) {
        throw new Error(`${operation.declaration.name} is exported as ${resource}:${verb}.`);
      }
      operations.set(`${resource}.${verb}`, operation);
    }
  }
  return operations;
}

type Operations = ReadonlyMap<string, Operation>;

function askedOrganization({ domain }: Operation) {
  return makeFunctionReference<"query", { rest: RestRequest }, Id<"organizations">>(`${domain}/rest:organization`);
}

/**
 * The request with the secret of its body encrypted, so that the mutation never sees it, and with what others say.
 * @throws {ProblemError} 400 for what is no input
 */
function readiedRequest(ctx: ActionCtx, operation: Operation, args: RestRequest): Promise<RestRequest> {
  return withProblemsAsData(async () => {
    const { bodyText = "", request } = args;
    const given = inputOf(operation, args);
    const field = operation.declaration.seals?.input;
    const withInput = (input: Readonly<Record<string, unknown>>): RestRequest =>
      field === undefined || input[field] === given[field]
        ? args
        : { ...args, bodyText: jsonTextOf({ ...parsedBody(bodyText), [field]: input[field] }) };
    const { input, ...found } = await readied(operation, given, request.dryRun === true, {
      ask: (asked) => ctx.runQuery(askedOrganization(operation), { rest: withInput(asked) }),
      ...consultationOf(ctx, operation),
    });
    const readiedArgs = withInput(input);
    // No field takes a number that a double cannot hold, and none could be written as it was.
    if (readiedArgs !== args && !isExactJson(bodyText)) parseInput(operation.shape, given, new Set());
    return { ...readiedArgs, ...found };
  });
}

function restMutation(domain: string) {
  return makeFunctionReference<"mutation", RestRequest, RestAnswer>(`${domain}/rest:mutation`);
}

/**
 * `Portico-Organization` is what names an organization over REST, beside path and credential.
 * @throws {ProblemError} 400 for a query or a body that makes no input
 */
async function callOf(ctx: QueryCtx, operation: Operation, args: RestRequest): Promise<Call> {
  const { requestId, ip, userAgent, organization, credential, ifMatch, idempotency, dryRun: isDryRun } = args.request;
  const origin = { requestId, ip, userAgent };
  const secret = isDryRun ? unmadeSecret(operation) : args.secret;
  const { prepared } = args;
  const call = { operation, organization, credential, ifMatch, idempotency, origin, secret, prepared };
  try {
    return { ...call, input: inputOf(operation, args) };
  } catch (error) {
    if (error instanceof ProblemError) error.logged = await loggedWithout(ctx, { ...call, input: { ...args.params } });
    throw error;
  }
}

/** Path, query, headers and body as one flat input. Parameters that the operation does not know are refused here. */
function inputOf(operation: Operation, { params, query, bodyText, headers }: RestRequest): Record<string, unknown> {
  const { declaration } = operation;
  const input: Record<string, unknown> = { ...params, ...headers };
  for (const [name, value] of Object.entries(query ?? {})) {
    if (!Object.hasOwn(operation.query, name)) throw unknownInput(name, "This query parameter is not known here.");
    input[name] = typeof value === "string" ? parsedParameter(operation.query[name], value) : value;
  }
  for (const [name, value] of Object.entries(parsedBody(bodyText))) {
    const isElsewhere = Object.hasOwn(declaration.params ?? {}, name) || Object.hasOwn(operation.query, name);
    if (isElsewhere) throw unknownInput(name, "This is a parameter, not a field of the body.");
    Object.defineProperty(input, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return input;
}

function unknownInput(name: string, message: string): ProblemError {
  const pointer = pointerOf([name]);
  return new ProblemError("validation_failed", `${pointer}: ${message}`, [{ pointer, code: "unknown_field", message }]);
}

function parsedBody(bodyText: string | undefined): object {
  if (bodyText === undefined || bodyText === "") return {};
  let body: unknown;
  try {
    body = parseJsonText(bodyText);
  } catch (error) {
    const reason = error instanceof SyntaxError ? "The body is not valid JSON." : "The body is nested too deeply.";
    throw new ProblemError("validation_failed", reason, [{ pointer: "", code: "invalid_json", message: reason }]);
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    if (Object.keys(body).length > maximumFields)
      throw invalidField("", "too_many_fields", `An object may have ${maximumFields} fields at most.`);
    return body;
  }
  const message = "The body must be a JSON object.";
  throw new ProblemError("validation_failed", message, [{ pointer: "", code: "invalid_type", message }]);
}

/** A replayed answer whose rows were kept by their ids, with the rows as they are now. */
async function restored(
  ctx: MutationCtx,
  { resource }: Operation,
  execution: Execution,
  operations: Operations,
): Promise<Execution> {
  if (execution.kind !== "replay" || !execution.createdIds || !execution.tenant) return execution;
  const { on } = operations.get(`${resource}.get`)?.declaration ?? {};
  if (!on) throw new Error(`Rows of ${resource} cannot be read again.`);
  const data = await rowsShown(ctx, on, execution.tenant, execution.createdIds, execution.now);
  return { ...execution, body: jsonTextOf({ ...JSON.parse(execution.body), data }) };
}

function encode(call: Call, execution: Execution, operations: Operations): RestAnswer {
  const { operation } = call;
  const isReadable = operations.has(`${operation.resource}.get`);
  const actedIn = execution.tenant ? { organizationId: execution.tenant.organization._id } : {};
  if (execution.kind === "replay") {
    const { status, body } = execution;
    return {
      status,
      headers: { ...answerHeaders(operation, status, body, isReadable), "idempotent-replayed": "true" },
      body,
      ...actedIn,
    };
  }
  const { value, input } = execution;
  if (operation.declaration.answersFile) {
    const { storageId, sizeBytes, ...facts } = storedFileOf(value);
    const deferred = deferredWritesOf(call, execution, "");
    return {
      status: 200,
      headers: headersOfFile(facts),
      body: "",
      file: { storageId, sizeBytes },
      ...(deferred ? { deferred } : {}),
      ...actedIn,
    };
  }
  const status = execution.isExisting ? 200 : (operation.declaration.status ?? 200);
  const body = status === 204 ? "" : jsonTextOf(operation.isList ? listBody(value, input["limit"]) : value);
  const deferred = deferredWritesOf(call, execution, body);
  return {
    status,
    headers: { ...answerHeaders(operation, status, body, isReadable), ...rowTag(operation, value) },
    body,
    ...(deferred ? { deferred } : {}),
    ...actedIn,
  };
}

/** What an operation that `answersFile` answers; its declaration's types have checked it. */
function storedFileOf(value: unknown): StoredFile {
  return value as StoredFile;
}

/** The tag of the row, of an answer that goes beyond it; what passes is nothing to keep. */
function rowTag({ declaration: { tagsRow, on } }: Operation, value: unknown): Record<string, string> {
  if (!tagsRow || !on) return {};
  return { etag: entityTagOf(jsonTextOf(projectorFor(on.document)(value))), "cache-control": "no-store" };
}

/** `Location` names a row only where a GET reads it (RFC 9110, 10.2.2). */
function answerHeaders(
  { declaration, verb }: Operation,
  status: number,
  body: string,
  isReadable: boolean,
): Record<string, string> {
  if (body === "") return {};
  const etag = entityTagOf(body);
  if (status !== 201 || verb !== "create" || !isReadable) return { etag };
  const { id }: { id?: unknown } = JSON.parse(body);
  return { etag, location: `${siteBasePath(env)}/v1${declaration.path}/${String(id)}` };
}

/** `{data, page}` of a Convex page. */
function listBody(value: unknown, limit: unknown): object {
  const { page, isDone, continueCursor }: { page?: unknown; isDone?: boolean; continueCursor?: string } = Object(value);
  return {
    data: page,
    page: { nextCursor: isDone ? null : continueCursor, hasMore: !isDone, limit: limit ?? defaultPageSize },
  };
}

function deferredWritesOf(
  { operation, input }: Call,
  { caller, tenant, now }: Extract<Execution, { kind: "answer" }>,
  body: string,
): DeferredWrites | undefined {
  const { auditedAs } = operation.declaration;
  const lastUsed = staleUse(caller, now);
  const read = auditedAs === undefined || !tenant ? undefined : accessBy(caller, tenant, auditedAs);
  const isLogged = tenant !== undefined && isSampled(operation, tenant);
  if (!lastUsed && !read && !isLogged) return undefined;
  return {
    ...(lastUsed ? { lastUsed } : {}),
    ...(read ? { read } : {}),
    ...(isLogged ? { logged: loggedCall(operation, caller, tenant, input, body) } : {}),
  };
}

function staleUse(caller: RequestCaller, now: number): LastUsed | undefined {
  const isStale = (atMs: number | undefined) => atMs === undefined || atMs < now - lastUsedIntervalMs;
  if (caller.kind === "apiKey" && isStale(caller.apiKey.lastUsedAt)) return { kind: "apiKey", id: caller.apiKey._id };
  if (caller.kind === "user" && isStale(caller.user.lastActivityAt)) return { kind: "user", id: caller.user._id };
  return undefined;
}
