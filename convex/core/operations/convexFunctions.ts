import { zodOutputToConvex, zodToConvexFields } from "convex-helpers/server/zod4";
import { makeFunctionReference, paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import { action, internalAction, internalMutation, mutation, query } from "../../_generated/server";
import { failureOf } from "../wire/errors";
import { execute } from "./pipeline";
import { newSecret } from "../wire/secrets";
import type { Operation } from "./declaration";
import type { RestAnswer } from "../wire/restProtocol";
import type { Execution, GatewayRequest } from "./pipeline";
import type { ActionCtx, MutationCtx, QueryCtx } from "../../_generated/server";
import type { PaginationOptions } from "convex/server";
import type { PropertyValidators, Validator } from "convex/values";

const operations = new WeakMap<object, Operation>();

/** The operation behind an exported Convex function; undefined for any other value. */
export function operationOf(exported: unknown): Operation | undefined {
  const isReference = (typeof exported === "object" || typeof exported === "function") && exported !== null;
  return isReference ? operations.get(exported) : undefined;
}

type Input = Readonly<Record<string, unknown>>;

/** Registers an operation as the Convex function that its kind asks for, running the same pipeline as REST. */
export function register<Registered>(operation: Operation): Registered {
  const registered = functionOf(operation);
  operations.set(registered, operation);
  // The declaring call's return type is computed from the same declaration that makes the validators and the handler.
  return registered as Registered;
}

function functionOf(operation: Operation): object {
  const { declaration, kind, isList } = operation;
  if (kind === "query") {
    return query(
      definitionOf(operation, async (ctx: QueryCtx, input: Input) =>
        valueOf(await execute(ctx, operation, isList ? withPage(input) : input, {})),
      ),
    );
  }
  if (declaration.secret) {
    const build = declaration.restOnly ? internalAction : action;
    return build(definitionOf(operation, (ctx: ActionCtx, input: Input) => issueSecret(ctx, operation, { input })));
  }
  const build = declaration.restOnly ? internalMutation : mutation;
  return build(
    definitionOf(operation, async (ctx: MutationCtx, input: Input) =>
      valueOf(await execute(ctx, operation, input, await originOf(ctx))),
    ),
  );
}

/** Convex asks for validators only when it analyses or checks, so contexts that do neither do not pay for them. */
function definitionOf<Handler>(operation: Operation, handler: Handler) {
  return {
    get args() {
      return argumentValidators(operation);
    },
    get returns() {
      return returnValidator(operation);
    },
    handler,
  };
}

function valueOf(execution: Execution): unknown {
  if (execution.kind !== "answer") throw new Error("Only requests of the gateway carry idempotency keys.");
  return execution.value;
}

async function originOf(ctx: MutationCtx): Promise<GatewayRequest> {
  const { requestId, ip, userAgent } = await ctx.meta.getRequestMetadata();
  return { requestId, ...(ip === null ? {} : { ip }), ...(userAgent === null ? {} : { userAgent }) };
}

/** `paginationOpts`, which Convex has validated, as the page that the operation's input names. */
function withPage({ paginationOpts, ...input }: Input): Input {
  const { cursor, numItems }: PaginationOptions = Object(paginationOpts);
  return { ...input, ...(cursor === null ? {} : { cursor }), limit: Math.min(numItems, 100) };
}

function argumentValidators({ declaration, shape, isList }: Operation): PropertyValidators {
  const fields = zodToConvexFields(shape);
  const tenant =
    declaration.access === "user" || declaration.access === "identity"
      ? {}
      : { organizationId: v.optional(v.string()) };
  if (!isList) return { ...tenant, ...fields };
  const { cursor: _cursor, limit: _limit, ...filters } = fields;
  return { ...tenant, ...filters, paginationOpts: paginationOptsValidator };
}

function returnValidator({ declaration, isList }: Operation): Validator<unknown, "required", string> {
  if (declaration.status === 204) return v.null();
  const document = zodOutputToConvex(declaration.output);
  if (!isList) return document;
  return v.object({
    page: v.array(document),
    isDone: v.boolean(),
    continueCursor: v.string(),
    splitCursor: v.optional(v.union(v.string(), v.null())),
    pageStatus: v.optional(v.union(v.literal("SplitRecommended"), v.literal("SplitRequired"), v.null())),
  });
}

/** Makes the credential here, where randomness is the system's, and lets the domain's REST mutation store its hash. */
export async function issueRestSecret(
  ctx: { runMutation(reference: ReturnType<typeof restMutation>, args: Record<string, unknown>): Promise<RestAnswer> },
  operation: Operation,
  request: Record<string, unknown>,
): Promise<RestAnswer> {
  const { secret } = operation.declaration;
  if (!secret) throw new Error(`${operation.action} issues no secret.`);
  const { plaintext, hash, prefix } = await newSecret(secret.prefix);
  const answer = await ctx.runMutation(restMutation(operation.domain), { ...request, secret: { hash, prefix } });
  if (answer.headers["idempotent-replayed"] !== undefined || answer.status >= 300) return answer;
  const document: object = JSON.parse(answer.body);
  return { ...answer, body: JSON.stringify({ ...document, [secret.field]: plaintext }) };
}

async function issueSecret(
  ctx: Parameters<typeof issueRestSecret>[0],
  operation: Operation,
  { input }: { input: Input },
): Promise<unknown> {
  const { resource, verb } = operation;
  const request = { operation: `${resource}.${verb}`, inputText: JSON.stringify(input) };
  const answer = await issueRestSecret(ctx, operation, request).catch(throwProblem);
  return JSON.parse(answer.body);
}

/** Callers of the function API get the problem itself, as from every other function. */
function throwProblem(error: unknown): never {
  const { problem } = failureOf(error);
  throw problem ? new ConvexError(problem) : error;
}

function restMutation(domain: string) {
  return makeFunctionReference<"mutation", Record<string, unknown>, RestAnswer>(`${domain}/rest:mutation`);
}
