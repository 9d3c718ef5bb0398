import { anyApi } from "convex/server";
import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as files from "./files";
import type * as messages from "./messages";
import type * as scheduler from "./scheduler";
import type * as tasks from "./tasks";

type FunctionType = "query" | "mutation" | "action";
type FullApi = ApiFromModules<{
  messages: typeof messages;
  files: typeof files;
  scheduler: typeof scheduler;
  tasks: typeof tasks;
}>;

// What the official code generation writes into _generated/api.
export const api = fullApi();
export const internal = fullInternalApi();

/** anyApi makes a reference of every path; the modules' own types say which of them exist. */
function fullApi(): FilterApi<FullApi, FunctionReference<FunctionType>> {
  return anyApi as unknown as FilterApi<FullApi, FunctionReference<FunctionType>>;
}

/** The same guarantee as above. */
function fullInternalApi(): FilterApi<FullApi, FunctionReference<FunctionType, "internal">> {
  return anyApi as unknown as FilterApi<FullApi, FunctionReference<FunctionType, "internal">>;
}
