import type { ConvexHttpClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { apiError } from "../errors";
import type { ConvexFunctions } from "../generated/convexFunctions";
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

export type ConvexArgs<Fn> = Fn extends keyof ConvexFunctions
  ? ConvexFunctions[Fn]["args"]
  : Fn extends FunctionReference<FunctionType>
    ? FunctionArgs<Fn>
    : never;

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
   * @throws ApiError with the same codes as REST; ConvexError when a function of your own throws other data.
   */
  query<Fn extends ConvexFunction<"query">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: ConvexCallOptions = {},
  ): Promise<ConvexResult<Fn>> {
    return this.#run("query", options, (client) => client.query(functionReference<"query">(fn), args));
  }

  /**
   * Runs a mutation. It is sent once, unless the server refused it before any effect (429, 503 with `Retry-After`).
   *
   * @throws As {@link ConvexDoor.query}.
   */
  mutation<Fn extends ConvexFunction<"mutation">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: ConvexCallOptions = {},
  ): Promise<ConvexResult<Fn>> {
    return this.#run("mutation", options, (client) =>
      client.mutation(functionReference<"mutation">(fn), args, { skipQueue: true }),
    );
  }

  /**
   * Runs an action. Sent once, like a mutation.
   *
   * @throws As {@link ConvexDoor.query}.
   */
  action<Fn extends ConvexFunction<"action">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: ConvexCallOptions = {},
  ): Promise<ConvexResult<Fn>> {
    return this.#run("action", options, (client) => client.action(functionReference<"action">(fn), args));
  }

  async #run<Result>(
    type: FunctionType,
    options: ConvexCallOptions,
    work: (client: ConvexHttpClient) => Promise<Result>,
  ): Promise<Result> {
    if (this.#url === undefined) throw new TypeError("portico.convex needs the option convexUrl, the deployment's URL");
    const transport = { headers: new Headers(), attempts: 0 };
    // Loaded when first used: programs that only speak REST do not carry it.
    const { ConvexHttpClient } = await import("convex/browser");
    const client = new ConvexHttpClient(this.#url, {
      skipConvexDeploymentUrlCheck: true,
      logger: false,
      fetch: async (input, init) => {
        const reply = await this.#engine.send(
          {
            operation: `convex.${type}`,
            method: "POST",
            url: input instanceof Request ? input.url : input.toString(),
            headers: Object.fromEntries(new Headers(init?.headers)),
            body: typeof init?.body === "string" ? init.body : undefined,
            repeatable: type === "query",
            credential: this.#credential,
            accepts: functionFailedStatus,
          },
          options,
        );
        transport.headers = reply.response.headers;
        transport.attempts = reply.attempts;
        return new Response(reply.text, { status: reply.response.status });
      },
    });
    try {
      return await work(client);
    } catch (error) {
      throw this.#typedError(error, transport);
    }
  }

  /** Turns a function's failure into the error its problem describes; anything else is passed on. */
  #typedError(error: unknown, transport: { headers: Headers; attempts: number }): unknown {
    if (transport.attempts === 0 || !isRecord(error)) return error;
    const context = { ...transport, clean: (text: string) => this.#engine.clean(text) };
    const problem = error["data"];
    if (isRecord(problem) && typeof problem["status"] === "number" && asText(problem["code"]))
      return apiError(problem["status"], problem, context);
    if (problem !== undefined) return error;
    // Convex hides the reason of an unexpected failure behind "[Request ID: …] Server Error".
    const message = asText(error["message"]) ?? "";
    const requestId = /\[Request ID: (\w+)\]/.exec(message)?.[1];
    // Convex refused the arguments before the function ran. Deployments that hide the reason do not say so.
    if (message.includes("Server Error\nArgumentValidationError: "))
      return apiError(400, { code: "validation_failed", message, requestId }, context);
    return apiError(500, { code: "internal", message, requestId }, context);
  }
}

/** Convex's own status for "the function threw"; the body says how. */
const functionFailedStatus = 560;
