import { createHash, randomBytes } from "node:crypto";
import type { TestConvex } from "convex-test";
import { actionGeneric, componentsGeneric, getFunctionAddress, mutationGeneric, queryGeneric } from "convex/server";
import type { FunctionReference, GenericSchema, SchemaDefinition } from "convex/server";
import { ConvexError, convexToJson, jsonToConvex } from "convex/values";
import type { Value } from "convex/values";
import { UnsecuredJWT } from "jose";
import type { JWK } from "jose";
import { claimsOf } from "../auth/identityClaims";
import type { Caller, FunctionOutcome, FunctionType, RequestMetadata, UserIdentity } from "../deployment";
import { currentFrame } from "../runtime/functions/frames";
import type { TransactionLimits } from "../runtime/executor/transaction/transactionUsage";
import { parseJson, parseJsonObject } from "../json";
import { InProcessRuntime } from "./inProcessRuntime";
import type { ModuleGlob } from "./moduleGlob";
import { projectModules } from "./projectModules";

const siteUrl = "https://some.convex.site";
const maxIdleTurns = 20;
// Captured before a test installs fake timers.
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;

/** Which functions and schema a test runs, and how much of Convex's limits it wants. */
export interface TestHostOptions<Schema extends GenericSchema> {
  /** The default export of `schema.ts`. */
  readonly schema?: SchemaDefinition<Schema, boolean>;
  /** The functions directory as `import.meta.glob("./**\/*.*s")` gives it; the project's own when absent. */
  readonly modules?: ModuleGlob;
  /** Limits of a transaction in place of Convex's, which hold unless they are replaced here. */
  readonly transactionLimits?: boolean | TransactionLimits;
  /** Path of a SQLite file that outlives the accessor; in memory when absent. */
  readonly file?: string;
}

/** convex-test's accessor on the host's store. */
export type TestHost<Schema extends GenericSchema> = TestConvex<SchemaDefinition<Schema, boolean>> & {
  /** The public keys that verify what `ctx.auth.signJwt` signs here, as a JWK Set. */
  jwks(): Promise<{ readonly keys: JWK[] }>;
  /** Waits for running scheduled functions and closes the store. Only a store on a file needs it. */
  close(): Promise<void>;
};

/**
 * Opens a store and answers with the accessor of convex-test's `convexTest`, so that a suite written for it runs on the
 * real store and syscalls by changing an import. Takes convex-test's arguments in both of their forms.
 *
 * Functions run on the test's own thread with the modules that the test runner loaded. Errors carry the message that the
 * function threw, and `ConvexError.data` as sent.
 *
 * @throws {StoreError} when the file is in use, damaged or newer
 */
export function createTestHost<Schema extends GenericSchema>(options?: TestHostOptions<Schema>): TestHost<Schema>;
export function createTestHost<Schema extends GenericSchema>(
  schema?: SchemaDefinition<Schema, boolean>,
  modules?: ModuleGlob,
): TestHost<Schema>;
export function createTestHost<Schema extends GenericSchema>(
  schemaOrOptions: SchemaDefinition<Schema, boolean> | TestHostOptions<Schema> = {},
  modules?: ModuleGlob,
): TestHost<Schema> {
  const options: TestHostOptions<Schema> =
    "tables" in schemaOrOptions
      ? { schema: schemaOrOptions, ...(modules === undefined ? {} : { modules }) }
      : schemaOrOptions;
  const runtime = new InProcessRuntime({
    schema: options.schema,
    modules: options.modules ?? projectModules(),
    file: options.file ?? ":memory:",
    testStack: new Error("opened here").stack ?? "",
    transactionLimits: typeof options.transactionLimits === "object" ? options.transactionLimits : {},
  });
  return asTestHost<Schema>(
    Object.assign(new Accessor(runtime, { kind: "anonymous" }, { ip: null, userAgent: null }).bound(), {
      registerComponent: (componentPath: string, componentSchema: unknown, componentModules: ModuleGlob) => {
        runtime.registerComponent(componentPath, { schema: componentSchema, modules: componentModules });
        return componentsGeneric()[componentPath];
      },
      close: () => runtime.close(),
    }),
  );
}

/** The accessor has every method of convex-test's, whose types a test's own schema and references fill in. */
function asTestHost<Schema extends GenericSchema>(accessor: object): TestHost<Schema> {
  return accessor as TestHost<Schema>;
}

type RequestOptions = Pick<RequestMetadata, "ip" | "userAgent">;
type InlineFunction = (ctx: unknown) => unknown;

/** One identity's view of a runtime. */
class Accessor {
  constructor(
    private readonly runtime: InProcessRuntime,
    private readonly caller: Caller,
    private readonly request: RequestOptions,
  ) {}

