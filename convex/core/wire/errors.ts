import { env } from "../../_generated/server";
import { ConvexError } from "convex/values";
import type { Value } from "convex/values";
import { codeAndStatus } from "./declaredProblems";
import { problems } from "./problems";
import type { DeclaredProblem } from "./declaredProblems";
import type { ProblemCode } from "./problems";
import type { Quota } from "./rateLimits";

/** One fault inside a request: where (RFC 6901 JSON Pointer into the flat input), a stable code, and what to change. */
export type ProblemFault = {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
};

/** RFC 9457 problem details; the same object over REST and in `ConvexError.data`. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly requestId?: string;
  readonly errors?: ProblemFault[];
  /** With 429: when the same request may succeed, and the quotas that it exceeded. */
  readonly retryAfterSeconds?: number;
  readonly "violated-policies"?: string[];
};

/** Types that are registered for what a code says (RFC 9457, 4.2); the page of the code names them. */
const registeredTypes = new Map<ProblemCode, string>([
  ["rate_limited", "https://iana.org/assignments/http-problem-types#quota-exceeded"],
]);

/** The type of a code's problems: the page that explains it on the deployment at `origin`, or the registered one. */
export function typeOfProblem(code: ProblemCode, origin: string): string {
  return registeredTypes.get(code) ?? `${origin}/problems/${code}`;
}

/** The problem that is declared as `declared`. */
export function problemOf(declared: DeclaredProblem, detail: string, errors?: readonly ProblemFault[]): Problem {
  const [code, status] = codeAndStatus(declared);
  const title = problems[code][1];
  const type = typeOfProblem(code, env["CONVEX_SITE_URL"] ?? "");
  return errors ? { type, title, status, detail, code, errors: [...errors] } : { type, title, status, detail, code };
}

/** What a refusal leaves behind once its transaction is rolled back; see `deferredWrites`. */
export type Denial = { readonly [key: string]: Value | undefined };

/** Thrown anywhere in the engine or a handler; every door turns it into its own form of the problem. */
export class ProblemError extends ConvexError<Problem> {
  override readonly name = "ProblemError";
  /** Set by the permission phase: the audit row that the gateway writes afterwards. Never part of the answer. */
  denial: Denial | undefined;
  /** The organization that the request acts in, once that is known. Never part of the answer's body. */
  organizationId: string | undefined;
  /** Set once the caller's organization is known: what the request log is to show. Never part of the answer. */
  logged: Denial | undefined;

  constructor(
    declared: DeclaredProblem,
    detail: string,
    errors?: readonly ProblemFault[],
    further?: Pick<Problem, "retryAfterSeconds" | "violated-policies">,
  ) {
    super({ ...problemOf(declared, detail, errors), ...further });
  }

  /** Which entry of `problems` this is: status, title and remedy follow from it. */
  get code(): ProblemCode {
    return this.data.code;
  }
}

/** The one answer for a missing row and for a row of another organization. */
export function notFound(noun: string): ProblemError {
  return new ProblemError("not_found", `There is no such ${noun}.`);
}

/** A quota that is used up, as a 429 that says when there will be some of it again. */
export function rateLimited({ name, limit, windowSeconds }: Quota, retryAfterMs: number): ProblemError {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const detail = `At most ${limit} requests in ${windowSeconds} s (${name}); the next may be sent in ${retryAfterSeconds} s.`;
  return new ProblemError("rate_limited", detail, undefined, { retryAfterSeconds, "violated-policies": [name] });
}

/** A single faulty field as a 400 with its pointer. */
export function invalidField(pointer: string, code: string, message: string): ProblemError {
  return new ProblemError("validation_failed", message, [{ pointer, code, message }]);
}

/** What the gateway calls: problems leave as ConvexError with what they leave behind beside them, so that the transaction is rolled back. */
export async function withProblemsAsData<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { data, denial, logged, organizationId } = error;
    throw new ConvexError({
      problem: data,
      ...(denial ? { denial } : {}),
      ...(logged ? { logged } : {}),
      ...(organizationId === undefined ? {} : { organizationId }),
    });
  }
}

/** A refusal as the gateway reads it. */
interface Failure {
  readonly problem?: Problem;
  readonly denial?: Denial;
  readonly logged?: Denial;
  readonly organizationId?: string;
}

/**
 * What an error of the engine says, from this side of a function border or the other: the REST entries wrap a problem with what
 * it leaves behind, every other function throws the problem itself. Empty for every other error.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof ProblemError) {
    const { data: problem, denial, logged } = error;
    return { problem, ...(denial ? { denial } : {}), ...(logged ? { logged } : {}) };
  }
  if (!(error instanceof ConvexError)) return {};
  const data: unknown = error.data;
  return isProblem(data) ? { problem: data } : Object(data);
}

/** Problems alone carry one of the problem codes at their root. */
function isProblem(data: unknown): data is Problem {
  if (typeof data !== "object" || data === null || !("code" in data)) return false;
  return typeof data.code === "string" && Object.hasOwn(problems, data.code);
}
