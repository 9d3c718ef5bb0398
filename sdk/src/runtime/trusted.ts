import type { FunctionReference } from "convex/server";
import { isRecord } from "./json";
import type { Page } from "./listCall";

/**
 * Takes an answer for a page.
 *
 * @throws TypeError when it does not have the shape every list of the API has, as when a proxy answered instead.
 */
export function pageOf(data: unknown): Page<unknown> {
  const page = isRecord(data) && isRecord(data["page"]) ? data["page"] : {};
  const { nextCursor, hasMore, limit } = page;
  if (!isRecord(data) || !Array.isArray(data["data"]) || typeof hasMore !== "boolean")
    throw new TypeError("The answer is not a page");
  return {
    data: data["data"],
    page: {
      hasMore,
      nextCursor: typeof nextCursor === "string" ? nextCursor : null,
      limit: typeof limit === "number" ? limit : data["data"].length,
    },
  };
}

/**
 * A function name as the reference that ConvexHttpClient wants. Its `getFunctionName` takes plain strings at run time;
 * only its types do not, and building a real reference would pull `convex/server` into every bundle.
 */
export function functionReference<Type extends "query" | "mutation" | "action">(
  fn: string | FunctionReference<Type>,
): FunctionReference<Type> {
  return fn as FunctionReference<Type>;
}
