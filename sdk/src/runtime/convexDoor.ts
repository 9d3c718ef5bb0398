import type { ConvexHttpClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType, PaginationResult } from "convex/server";
import { apiError, type Place, placed } from "../errors";
import type { ConvexFunctions } from "../generated/convexFunctions";
import { functionFolders, operations } from "../generated/operations";
import { clientHeader } from "./clientHeader";
import type { TokenSource } from "./credential";
import type { Outcome } from "./call";
import type { Engine, Reply, RequestOptions } from "./engine";
import { asText, isRecord } from "./json";
import { functionReference } from "./functionReference";
import { ListCall, type Page } from "./listCall";
import { LiveQueries, type SubscribeOptions } from "./liveQueries";

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

/** Names of the deployment's lists: queries that answer a page. */
export type ConvexListName = {
  [Name in ConvexFunctionName<"query">]: ConvexFunctions[Name]["result"] extends PaginationResult<unknown>
    ? Name
    : never;
}[ConvexFunctionName<"query">];

/** The rows of a list's page. */
export type ConvexRow<Fn> = ConvexResult<Fn> extends PaginationResult<infer Row> ? Row : never;

/** Options of {@link ConvexDoor.paginate}. */
export type PaginateOptions = ConvexCallOptions & {
  /** Rows a page. Default 25. */
  readonly numItems?: number | undefined;
  /** Where to resume: the `cursor` of an earlier call, or a page's `nextCursor`. */
  readonly cursor?: string | undefined;
};

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
  #live: LiveQueries | undefined;

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
  async query<Fn extends ConvexFunction<"query">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: ConvexCallOptions = {},
  ): Promise<ConvexResult<Fn>> {
    const work = (client: ConvexHttpClient) => client.query(functionReference<"query">(fn), args);
    return (await this.#run("query", fn, options, work)).data;
  }

  /**
   * Runs a list page by page, as the lists of REST are iterated: `for await` for its rows, `pages()`, `toArray()`, `cursor`.
   *
   * @throws {ApiError} with the same codes as REST; {ConvexError} when a function of your own throws other data.
   * @example
   * for await (const schedule of portico.convex.paginate("workspace/schedules:list", { organizationId })) console.log(schedule.title);
   */
  paginate<Fn extends ConvexListName | FunctionReference<"query">>(
    fn: Fn,
    args: Omit<ConvexArgs<Fn>, "paginationOpts">,
    { numItems = 25, cursor: from, ...options }: PaginateOptions = {},
  ): ListCall<ConvexRow<Fn>> {
    const page = async (cursor: string | undefined): Promise<Outcome<Page<ConvexRow<Fn>>>> => {
      const paginationOpts = { numItems, cursor: cursor ?? null };
      const { data, reply } = await this.#run("query", fn, options, (client) =>
        client.query(functionReference<"query">(fn), { ...args, paginationOpts }),
      );
      return { data: restPage<ConvexRow<Fn>>(data, numItems), reply };
    };
    return new ListCall(placeOf("query", fn), page, from);
  }

  /**
   * Follows a query: yields its value, and another one whenever it changes. Ends by `break`, by the signal or by an error. One
   * WebSocket serves all subscriptions; it is opened with the first and closed with the last.
   *
   * @throws {ApiError} with the same codes as REST; {AbortedError} by the signal; {TimeoutError} when no first value comes.
   * @example
   * for await (const schedule of portico.convex.subscribe("workspace/schedules:get", { scheduleId })) render(schedule);
   */
  async *subscribe<Fn extends ConvexFunction<"query">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: SubscribeOptions = {},
  ): AsyncGenerator<ConvexResult<Fn>, void, undefined> {
    const url = this.#checked(fn);
    const live = (this.#live ??= new LiveQueries(url, this.#credential));
    try {
      yield* live.values(functionReference<"query">(fn), args, options, (error) => this.#typedError(error));
    } catch (error) {
      throw placed(error, placeOf("query", fn));
    }
  }

  /**
   * Runs a mutation. It is sent once, unless the server refused it before any effect (429, 503 with `Retry-After`).
   *
   * @throws {ApiError | ConvexError} as {@link ConvexDoor.query} does.
   */
  async mutation<Fn extends ConvexFunction<"mutation">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: ConvexCallOptions = {},
  ): Promise<ConvexResult<Fn>> {
    const work = (client: ConvexHttpClient) =>
      client.mutation(functionReference<"mutation">(fn), args, { skipQueue: true });
    return (await this.#run("mutation", fn, options, work)).data;
  }

  /**
   * Runs an action. Sent once, like a mutation.
   *
   * @throws {ApiError | ConvexError} as {@link ConvexDoor.query} does.
   */
  async action<Fn extends ConvexFunction<"action">>(
    fn: Fn,
    args: ConvexArgs<Fn>,
    options: ConvexCallOptions = {},
  ): Promise<ConvexResult<Fn>> {
    const work = (client: ConvexHttpClient) => client.action(functionReference<"action">(fn), args);
    return (await this.#run("action", fn, options, work)).data;
  }

  /** @throws {TypeError} when there is no deployment to call, or no such function. */
  #checked(fn: ConvexFunction<FunctionType>): string {
    if (this.#url === undefined) throw new TypeError("portico.convex needs the option convexUrl, the deployment's URL");
    if (typeof fn === "string") assertKnown(fn);
    return this.#url;
  }

  async #run<Result>(
    type: FunctionType,
    fn: ConvexFunction<FunctionType>,
    options: ConvexCallOptions,
    work: (client: ConvexHttpClient) => Promise<Result>,
  ): Promise<Outcome<Result>> {
    const url = this.#checked(fn);
    const place = placeOf(type, fn);
    let reply: Reply | undefined;
    // Loaded when first used: programs that only speak REST do not carry it.
    const { ConvexHttpClient } = await import("convex/browser");
    const client = new ConvexHttpClient(url, {
      skipConvexDeploymentUrlCheck: true,
      logger: false,
      fetch: async (input, init) => {
        reply = await this.#engine.send(
          {
            operation: place.operation,
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
        return new Response(reply.body, { status: reply.response.status });
      },
    });
    try {
      const data = await work(client);
      if (!reply) throw new TypeError("Convex's client answered without a request");
      return { data, reply };
    } catch (error) {
      // Made here, where the caller's own await is one step away: see Call.
      throw placed(reply ? this.#typedError(error, reply) : error, place);
    }
  }

  /** Turns a function's failure into the error its problem describes; anything else is passed on. */
  #typedError(error: unknown, reply?: Reply): unknown {
    if (!isRecord(error)) return error;
    const headers = reply?.response.headers;
    const clean = (text: string) => this.#engine.clean(text);
    const context = { ...(headers ? { headers } : {}), attempts: reply?.attempts ?? 1, clean };
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

function placeOf(type: FunctionType, fn: ConvexFunction<FunctionType>): Place {
  return { operation: nameOf(fn), route: `POST /api/${type}` };
}

/** Convex's page as the page of a list over REST. */
function restPage<Row>({ page, isDone, continueCursor }: PaginationResult<Row>, limit: number): Page<Row> {
  return { data: page, page: { nextCursor: isDone ? null : continueCursor, hasMore: !isDone, limit } };
}

/** How Convex names a function; references, typed proxies among them, tell it under this symbol. */
function nameOf(fn: ConvexFunction<FunctionType>): string {
  const name: unknown = typeof fn === "string" ? fn : Reflect.get(fn, Symbol.for("functionName"));
  return asText(name) ?? "a Convex function";
}

/** Convex's own status for "the function threw"; the body says how. */
const functionFailedStatus = 560;
