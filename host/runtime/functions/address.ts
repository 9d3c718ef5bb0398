import { HostRefusal } from "./errors";
import type { ConvexJsonObject } from "../../values/convexJson";
import type { FunctionHandles } from "./handles";
import { canonicalFunctionPath } from "./registry";

const componentSeparator = ";";
const childReference = "_reference/childComponent/";

/** Where a function lives: its component, empty for the app, and `module:export` within it. */
export interface FunctionAddress {
  readonly componentPath: string;
  readonly functionPath: string;
}

/** What the calling component can reach. */
export interface AddressScope {
  readonly componentPath: string;
  readonly handles: FunctionHandles;
  /** Every component with its functions, the app under the empty path. */
  readonly components: ReadonlyMap<string, { readonly functions: ReadonlyMap<string, { readonly isPublic: boolean }> }>;
}

/** An address as text: `module:export` in the app, `component/path;module:export` in a component. */
export function addressText({ componentPath, functionPath }: FunctionAddress): string {
  // No function's path contains the separator; one that does must not be read as another component's.
  const isPlain = componentPath === "" && !functionPath.includes(componentSeparator);
  return isPlain ? functionPath : componentPath + componentSeparator + functionPath;
}

/** Reads {@link addressText}; a path without a component belongs to `defaultComponentPath`. */
export function parseAddress(text: string, defaultComponentPath = ""): FunctionAddress {
  const separatorAt = text.indexOf(componentSeparator);
  return separatorAt === -1
    ? { componentPath: defaultComponentPath, functionPath: text }
    : { componentPath: text.slice(0, separatorAt), functionPath: text.slice(separatorAt + 1) };
}

/** An address as seen from a component, without the component's own path. Reads back with {@link parseAddress}. */
export function relativeAddressText({ componentPath, functionPath }: FunctionAddress, from: string): string {
  return componentPath === from ? functionPath : componentPath + componentSeparator + functionPath;
}

/**
 * The function behind the address that convex/server puts into a syscall: `name` (of the calling component),
 * `functionHandle`, or `reference` (a public function of a child component).
 *
 * @throws {HostRefusal} with Convex's texts when a child or its export does not exist, or the handle is not genuine
 */
export function resolveAddress(args: ConvexJsonObject, scope: AddressScope): FunctionAddress {
  const { name, functionHandle, reference } = args;
  if (typeof name === "string")
    return { componentPath: scope.componentPath, functionPath: canonicalFunctionPath(name) };
  if (typeof functionHandle === "string") return parseAddress(scope.handles.addressOf(functionHandle));
  if (typeof reference === "string" && reference.startsWith(childReference))
    return resolveChildReference(reference.slice(childReference.length).split("/"), scope);
  throw new HostRefusal(`Invalid function reference: ${JSON.stringify(reference ?? null)}.`);
}

/** `1.0/createFunctionHandle`. @throws {HostRefusal} when the function does not exist */
export function createFunctionHandle(args: ConvexJsonObject, scope: AddressScope): string {
  const { componentPath, functionPath } = resolveAddress(args, scope);
  if (scope.components.get(componentPath)?.functions.has(functionPath) !== true)
    throw new HostRefusal("Function handle not found");
  return scope.handles.handleOf(addressText({ componentPath, functionPath }));
}

function resolveChildReference(
  [childName = "", ...parts]: readonly string[],
  { componentPath: parentPath, components }: AddressScope,
): FunctionAddress {
  const componentPath = parentPath === "" ? childName : `${parentPath}/${childName}`;
  const child = components.get(componentPath);
  if (child === undefined) throw new HostRefusal(`Child component ${JSON.stringify(childName)} not found`);
  const functionPath = `${parts.slice(0, -1).join("/")}:${parts.at(-1) ?? ""}`;
  if (child.functions.get(functionPath)?.isPublic !== true)
    throw new HostRefusal(`Child component ${JSON.stringify(childName)} does not export ${JSON.stringify(parts)}`);
  return { componentPath, functionPath };
}
