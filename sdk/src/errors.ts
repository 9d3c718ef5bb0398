import type { MethodOperations, OperationProblems, ProblemStatuses } from "./generated/problems";
import { asText, excerpt, isRecord } from "./runtime/json";

/** One invalid field of a request: a JSON pointer (RFC 6901) into the body, a stable code and a sentence. */
export interface FieldProblem {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** The facts that every error of this package carries. `status` and `headers` exist when a response was received. */
export interface ErrorFacts {
  readonly code: string;
  readonly title: string;
  readonly status?: number | undefined;
  readonly type?: string | undefined;
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldProblem[] | undefined;
  readonly requestId?: string | undefined;
  readonly headers?: Headers | undefined;
  readonly attempts?: number | undefined;
  readonly retryable?: boolean | undefined;
  readonly operation?: string | undefined;
  readonly route?: string | undefined;
  readonly cause?: unknown;
}

/** What an error has of its facts, `cause` aside. */
const shown = [
  "operation",
  "route",
  "status",
  "code",
  "type",
  "title",
  "detail",
  "errors",
  "requestId",
  "headers",
  "attempts",
  "retryable",
] as const;

/** A problem code the API documents; other strings are allowed because servers may be newer than this package. */
export type ProblemCode = keyof ProblemStatuses;

/**
 * Base class of everything this package throws on purpose.
 *
 * @example
 * try {
 *   await portico.schedules.activate(id);
 * } catch (error) {
 *   if (error instanceof PorticoError) console.error(error.code, error.requestId, error.attempts);
 * }
 */
export class PorticoError extends Error {
  // A literal, because class names do not survive minifiers.
  override readonly name: string = "PorticoError";
  /** The method that was called: `schedules.get`, or the name of a Convex function. */
  declare readonly operation: string | undefined;
  /** What it requests, without ids: `GET /v1/schedules/{id}`. */
  declare readonly route: string | undefined;
  /** HTTP status, when a response was received. */
  declare readonly status: number | undefined;
  /** Stable, machine-readable name of the problem, for example `invalid_state_transition`. */
  declare readonly code: string;
  /** URL of the page that explains the problem (RFC 9457 `type`). */
  declare readonly type: string | undefined;
  declare readonly title: string;
  declare readonly detail: string | undefined;
  declare readonly errors: readonly FieldProblem[];
  /** The server's `X-Request-Id`: what to quote to support. */
  declare readonly requestId: string | undefined;
  /** Response headers, when a response was received. */
  declare readonly headers: Headers | undefined;
  /** Requests sent, the first one included; 0 when none left this process. */
  declare readonly attempts: number;
  /** The problem itself says that repeating the request may help (extension member `retryable`). */
  declare readonly retryable: boolean;
  readonly #again: (facts: Told) => PorticoError;

  constructor(facts: ErrorFacts) {
    const { cause } = facts;
    super(messageOf(facts), cause === undefined ? undefined : { cause });
    const ErrorClass = new.target;
    this.#again = (told) => new ErrorClass({ ...facts, ...told });
    const given: ErrorFacts = { errors: [], attempts: 0, retryable: false, ...facts };
    // By name, since whoever tells of a call may know more of it than an error shows, its query for one.
    for (const name of shown) Object.assign(this, { [name]: given[name] });
  }

