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

/** A random UUID (RFC 9562 version 4). Browsers have `crypto.randomUUID` only on https and localhost. */
export function randomUuid(): string {
  const hex = randomHex(16);
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function randomHex(sizeBytes: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(sizeBytes));
  // All zeroes means "invalid" in the standard.
  bytes[0] ||= 1;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
