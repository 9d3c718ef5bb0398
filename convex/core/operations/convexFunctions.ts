import { zodOutputToConvex, zodToConvexFields } from "convex-helpers/server/zod4";
import { makeFunctionReference, paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { action, internalAction, internalMutation, internalQuery, mutation, query } from "../../_generated/server";
import { assertDryRunSupported, dryRun, unmadeSecret, unsealedSecret } from "./dryRun";
import { execute, organizationOf, parsedInput } from "./pipeline";
import { invalidField, ProblemError, withProblemsAsData } from "../wire/errors";
import { engineTables } from "../wire/engineTables";
import { isTenantless } from "./tenantless";
import { encryptSecret } from "../wire/encryption";
import { issuedSecretValidator, restArguments } from "../wire/restProtocol";
import { jsonTextOf } from "../wire/jsonText";
import { newSecret, newSigningKey } from "../wire/secrets";
import { parseInput } from "./validation";
import type { Call, Input } from "./call";
import type { Consulted, IssuedSecret, Operation, Prepare } from "./declaration";
import type { Execution } from "./pipeline";
import type { RequestOrigin } from "../records/audit";
import type { Tenant } from "../access/tenant";
import type { RestRequest } from "../wire/restProtocol";
import type { Sealed } from "../wire/sealed";
import type { Id } from "../../_generated/dataModel";
import type { ActionCtx, MutationCtx, QueryCtx } from "../../_generated/server";
import type { PaginationOptions } from "convex/server";
import type { Infer, ObjectType, PropertyValidators, Validator, Value } from "convex/values";

const operations = new WeakMap<object, Operation>();

/** The operation behind an exported Convex function; undefined for any other value. */
export function operationOf(exported: unknown): Operation | undefined {
  const isReference = (typeof exported === "object" || typeof exported === "function") && exported !== null;
  return isReference ? operations.get(exported) : undefined;
}

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
    const build = declaration.restOnly ? internalQuery : query;
    return build(
      definitionOf(operation, async (ctx: QueryCtx, input: Input) =>
        valueOf(await execute(ctx, callOf(operation, isList ? withPage(input) : input, {}))),
      ),
    );
  }
  if (operation.isAction) {
    const build = declaration.restOnly ? internalAction : action;
    const run = declaration.secret ? issueSecret : declaration.prepare ? runPrepared : runReadied;
    return build(definitionOf(operation, (ctx: ActionCtx, input: Input) => run(ctx, operation, input)));
  }
  const build = declaration.restOnly ? internalMutation : mutation;
  return build(
    definitionOf(operation, (ctx: MutationCtx, input: Input) =>
      isDryRun(operation, input) ? tryCall(ctx, operation, input) : answerCall(ctx, operation, input),
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

/** The argument `organizationId` names the organization, except where the operation has an input of that name; so with `dryRun`. */
function callOf(operation: Operation, args: Input, origin: RequestOrigin): Call {
  if (!("organizationId" in args || "dryRun" in args)) return { operation, input: args, origin };
  const own = Object.entries(args).filter(([name]) => !isOfCall(operation, name));
  const organization = isOfCall(operation, "organizationId") ? args["organizationId"] : undefined;
  return {
    operation,
    input: Object.fromEntries(own),
    origin,
    ...(typeof organization === "string" ? { organization } : {}),
  };
}

/** Names of arguments that say how an operation is called, unless it has an input of that name itself. */
function isOfCall({ shape }: Operation, name: string): boolean {
  return (name === "organizationId" || name === "dryRun") && !(name in shape);
}

function isDryRun(operation: Operation, args: Input): boolean {
  return isOfCall(operation, "dryRun") && args["dryRun"] === true;
}

/** The value that a change answers a Convex caller with. */
export async function answerCall(
  ctx: MutationCtx,
  operation: Operation,
  args: Input,
  issued?: IssuedSecret,
  prepared?: unknown,
): Promise<unknown> {
  const call = callOf(operation, args, await originOf(ctx));
  const secret = isDryRun(operation, args) ? unmadeSecret(operation) : issued;
  return valueOf(await execute(ctx, { ...call, secret, prepared, isCounted: true }));
}

function tryCall(ctx: MutationCtx, operation: Operation, input: Input, prepared?: unknown): Promise<unknown> {
  assertDryRunSupported(operation);
  const { domain, resource, verb } = operation;
  const found = prepared === undefined ? {} : { prepared };
  return dryRun(ctx, domain, { call: { operation: `${resource}.${verb}`, input, ...found } });
}

function valueOf(execution: Execution): unknown {
  if (execution.kind !== "answer") throw new Error("Only requests of the gateway carry idempotency keys.");
  return execution.value;
}

async function originOf(ctx: MutationCtx): Promise<RequestOrigin> {
  const { requestId, ip, userAgent } = await ctx.meta.getRequestMetadata();
  return { requestId, ...(ip === null ? {} : { ip }), ...(userAgent === null ? {} : { userAgent }) };
}

/**
 * `paginationOpts`, which Convex has validated, as the page that the operation's input names. A page is never so large that
 * its rows or bytes need a limit of their own.
 * @throws {ProblemError} 400 for an end that the page would not keep to
 */
function withPage({ paginationOpts, ...input }: Input): Input {
  const { cursor, endCursor, numItems }: PaginationOptions = Object(paginationOpts);
  if (typeof endCursor === "string")
    throw invalidField("/paginationOpts/endCursor", "unsupported", "Lists end their pages by `numItems` alone.");
  return { ...input, ...(cursor === null ? {} : { cursor }), limit: Math.min(numItems, 100) };
}

function argumentValidators({ declaration, shape, isList, supportsDryRun }: Operation): PropertyValidators {
  const fields = zodToConvexFields(shape);
  const tenant = isTenantless(declaration.access) ? {} : { organizationId: v.optional(v.string()) };
  if (!isList) return { ...tenant, ...(supportsDryRun ? { dryRun: v.optional(v.boolean()) } : {}), ...fields };
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

/**
 * A new credential of an operation that issues one: what its mutation stores, and the field that only its caller sees. One that is
 * stored whole is encrypted for the organization that the call runs in, which `ask` finds, as it finds who may not call.
 */
export async function newCredential(
  { declaration: { name, secret } }: Operation,
  ask: () => Promise<Id<"organizations">>,
): Promise<{ readonly stored: IssuedSecret; readonly shown: Readonly<Record<string, string>> }> {
  if (!secret) throw new Error(`${name} issues no secret.`);
  if (secret.sealedIn === undefined) {
    const { plaintext, hash, prefix } = await newSecret(secret.prefix);
    return { stored: { hash, prefix }, shown: { [secret.field]: plaintext } };
  }
  const organizationId = await ask();
  const plaintext = newSigningKey(secret.prefix);
  const sealed = { ...(await encryptSecret({ table: secret.sealedIn, organizationId, plaintext })), organizationId };
  return { stored: { hash: "", prefix: secret.prefix, sealed }, shown: { [secret.field]: plaintext } };
}

/** A call that can be handed to its mutation: what that may see, the secret as it is stored, and what others have said. */
interface ReadiedCall {
  readonly input: Input;
  readonly secret?: IssuedSecret;
  readonly prepared?: Value;
}

/** Whom a call needs before its mutation: `ask` finds the organization that it runs in, and who may not call. */
interface Readying {
  ask(input: Input): Promise<Id<"organizations">>;
  consult?(consulted: Consulted): Promise<Value>;
}

/**
 * Takes the secret out of an input, encrypts it, and asks those who have to be asked, in this order: without a key for the encryption
 * nobody is. A dry run encrypts nothing, and asks nobody beyond this deployment.
 * @throws {ProblemError} 400 for what is no such secret
 */
export async function readied(
  operation: Operation,
  given: Input,
  isTried: boolean,
  { ask, consult }: Readying,
): Promise<ReadiedCall> {
  const { seals, consultsInDryRun = false } = operation.declaration;
  const isGiven = seals !== undefined && given[seals.input] !== undefined;
  const asked = isTried && !consultsInDryRun ? undefined : consult;
  if (!isGiven && !asked) return { input: given };
  const input = isGiven ? { ...given, [seals.input]: placeholderOf(given[seals.input]) } : given;
  const organizationId = await ask(input);
  const secret = isGiven ? givenSecret(operation, seals.input, given) : undefined;
  const parsed = asked && inputOrNothing(operation, input);
  const sealed =
    isGiven && !isTried
      ? await encryptSecret({ table: seals.table, organizationId, plaintext: jsonTextOf(secret) })
      : undefined;
  return {
    input,
    ...(sealed ? { secret: { ...unsealedSecret, sealed: { ...sealed, organizationId } } } : {}),
    ...(asked && parsed ? { prepared: await asked({ organizationId, input: parsed, secret }) } : {}),
  };
}

/** Nobody is asked for what the mutation refuses, which it does in its order: a repeated key of idempotency comes before the input. */
function inputOrNothing(operation: Operation, input: Input): Input | undefined {
  try {
    return parsedInput(operation, input);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

function givenSecret({ shape, declaration: { name } }: Operation, field: string, given: Input): unknown {
  const type = shape[field];
  if (!type) throw new Error(`${name} is given no secret.`);
  return parseInput({ [field]: type }, { [field]: given[field] }, new Set())[field];
}

/** Four characters tell keys apart; of a text that is not much longer they would tell too much. */
const [hintCharacters, hintedCharacters] = [4, 16];

/** What the mutation sees of a secret. */
function placeholderOf(secret: unknown): string | object {
  if (typeof secret !== "string") return {};
  return secret.length >= hintedCharacters ? secret.slice(-hintCharacters) : "";
}

/** How an operation asks others, if it does. */
export function consultationOf(ctx: ActionCtx, { declaration: { consult } }: Operation): Pick<Readying, "consult"> {
  return consult ? { consult: (consulted) => consult(ctx, consulted) } : {};
}

/**
 * What an operation stores of a secret that is kept whole, encrypted for its organization: of a credential that it issues, or of a
 * secret that it was given.
 */
export function sealedOf({
  secret,
  tenant,
}: {
  readonly secret: IssuedSecret | undefined;
  readonly tenant: Tenant;
}): Sealed {
  // A dry run makes none.
  if (!secret?.sealed) return { ciphertext: new ArrayBuffer(0), bindingId: "" };
  const { organizationId, ...sealed } = secret.sealed;
  if (organizationId !== tenant.organization._id)
    throw new ProblemError("unavailable", "The caller's organization has changed since the request began.");
  return sealed;
}

/** Makes the credential here, where randomness is the system's, and lets the domain's mutation store its hash. */
async function issueSecret(ctx: ActionCtx, operation: Operation, input: Input): Promise<unknown> {
  const { domain, resource, verb } = operation;
  const store = makeFunctionReference<"mutation", Infer<typeof issueValidator>, object>(`${domain}/rest:issue`);
  const call = { operation: `${resource}.${verb}`, input };
  if (isDryRun(operation, input)) return ctx.runMutation(store, call);
  const ask = makeFunctionReference<"query", Asked, Id<"organizations">>(`${domain}/rest:organization`);
  const { stored, shown } = await newCredential(operation, () => ctx.runQuery(ask, { call }));
  return { ...(await ctx.runMutation(store, { ...call, secret: stored })), ...shown };
}

/** Encrypts the secret that the call was given here and asks others, and lets the domain's mutation do the rest. */
async function runReadied(ctx: ActionCtx, operation: Operation, given: Input): Promise<unknown> {
  const { domain, resource, verb } = operation;
  const run = makeFunctionReference<"mutation", Infer<typeof issueValidator>, unknown>(`${domain}/rest:issue`);
  const ask = makeFunctionReference<"query", Asked, Id<"organizations">>(`${domain}/rest:organization`);
  const name = `${resource}.${verb}`;
  // What says how it is called is no input of it.
  const { input: shown, ...rest } = await readied(
    operation,
    callOf(operation, given, {}).input,
    isDryRun(operation, given),
    {
      ask: (asked) => ctx.runQuery(ask, { call: { operation: name, input: { ...given, ...asked } } }),
      ...consultationOf(ctx, operation),
    },
  );
  return ctx.runMutation(run, { operation: name, input: { ...given, ...shown }, ...rest });
}

/** Prepares the operation here, and lets the domain's mutation do it with what was found. */
async function runPrepared(ctx: ActionCtx, operation: Operation, input: Input): Promise<unknown> {
  const { domain, resource, verb } = operation;
  const run = makeFunctionReference<"mutation", Infer<typeof issueValidator>, unknown>(`${domain}/rest:issue`);
  const call = { operation: `${resource}.${verb}`, input };
  if (isDryRun(operation, input)) return ctx.runMutation(run, call);
  return prepare(ctx, operation, { input, bytes: undefined }, (prepared) =>
    ctx.runMutation(run, { ...call, prepared }),
  );
}

/** Runs an operation with what its preparation found. @throws {ProblemError} as `run` does */
export async function prepare<Answer>(
  ctx: ActionCtx,
  { declaration: { name, prepare: preparation } }: Operation,
  given: Parameters<Prepare>[1],
  run: (found: Value) => Promise<Answer>,
): Promise<Answer> {
  if (!preparation) throw new Error(`${name} prepares nothing.`);
  return run(await preparation(ctx, given));
}

/** Without a secret in a dry run, which makes none. */
const issueArguments = {
  operation: v.string(),
  input: v.any(),
  secret: v.optional(issuedSecretValidator),
  prepared: v.optional(v.any()),
};
const issueValidator = v.object(issueArguments);

const askedArguments = {
  rest: v.optional(v.object(restArguments)),
  call: v.optional(v.object({ operation: v.string(), input: v.any() })),
};
type Asked = ObjectType<typeof askedArguments>;

/**
 * The internal query that tells an action in which organization a call runs, by either adapter. It refuses whom the operation refuses
 * whatever the input.
 */
export function organizationFunction(
  callOfRest: (ctx: QueryCtx, request: RestRequest) => Promise<Call>,
  find: (name: string) => Operation,
) {
  return internalQuery({
    args: askedArguments,
    returns: v.id(engineTables.tenants),
    handler: async (ctx, { rest, call }) => {
      if (rest) return withProblemsAsData(async () => organizationOf(ctx, await callOfRest(ctx, rest)));
      if (call) return organizationOf(ctx, { ...callOf(find(call.operation), call.input, {}), isCounted: true });
      throw new Error("No call was named.");
    },
  });
}

/** The internal mutation behind a domain's public actions. */
export function issueFunction(find: (name: string) => Operation) {
  return internalMutation({
    args: issueArguments,
    returns: v.any(),
    handler: async (ctx, { operation, input, secret, prepared }) =>
      isDryRun(find(operation), input)
        ? tryCall(ctx, find(operation), input, prepared)
        : answerCall(ctx, find(operation), input, secret, prepared),
  });
}
