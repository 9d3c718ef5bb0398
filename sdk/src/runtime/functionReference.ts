import type { FunctionReference } from "convex/server";

/**
 * A function name as the reference that ConvexHttpClient wants. Its `getFunctionName` takes plain strings at run time;
 * only its types do not, and building a real reference would pull `convex/server` into every bundle.
 */
export function functionReference<Type extends "query" | "mutation" | "action">(
  fn: string | FunctionReference<Type>,
): FunctionReference<Type> {
  return fn as FunctionReference<Type>;
}
