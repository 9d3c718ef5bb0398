/**
 * The `traceparent` of each attempt (W3C Trace Context level 1). A given one is passed on as it is; `true` starts a
 * trace of its own per call, with a span id per attempt; a function is asked once per attempt, for OpenTelemetry.
 */
export function traceparent(
  given: string | undefined,
  setting: boolean | (() => string | undefined),
): () => string | undefined {
  if (given !== undefined) return () => given;
  if (typeof setting === "function") return setting;
  if (!setting) return () => undefined;
  const traceId = randomHex(16);
  return () => `00-${traceId}-${randomHex(8)}-01`;
}

function randomHex(sizeBytes: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(sizeBytes));
  // All zeroes means "invalid" in the standard.
  bytes[0] ||= 1;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
