import { problems } from "./problems";
import type { ProblemCode } from "./problems";

/**
 * Codes that name two situations: a revoked key is a 401 as the caller's own credential, and a conflict where it is what the
 * operation is about.
 */
type TargetCode = {
  [Code in ProblemCode]: (typeof problems)[Code] extends readonly [number, string, string, number] ? Code : never;
}[ProblemCode];

/** A problem as an operation declares it: a code with its own status, or with the one it has as the target of the operation. */
export type DeclaredProblem = ProblemCode | { readonly target: TargetCode };

/** The code and the status of a declared problem. */
export function codeAndStatus(declared: DeclaredProblem): readonly [code: ProblemCode, status: number] {
  if (typeof declared === "string") return [declared, problems[declared][0]];
  return [declared.target, problems[declared.target][3]];
}
