import type { Caller } from "../../deployment";
import type { CallContext } from "./frames";

/**
 * What `1.0/getUserIdentity` answers for a caller, as JSON text. Components do not learn who calls the app, nor the app who
 * calls a component.
 *
 * @throws for a refused caller: on HTTP actions a bad token only surfaces when the identity is asked for
 */
export function callerIdentityText(caller: Caller, componentPath: string): string {
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

/** What `1.0/getRequestMetadata` answers, as JSON text. The token is part of the identity, and no component learns it. */
export function requestMetadataText({ metadata, scheduledFunctionId }: CallContext, componentPath: string): string {
  const { requestId, ip, userAgent, authToken } = metadata;
  const visibleToken = componentPath === "" ? (authToken ?? null) : null;
  return JSON.stringify({ requestId, ip, userAgent, scheduledFunctionId, authToken: visibleToken });
}
