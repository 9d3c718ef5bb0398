import { parseJsonObject } from "../../json";
import { createFunctionHandle } from "./address";
import type { AddressScope } from "./address";
import type { CallContext } from "./frames";

/** What a frame knows that answers the syscalls which queries, mutations and actions have in common. */
export interface CommonSyscallFrame {
  readonly componentPath: string;
  /** The function's name in its metadata. */
  readonly functionName: string;
  readonly call: CallContext;
  /** What `getDeploymentMetadata` answers as the name. */
  readonly deploymentName: string;
  /** What a handle's address is resolved against. */
  readonly addressScope: AddressScope;
  /** Writes a line to the deployment's log. */
  log(line: string): void;
}

/**
 * Answers a syscall whose answer does not depend on what kind of function asks.
 *
 * @returns the answer as JSON text, or undefined when the syscall is none of these
 */
export function commonSyscall(operation: string, argsText: string, frame: CommonSyscallFrame): string | undefined {
  switch (operation) {
    case "1.0/getUserIdentity":
      return callerIdentityText(frame);
    case "1.0/createFunctionHandle":
      return JSON.stringify(createFunctionHandle(parseJsonObject(argsText), frame.addressScope));
    case "1.0/getFunctionMetadata":
      return functionMetadataText(frame);
    case "1.0/getDeploymentMetadata":
      return deploymentMetadataText(frame);
    case "1.0/auditLog":
      // This host has no audit stream to write to.
      frame.log(`[AUDIT] ${JSON.stringify(parseJsonObject(argsText)["body"] ?? {})}`);
      return "null";
    default:
      return undefined;
  }
}

/**
 * Components do not learn who calls the app, nor the app who calls a component.
 *
 * @throws {Error} for a refused caller: on HTTP actions a bad token only surfaces when the identity is asked for
 */
function callerIdentityText({ call: { caller }, componentPath }: CommonSyscallFrame): string {
  const knownTo = caller.kind === "user" ? (caller.knownTo ?? "") : "";
  if (componentPath !== knownTo) return "null";
  switch (caller.kind) {
    case "user":
      return JSON.stringify(caller.identity);
    case "refused":
      throw new Error(`${caller.code}: ${caller.message}`);
    case "anonymous":
    case "admin":
      return "null";
  }
}

/** Like Convex, without the name of a default export. */
function functionMetadataText({ functionName, componentPath }: CommonSyscallFrame): string {
  return JSON.stringify({ name: functionName.replace(/:default$/, ""), componentPath });
}

/** `s16` is the class that a self-hosted Convex names. */
function deploymentMetadataText({ deploymentName }: CommonSyscallFrame): string {
  return JSON.stringify({ name: deploymentName, region: null, class: "s16" });
}

/**
 * `1.0/getRequestMetadata` of mutations and actions, as JSON text; queries have none. The token is part of the identity, and
 * no component learns it.
 */
export function requestMetadataText({ metadata, scheduledFunctionId }: CallContext, componentPath: string): string {
  const { requestId, ip, userAgent, authToken } = metadata;
  const visibleToken = componentPath === "" ? (authToken ?? null) : null;
  return JSON.stringify({ requestId, ip, userAgent, scheduledFunctionId, authToken: visibleToken });
}

/**
 * `1.0/componentArgument`: no component has arguments since environment bindings replaced them, so inside one every
 * name is unset.
 */
export function componentArgument(componentPath: string): string {
  if (componentPath === "") throw new Error("Component arguments are not available within the app");
  return "{}";
}