  /** The accessor as a plain object, since tests take its methods apart. */
  bound(): object {
    const { scheduler } = this.runtime;
    return {
      query: (target: FunctionReference<"query"> | InlineFunction, args?: Record<string, Value>) =>
        this.#call("query", target, args, (handler) => queryGeneric({ handler })),
      mutation: (target: FunctionReference<"mutation"> | InlineFunction, args?: Record<string, Value>) =>
        this.#call("mutation", target, args, (handler) => mutationGeneric({ handler })),
      action: (target: FunctionReference<"action"> | InlineFunction, args?: Record<string, Value>) =>
        this.#call("action", target, args, (handler) => actionGeneric({ handler })),
      run: (handler: InlineFunction) =>
        this.#call("mutation", handler, {}, (inline) => mutationGeneric({ handler: inline })),
      fetch: (path: string, init?: RequestInit) => this.#fetch(path, init),
      finishInProgressScheduledFunctions: () => scheduler.finishRunning(),
      finishAllScheduledFunctions: (advanceTimers: () => void, maxIterations?: number) =>
        finishAll(scheduler, advanceTimers, maxIterations),
      jwks: () => Promise.resolve(parseJsonObject(this.runtime.keySetText)),
      withIdentity: (identity: Partial<UserIdentity>) =>
        new Accessor(this.runtime, { kind: "user", identity: completeIdentity(identity) }, this.request).bound(),
      withRequestMetadata: ({ ip = null, userAgent = null }: Partial<RequestOptions>) =>
        new Accessor(this.runtime, this.caller, { ip, userAgent }).bound(),
    };
  }

  async #call(
    type: FunctionType,
    target: FunctionReference<FunctionType> | InlineFunction,
    args: Record<string, Value> | undefined,
    register: (handler: InlineFunction) => unknown,
  ): Promise<Value> {
    const running = currentFrame();
    // It would deadlock with the transaction that waits for it.
    if (running !== undefined && running.type !== "action" && !running.closed)
      throw new Error(
        `t.${type} was called inside ${running.path}. Use ctx.run${type === "query" ? "Query" : "Mutation"}.`,
      );
    const call = {
      type,
      argsText: JSON.stringify(convexToJson(args ?? {})),
      caller: this.caller,
      metadata: this.#metadata(),
    };
    const outcome =
      typeof target === "function"
        ? await this.runtime.callInline(register(target), call)
        : await this.runtime.call(getFunctionAddress(target), call);
    return valueOf(outcome);
  }

  async #fetch(path: string, init?: RequestInit): Promise<Response> {
    if (!path.startsWith("/")) throw new Error("The path given to t.fetch must start with a /.");
    return await this.runtime.fetchHttpAction(new Request(siteUrl + path, init), this.caller, this.#metadata());
  }

  #metadata(): RequestMetadata {
    const metadata = { ...this.request, requestId: randomBytes(8).toString("hex") };
    if (this.caller.kind !== "user") return metadata;
    // Nobody verifies it here: it only says what the identity says.
    return { ...metadata, authToken: new UnsecuredJWT(claimsOf(this.caller.identity)).encode() };
  }
}

/** Fills in what convex-test does: an issuer, and a subject derived from the other attributes. */
function completeIdentity(identity: Partial<UserIdentity>): UserIdentity {
  const issuer = identity.issuer ?? "https://convex.test";
  const subject = identity.subject ?? createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16);
  return { ...identity, issuer, subject, tokenIdentifier: identity.tokenIdentifier ?? `${issuer}|${subject}` };
}

/** The value of a call. @throws {Error} as the function did, as far as that can be told: a ConvexError, or its message and frames */
function valueOf(outcome: FunctionOutcome): Value {
  if (outcome.status === "success") return jsonToConvex(parseJson(outcome.valueText) as never);
  if (outcome.errorDataText !== undefined)
    throw new ConvexError(jsonToConvex(parseJson(outcome.errorDataText) as never));
  const framesAt = outcome.errorMessage.search(/\n\s+at /);
  const text = framesAt === -1 ? outcome.errorMessage : outcome.errorMessage.slice(0, framesAt);
  const [, name = "Error", message = text] = /^Uncaught (\w*Error): ([^]*)$/.exec(text) ?? [];
  const error = new Error(message);
  error.name = name;
  if (framesAt !== -1) error.stack = `${name}: ${message}${outcome.errorMessage.slice(framesAt)}`;
  throw error;
}

interface RunningJobs {
  readonly isRunning: boolean;
  readonly isWaiting: boolean;
  finishRunning(): Promise<void>;
}

/** Advances timers and waits for what they start, until no job is left that fake timers could start. */
async function finishAll(jobs: RunningJobs, advanceTimers: () => void, maxIterations = 100): Promise<void> {
  let idleTurns = 0;
  for (let i = 0; i < maxIterations; i++) {
    advanceTimers();
    if (jobs.isRunning) {
      idleTurns = 0;
      await finishWhileAdvancing(jobs, advanceTimers);
    } else {
      // A job that was scheduled under real timers may need a few real turns; one whose time has not come is left.
      if (!jobs.isWaiting || idleTurns >= maxIdleTurns) return;
      idleTurns++;
      await new Promise((resolve) => realSetTimeout(resolve, 0));
    }
  }
  throw new Error(
    "finishAllScheduledFunctions: too many iterations. Check for infinitely recursive scheduled functions, or increase maxIterations.",
  );
}

/** A running action may itself wait for a fake timer. */
async function finishWhileAdvancing(jobs: RunningJobs, advanceTimers: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const pump = (): void => {
        try {
          advanceTimers();
          timer = realSetTimeout(pump, 0);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      jobs.finishRunning().then(resolve, reject);
      timer = realSetTimeout(pump, 0);
    });
  } finally {
    realClearTimeout(timer);
  }
}
