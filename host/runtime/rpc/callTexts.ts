import type { Caller, RequestMetadata } from "../../deployment";

const callerTexts = new WeakMap<Caller, string>();

/** A caller as it crosses to the executor; the empty text stands for the anonymous caller. */
export function callerText(caller: Caller): string {
  if (caller.kind === "anonymous") return "";
  let text = callerTexts.get(caller);
  if (text === undefined) {
    text = JSON.stringify(caller);
    callerTexts.set(caller, text);
  }
  return text;
}

const anonymous: Caller = { kind: "anonymous" };

/** The caller that {@link callerText} wrote. */
export function parseCaller(text: string): Caller {
  return text === "" ? anonymous : (JSON.parse(text) as Caller);
}

/**
 * Request metadata as it crosses to the executor.
 *
 * @param scheduledFunctionId the job that the call belongs to, directly or through the action that made it
 */
export function metadataText(
  { requestId, ip, userAgent, authToken }: RequestMetadata,
  scheduledFunctionId?: string | null,
): string {
  return scheduledFunctionId
    ? JSON.stringify({ requestId, ip, userAgent, authToken, scheduledFunctionId })
    : JSON.stringify({ requestId, ip, userAgent, authToken });
}
