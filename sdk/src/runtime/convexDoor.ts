import type { ConvexHttpClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { apiError, type Place, placed } from "../errors";
import type { ConvexFunctions } from "../generated/convexFunctions";
import { functionFolders, operations } from "../generated/operations";
import { clientHeader } from "./clientHeader";
import type { TokenSource } from "./credential";
import type { Engine, RequestOptions } from "./engine";
import { asText, isRecord } from "./json";
import { functionReference } from "./functionReference";

type FunctionType = "query" | "mutation" | "action";

/** Names of the deployment's functions of one type, such as `workspace/schedules:list`. */
export type ConvexFunctionName<Type extends FunctionType> = {
  [Name in keyof ConvexFunctions]: ConvexFunctions[Name]["type"] extends Type ? Name : never;
}[keyof ConvexFunctions];

/** Options of a call through the Convex door. */
export type ConvexCallOptions = Pick<
  RequestOptions,
  "signal" | "timeoutMs" | "attemptTimeoutMs" | "maxRetries" | "requestId" | "traceparent"
>;

/** A function of the deployment by its name, or any reference, such as one of your own generated `api`. */
export type ConvexFunction<Type extends FunctionType> = ConvexFunctionName<Type> | FunctionReference<Type>;

/** The arguments of a function, by its name or its reference. */
export type ConvexArgs<Fn> = Fn extends keyof ConvexFunctions
  ? ConvexFunctions[Fn]["args"]
  : Fn extends FunctionReference<FunctionType>
    ? FunctionArgs<Fn>
    : never;

/** What a function answers, by its name or its reference. */
export type ConvexResult<Fn> = Fn extends keyof ConvexFunctions
  ? ConvexFunctions[Fn]["result"]
  : Fn extends FunctionReference<FunctionType>
    ? FunctionReturnType<Fn>
    : never;

/**
 * The deployment's Convex functions, typed, with the credential, limits and errors of the REST methods.
 *
 * ConvexHttpClient keeps the user's token and a serial mutation queue in itself. Every call here gets one of its own,
 * which never sees the token: calls of different users cannot mix, and mutations run in parallel.
 *
 * @example
 * const paginationOpts = { numItems: 10, cursor: null };
 * const { page } = await portico.convex.query("workspace/schedules:list", { organizationId, paginationOpts });
 */
export class ConvexDoor {
  readonly #engine: Engine;
  readonly #url: string | undefined;
  readonly #credential: TokenSource | undefined;

  constructor(engine: Engine, url: string | undefined, credential: TokenSource | undefined) {
    this.#engine = engine;
    this.#url = url;
    this.#credential = credential;
  }

  /**
   * Runs a query.
   *
   * @throws {ApiError} with the same codes as REST; {ConvexError} when a function of your own throws other data.
   */
  query<Fn extends ConvexFunction<"query">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: ConvexCallOptions = {},
  ): Promise<ConvexResult<Fn>> {
    return this.#run("query", fn, options, (client) => client.query(functionReference<"query">(fn), args));
  }

  /**
   * Runs a mutation. It is sent once, unless the server refused it before any effect (429, 503 with `Retry-After`).
   *
   * @throws {ApiError | ConvexError} as {@link ConvexDoor.query} does.
   */
  mutation<Fn extends ConvexFunction<"mutation">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: ConvexCallOptions = {},
  ): Promise<ConvexResult<Fn>> {
    return this.#run("mutation", fn, options, (client) =>
      client.mutation(functionReference<"mutation">(fn), args, { skipQueue: true }),
    );
  }

  /**
   * Runs an action. Sent once, like a mutation.
   *
   * @throws {ApiError | ConvexError} as {@link ConvexDoor.query} does.
   */
  action<Fn extends ConvexFunction<"action">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: ConvexCallOptions = {},
  ): Promise<ConvexResult<Fn>> {
    return this.#run("action", fn, options, (client) => client.action(functionReference<"action">(fn), args));
  }

  async #run<Result>(
    type: FunctionType,
    fn: ConvexFunction<FunctionType>,
    options: ConvexCallOptions,
    work: (client: ConvexHttpClient) => Promise<Result>,
  ): Promise<Result> {
    if (this.#url === undefined) throw new TypeError("portico.convex needs the option convexUrl, the deployment's URL");
    if (typeof fn === "string") assertKnown(fn);
    const operation = nameOf(fn);
    const place: Place = { operation, route: `POST /api/${type}` };
    const transport = { headers: new Headers(), attempts: 0 };
    // Loaded when first used: programs that only speak REST do not carry it.
    const { ConvexHttpClient } = await import("convex/browser");
    const client = new ConvexHttpClient(this.#url, {
      skipConvexDeploymentUrlCheck: true,
      logger: false,
      fetch: async (input, init) => {
        const reply = await this.#engine.send(
          {
            operation,
            method: "POST",
            url: input instanceof Request ? input.url : input.toString(),
            // Not `Portico-Client`: Convex's own servers let browsers send only headers they know.
            headers: {
              ...("user-agent" in clientHeader ? clientHeader : {}),
              ...Object.fromEntries(new Headers(init?.headers)),
            },
            body: typeof init?.body === "string" ? init.body : undefined,
            repeatable: type === "query",
            credential: this.#credential,
            accepts: functionFailedStatus,
          },
          options,
        );
        transport.headers = reply.response.headers;
        transport.attempts = reply.attempts;
        return new Response(reply.body, { status: reply.response.status });
      },
    });
    try {
      return await work(client);
    } catch (error) {
      // Made here, where the caller's own await is one step away: see Call.
      throw placed(this.#typedError(error, transport), place);
    }
  }

  /** Turns a function's failure into the error its problem describes; anything else is passed on. */
  #typedError(error: unknown, transport: { headers: Headers; attempts: number }): unknown {
    if (transport.attempts === 0 || !isRecord(error)) return error;
    const context = { ...transport, clean: (text: string) => this.#engine.clean(text) };
    // Convex names the request in its message: the id by which its log and the audit log know it.
    const message = asText(error["message"]) ?? "";
    const requestId = /\[Request ID: (\w+)\]/.exec(message)?.[1];
    const problem = error["data"];
    if (isRecord(problem) && typeof problem["status"] === "number" && asText(problem["code"]))
      return apiError(problem["status"], { requestId, ...problem }, context);
    if (problem !== undefined) return error;
    const refusal = refusals.find(({ words }) => message.includes(words));
    const { status, code } = refusal ?? { status: 500, code: "internal" };
    return apiError(status, { code, message, requestId }, context);
  }
}

