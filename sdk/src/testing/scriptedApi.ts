import type { FieldProblem, ProblemCode } from "../errors";
import { asText, isRecord } from "../runtime/json";
import type { AnswerOf, OperationName, RowOf } from "./operationNames";
import { type OperationSample, samples } from "./samples";

/** A request that the program under test has sent. */
export interface ScriptedRequest {
  /** The SDK's method that sends it; undefined for a path of no operation. */
  readonly operation: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

/** How often a scripted answer is given, once unless told, and with which headers. */
export interface ScriptedAnswer {
  readonly times?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What a refusal says beside its code. */
export interface ScriptedRefusal extends ScriptedAnswer {
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldProblem[] | undefined;
}

type Respond = (request: ScriptedRequest, signal: AbortSignal | undefined) => Response | Promise<Response>;

interface Step {
  readonly respond: Respond;
  timesLeft: number;
}

const defaultLimit = 25;

/**
 * An API without a server, for tests: its `fetch` answers every operation as the example of the document shows, or as the test says.
 *
 * @example
 * const api = new ScriptedApi();
 * api.answer("schedules.get", { title: "Patch day" }).refuse("schedules.activate", "invalid_state_transition");
 * const portico = new Portico({ baseUrl: "https://portico.test", apiKey: "sk_test_scripted", fetch: api.fetch });
 * await runMyProgram(portico);
 * expect(api.requests.map(({ operation }) => operation)).toEqual(["schedules.get", "schedules.activate"]);
 */
export class ScriptedApi {
  /** What was requested, in the order of it. */
  readonly requests: ScriptedRequest[] = [];
  readonly #steps = new Map<string, Step[]>();

  /** For the option `fetch` of a client. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const sent = new Request(input, init);
    const { pathname, searchParams } = new URL(sent.url);
    const operation = operationOf(sent.method, pathname);
    const text = await sent.text();
    const request = {
      operation,
      method: sent.method,
      path: pathname,
      query: searchParams,
      headers: sent.headers,
      body: parsedBody(text),
    };
    this.requests.push(request);
    if (operation === undefined) return problemResponse("not_found", 404, { detail: "There is nothing at this path." });
    const step = this.#steps.get(operation)?.find(({ timesLeft }) => timesLeft > 0);
    if (step) step.timesLeft -= 1;
    const response = await (step?.respond ?? exampleOf(operation))(request, init?.signal ?? undefined);
    const isDryRun = sent.headers.get("portico-dry-run") === "true" && response.ok;
    if (isDryRun) response.headers.set("portico-dry-run", "true");
    return response;
  };

  /** The next call of the operation is answered with the example of the document, changed as given. */
  answer<Name extends OperationName>(
    operation: Name,
    changes: Partial<AnswerOf<Name>> = {},
    how: ScriptedAnswer = {},
  ): this {
    return this.#script(operation, how, () => exampleResponse(sampleOf(operation), changes, how.headers));
  }

  /** From now on the list has these rows, each an example of the document changed as given, and pages through them. */
  rows<Name extends OperationName>(operation: Name, rows: readonly Partial<RowOf<Name>>[]): this {
    const sample = sampleOf(operation);
    const example = answerOf(sample);
    const [first] = Array.isArray(example["data"]) ? example["data"] : [];
    if (!isRecord(example["page"]) || !isRecord(first)) throw new TypeError(`${operation} is no list`);
    const all = rows.map((row) => ({ ...first, ...row }));
    return this.#script(operation, { times: Number.POSITIVE_INFINITY }, ({ query }) => {
      const from = Number(query.get("cursor") ?? 0);
      const limit = Number(query.get("limit") ?? defaultLimit);
      const hasMore = from + limit < all.length;
      const page = { nextCursor: hasMore ? String(from + limit) : null, hasMore, limit };
      return Response.json({ data: all.slice(from, from + limit), page }, { headers: headersOf() });
    });
  }

  /**
   * The next call of the operation is refused.
   *
   * @throws {TypeError} when the operation is never refused with that code.
   */
  refuse(operation: OperationName, code: ProblemCode, how: ScriptedRefusal = {}): this {
    const codes = samples().refusals[sampleOf(operation).refusals] ?? {};
    const [status] = Object.entries(codes).find(([, of]) => of.includes(code)) ?? [];
    if (status === undefined) {
      const known = Object.values(codes).flat().sort().join(", ");
      throw new TypeError(`${operation} is never refused with ${code}; its codes are ${known}`);
    }
    return this.#script(operation, how, () => problemResponse(code, Number(status), how));
  }

  /** The next call of the operation gets no answer: the network fails, or nothing comes until the caller gives up. */
  lose(operation: OperationName, how: ScriptedAnswer & { readonly silently?: boolean | undefined } = {}): this {
    return this.#script(operation, how, (_request, signal) => {
      if (!how.silently) throw new TypeError("fetch failed");
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(new DOMException("Aborted", "AbortError")), { once: true });
      });
    });
  }

  #script(operation: string, { times = 1 }: ScriptedAnswer, respond: Respond): this {
    sampleOf(operation);
    this.#steps.set(operation, [...(this.#steps.get(operation) ?? []), { respond, timesLeft: times }]);
    return this;
  }
}

function sampleOf(operation: string): OperationSample {
  const sample = samples().operations[operation];
  if (!sample) throw new TypeError(`There is no operation ${operation}`);
  return sample;
}

/** The operation at a path; a path without ids is more than one with. */
function operationOf(method: string, path: string): string | undefined {
  const matching = Object.entries(samples().operations).filter(([, { route }]) => {
    const [of = "", pattern = ""] = route.split(" ");
    return of === method && new RegExp(`^${pattern.replaceAll("{}", "[^/]+")}$`).test(path);
  });
  const ids = ([, { route }]: (typeof matching)[number]) => route.split("{}").length;
  return matching.sort((a, b) => ids(a) - ids(b))[0]?.[0];
}

function exampleOf(operation: string): Respond {
  return () => exampleResponse(sampleOf(operation), {});
}

function exampleResponse(sample: OperationSample, changes: object, headers?: ScriptedAnswer["headers"]): Response {
  const init = { status: sample.status, headers: headersOf(headers) };
  if (sample.answer === undefined) return new Response(sample.status === 204 ? null : "", init);
  const example = answerOf(sample);
  // The example of a page tells of a next one, which would never end.
  const ended = isRecord(example["page"]) ? { page: { ...example["page"], nextCursor: null, hasMore: false } } : {};
  return Response.json({ ...example, ...ended, ...changes }, init);
}

function answerOf({ answer }: OperationSample): Readonly<Record<string, unknown>> {
  const example = answer === undefined ? undefined : samples().answers[answer];
  return isRecord(example) ? example : {};
}

function problemResponse(code: string, status: number, { detail, errors, headers }: ScriptedRefusal): Response {
  const problem = { ...samples().problems[`${code} ${status}`], code, status };
  const told = { ...problem, ...(detail === undefined ? {} : { detail }), ...(errors === undefined ? {} : { errors }) };
  return Response.json(told, {
    status,
    headers: headersOf({ "content-type": "application/problem+json", ...headers }),
  });
}

function headersOf(given: ScriptedAnswer["headers"] = {}): Headers {
  return new Headers({ "x-request-id": "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c", ...given });
}

function parsedBody(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return asText(text);
  }
}