  /**
   * The same error as one call tells it. A new one, because calls that share a token request share its failure, and
   * because an error made where the caller awaits has the caller in its stack.
   *
   * @internal
   */
  retold(told: Told): PorticoError {
    return this.#again(told);
  }
}

/** Which call an error belongs to. */
export interface Place {
  readonly operation: string;
  readonly route: string;
}

type Told = Partial<Place> & Pick<ErrorFacts, "attempts">;

/**
 * The error that a failed call throws: an error of this package names the call, unless it names one already. Others stay
 * as they are.
 */
export function placed(error: unknown, place: Place): unknown {
  return error instanceof PorticoError && error.operation === undefined ? error.retold(place) : error;
}

function messageOf({ title, detail, operation, route }: ErrorFacts): string {
  // A detail may say no more than the title of its kind does.
  const said = detail === undefined || withoutStop(detail) === withoutStop(title) ? title : `${title}: ${detail}`;
  if (operation === undefined) return said;
  return `${said} (${operation === route ? operation : `${operation}, ${route}`})`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

/** No usable response: DNS, TCP or TLS failed, or the connection broke while the body was read. */
export class ConnectionError extends PorticoError {
  override readonly name = "ConnectionError";
}

/** The time limit of the call or of one attempt passed, reading the body included; `detail` says which one and where. */
export class TimeoutError extends PorticoError {
  override readonly name = "TimeoutError";
}

/** The caller's `AbortSignal` fired. */
export class AbortedError extends PorticoError {
  override readonly name = "AbortedError";
}

/** There is no credential to send, or none of a kind that can be used there; nothing was sent. `detail` says what to do. */
export class CredentialError extends PorticoError {
  override readonly name = "CredentialError";
}

/** The token belongs to another organization than the client; nothing was sent. */
export class TenantMismatchError extends PorticoError {
  override readonly name = "TenantMismatchError";
}

/** Known to every copy of this package in a process: `instanceof` fails between its ESM and its CommonJS build. */
const apiErrorMark = Symbol.for("portico.ApiError");

/** The server answered with an error status. */
export class ApiError extends PorticoError {
  override readonly name: string = "ApiError";
  declare readonly status: number;

  /** @internal */
  get [apiErrorMark](): true {
    return true;
  }
}

/** 400: the request has no valid form; `errors` names the fields at fault. */
export class BadRequestError extends ApiError {
  override readonly name = "BadRequestError";
}
/** 401: the credential is missing, unknown, expired or revoked. */
export class AuthenticationError extends ApiError {
  override readonly name = "AuthenticationError";
}
/** 403: the caller is known and may not do this. */
export class PermissionError extends ApiError {
  override readonly name = "PermissionError";
}
/** 404: there is no such row, or it belongs to another organization. */
export class NotFoundError extends ApiError {
  override readonly name = "NotFoundError";
}
/** 409: the row's state or another row forbids it, such as a name that is taken. */
export class ConflictError extends ApiError {
  override readonly name = "ConflictError";
}
/** 410: what was named has ended for good, such as an enrolment token that has expired. */
export class GoneError extends ApiError {
  override readonly name = "GoneError";
}
/** 412: the row has changed since the entity tag in `If-Match` was read; read it again. */
export class PreconditionFailedError extends ApiError {
  override readonly name = "PreconditionFailedError";
}
/** 422: the form is right and the values are not, such as a reference to a missing row. */
export class UnprocessableError extends ApiError {
  override readonly name = "UnprocessableError";
}
/** 429: too many requests; `headers` has the server's `Retry-After` where it sent one. */
export class RateLimitError extends ApiError {
  override readonly name = "RateLimitError";
}
/** 5xx: the server failed; the request may or may not have had an effect. */
export class ServerError extends ApiError {
  override readonly name = "ServerError";
}

const classByStatus: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  410: GoneError,
  412: PreconditionFailedError,
  422: UnprocessableError,
  429: RateLimitError,
};

/** Where an error body came from, and what removes credentials from its texts. */
export interface ErrorContext {
  readonly headers?: Headers;
  readonly attempts: number;
  readonly clean: (text: string) => string;
}

/**
 * Builds the error class of a status from a parsed body: RFC 9457 problem details, RFC 6749 token errors
 * (`error`, `error_description`) or Convex transport errors (`code`, `message`).
 */
export function apiError(status: number, body: unknown, context: ErrorContext): ApiError {
  const problem = isRecord(body) ? body : {};
  const { headers, attempts, clean } = context;
  const read = (source: Record<string, unknown>, ...names: string[]) => {
    const text = names.map((name) => asText(source[name])).find((value) => value !== undefined);
    return text === undefined ? undefined : clean(text);
  };
  const errors = Array.isArray(problem["errors"]) ? problem["errors"].filter(isRecord) : [];
  const ErrorClass = classByStatus[status] ?? (status >= 500 ? ServerError : ApiError);
  return new ErrorClass({
    status,
    code: read(problem, "code", "error") ?? `http_${status}`,
    type: read(problem, "type"),
    title: read(problem, "title") ?? `The server answered ${status}`,
    detail: read(problem, "detail", "error_description", "message") ?? quotation(body, clean),
    errors: errors.map((field) => ({
      pointer: read(field, "pointer") ?? "",
      code: read(field, "code") ?? "",
      message: read(field, "message") ?? "",
    })),
    requestId: headers?.get("x-request-id") ?? read(problem, "requestId"),
    headers,
    attempts,
    retryable: problem["retryable"] === true,
  });
}

/** The start of a body that is not a problem, such as a proxy's page. Its text is often the only clue. */
function quotation(body: unknown, clean: (text: string) => string): string | undefined {
  if (isRecord(body) && asText(body["title"]) !== undefined) return undefined;
  const text = asText(body) ?? JSON.stringify(body) ?? "";
  return excerpt(clean(text));
}

/** A method of the SDK as errors name it: `schedules.activate`. */
export type MethodName = keyof MethodOperations;

type ProblemsByStatus<Method extends MethodName> = OperationProblems[MethodOperations[Method]];

/** The errors that the API documents for one method, told apart by `code`. A newer server may know more codes. */
export type ProblemOf<Method extends MethodName> = {
  [Status in keyof ProblemsByStatus<Method>]: ProblemsByStatus<Method>[Status] extends infer Code
    ? Code extends string
      ? ApiError & { readonly code: Code; readonly status: Status }
      : never
    : never;
}[keyof ProblemsByStatus<Method>];

/** True of an error of the API, whichever entry, build or copy of the package has made it. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && apiErrorMark in error;
}

/**
 * Narrows an unknown error to the API error of one problem code, or to those of one method.
 *
 * @param error - Whatever was caught.
 * @param code - A code the API documents, or a method such as `schedules.activate`; the editor completes both.
 * @returns True when the server answered with that code, or the method was refused, over REST or through the Convex door.
 * @example
 * try {
 *   await portico.schedules.activate(id);
 * } catch (error) {
 *   if (isProblem(error, "invalid_state_transition")) return; // error.status is 409
 *   if (isProblem(error, "schedules.activate")) console.error(error.code); // one of the codes of this method
 *   throw error;
 * }
 */
export function isProblem<Code extends ProblemCode>(
  error: unknown,
  code: Code,
): error is ApiError & { readonly code: Code; readonly status: ProblemStatuses[Code] };
export function isProblem<Method extends MethodName>(error: unknown, method: Method): error is ProblemOf<Method>;
export function isProblem(error: unknown, codeOrMethod: string): boolean {
  if (!isApiError(error)) return false;
  const code: unknown = Reflect.get(error, "code");
  const operation = asText(Reflect.get(error, "operation")) ?? "";
  // Of a Convex function `workspace/schedules:activate` is what is called `schedules.activate` here; no code has a dot.
  return [code, operation.replace(/^.*\//, "").replace(":", ".")].includes(codeOrMethod);
}