/**
 * What Convex refused before any function ran, by its words. Convex hides the reason of an unexpected failure behind
 * "[Request ID: …] Server Error"; deployments that hide these reasons too are not told apart.
 */
const refusals = [
  { words: "Server Error\nArgumentValidationError: ", status: 400, code: "validation_failed" },
  { words: "Server Error\nCould not find public function for ", status: 404, code: "function_not_found" },
] as const;

/**
 * Refuses a name that the types do not allow. Deployments hide from callers that a function does not exist, so a
 * misspelt name would look like a failure of the server.
 */
function assertKnown(name: string): void {
  const [, folder = "", resource = "", verb = ""] = /^(.*)\/(\w+):(\w+)$/.exec(name) ?? [];
  const isThere = functionFolders[folder]?.split(" ").includes(resource);
  const verbs: readonly string[] | null | undefined = isThere ? operations[resource]?.match(/(?<=^|;)\w+/g) : null;
  if (verbs?.includes(verb)) return;
  const known = verbs ? `; ${folder}/${resource} has ${verbs.join(", ")}` : "";
  throw new TypeError(`There is no Convex function "${name}"${known}. Functions of your own are called by reference`);
}

/** How Convex names a function; references, typed proxies among them, tell it under this symbol. */
function nameOf(fn: ConvexFunction<FunctionType>): string {
  const name: unknown = typeof fn === "string" ? fn : Reflect.get(fn, Symbol.for("functionName"));
  return asText(name) ?? "a Convex function";
}

/** Convex's own status for "the function threw"; the body says how. */
const functionFailedStatus = 560;
