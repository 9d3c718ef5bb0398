import { HostRefusal } from "./functionErrors";
import type { ConvexJsonObject } from "../values/convexJson";
import { canonicalFunctionPath } from "./functionTable";

const HANDLE_PREFIX = "function://root#";

/** A function handle: opaque to functions, stable for one function of the deployment. */
export function functionHandleOf(path: string): string {
  return HANDLE_PREFIX + path;
}

/**
 * The function path behind the address that convex/server puts into a syscall: `name` or `functionHandle`.
 *
 * @throws when the address leads into a component, which this host does not have, or is malformed
 */
export function resolveAddress(args: ConvexJsonObject): string {
  const { name, functionHandle, reference } = args;
  if (typeof name === "string") return canonicalFunctionPath(name);
  if (typeof functionHandle === "string") {
    if (functionHandle.startsWith(HANDLE_PREFIX)) return functionHandle.slice(HANDLE_PREFIX.length);
    throw new HostRefusal(`Not a function handle of this deployment: ${functionHandle}`);
  }
  throw new HostRefusal(`Components are not supported by this host: cannot resolve ${JSON.stringify(reference)}.`);
}
