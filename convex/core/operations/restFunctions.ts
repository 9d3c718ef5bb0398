import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { env, internalAction, internalMutation, internalQuery } from "../../_generated/server";
import { invalidField, ProblemError, withProblemsAsData } from "../wire/errors";
import { entityTagOf } from "../wire/etag";
import { lastUsedIntervalMs } from "../wire/durations";
import { accessBy } from "../records/deferredWrites";
import { assertDryRunSupported, dryRun, dryRunArguments, rolledBack, unmadeSecret } from "./dryRun";
import { storeAnswer } from "./idempotency";
import { jsonTextOf, parseJsonText, withFields } from "../wire/jsonText";
import { defaultPageSize } from "../records/listPlan";
import { execute, rowsShown } from "./pipeline";
import { answerCall, issueFunction, newCredential, operationOf } from "./convexFunctions";
import { answerValidator, restArguments } from "../wire/restProtocol";
import { siteBasePath } from "../wire/siteBasePath";
import { parsedParameter } from "../schema/zod";
import { pointerOf } from "./validation";
import type { RequestCaller } from "../access/caller";
import type { Call } from "./call";
import type { Operation } from "./declaration";
import type { Execution } from "./pipeline";
import type { DeferredWrites, LastUsed, RestAnswer, RestRequest } from "../wire/restProtocol";
import type { MutationCtx } from "../../_generated/server";

/** Convex's limit for objects, at every door. */
const maximumFields = 1024;

/**
 * The internal entries of a domain, over the operations that its resource modules export: three for the gateway, `issue`, which
 * stands behind the public actions that issue credentials, and `dryRun`, which is always rolled back.
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
      const call = callOf(find(args.operation), args);
      const execution = await restored(ctx, call.operation, await execute(ctx, call), operations);
      const answer = encode(call.operation, execution, operations);
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
          const call = callOf(find(args.operation), args);
          return encode(call.operation, await execute(ctx, call), operations);
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
        // A mutation can be rolled back; whatever else an action does could not.
        if (args.request.dryRun) return ctx.runMutation(restMutation(operation.domain), args);
        const { stored, shown } = await newCredential(operation);
        const answer = await ctx.runMutation(restMutation(operation.domain), { ...args, secret: stored });
        // A replayed answer is the stored one: a credential is shown once.
        if (answer.headers["idempotent-replayed"] !== undefined) return answer;
        return { ...answer, body: withFields(answer.body, shown) };
      },
    }),
    issue: issueFunction(find),
    dryRun: internalMutation({
      args: dryRunArguments,
      returns: v.null(),
      handler: async (ctx, { rest, call }) => {
        if (rest) throw rolledBack(await answerRest(ctx, rest));
        if (call) throw rolledBack(await answerCall(ctx, find(call.operation), call.input));
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

function restMutation(domain: string) {
  return makeFunctionReference<"mutation", RestRequest, RestAnswer>(`${domain}/rest:mutation`);
}

/** `Portico-Organization` is what names an organization over REST, beside path and credential. */
function callOf(operation: Operation, args: RestRequest): Call {
  const { requestId, ip, userAgent, organization, credential, ifMatch, idempotency, dryRun: isDryRun } = args.request;
  const origin = { requestId, ip, userAgent };
  const input = inputOf(operation, args);
  const secret = isDryRun ? unmadeSecret(operation) : args.secret;
  return { operation, input, organization, credential, ifMatch, idempotency, origin, secret };
}

/** Path, query and body as one flat input. Parameters that the operation does not know are refused here. */
function inputOf(operation: Operation, { params, query, bodyText }: RestRequest): Record<string, unknown> {
  const { declaration } = operation;
  const input: Record<string, unknown> = { ...params };
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

function encode(operation: Operation, execution: Execution, operations: Operations): RestAnswer {
  const isReadable = operations.has(`${operation.resource}.get`);
  if (execution.kind === "replay") {
    const { status, body } = execution;
    return {
      status,
      headers: { ...answerHeaders(operation, status, body, isReadable), "idempotent-replayed": "true" },
      body,
    };
  }
  const { value, input } = execution;
  const deferred = deferredWritesOf(operation, execution);
  const status = execution.isExisting ? 200 : (operation.declaration.status ?? 200);
  const body = status === 204 ? "" : jsonTextOf(operation.isList ? listBody(value, input["limit"]) : value);
  return {
    status,
    headers: answerHeaders(operation, status, body, isReadable),
    body,
    ...(deferred ? { deferred } : {}),
  };
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
  { declaration: { auditedAs } }: Operation,
  { caller, tenant, now }: Extract<Execution, { kind: "answer" }>,
): DeferredWrites | undefined {
  const lastUsed = staleUse(caller, now);
  const read = auditedAs === undefined || !tenant ? undefined : accessBy(caller, tenant, auditedAs);
  return lastUsed || read ? { ...(lastUsed ? { lastUsed } : {}), ...(read ? { read } : {}) } : undefined;
}

function staleUse(caller: RequestCaller, now: number): LastUsed | undefined {
  const isStale = (atMs: number | undefined) => atMs === undefined || atMs < now - lastUsedIntervalMs;
  if (caller.kind === "apiKey" && isStale(caller.apiKey.lastUsedAt)) return { kind: "apiKey", id: caller.apiKey._id };
  if (caller.kind === "user" && isStale(caller.user.lastActivityAt)) return { kind: "user", id: caller.user._id };
  return undefined;
}
