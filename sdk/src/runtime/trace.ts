/**
 * The `traceparent` of each attempt (W3C Trace Context level 1). A given one is passed on as it is; `true` starts a
 * trace of its own per call, with a span id per attempt; a function is asked once per attempt, for OpenTelemetry.
 */
export function traceparent(
  given: string | undefined,
  setting: boolean | (() => string | undefined) | undefined,
): () => string | undefined {
  if (given !== undefined) return () => given;
  if (typeof setting === "function") return setting;
  if (!setting) return () => undefined;
  const traceId = randomHex(16);
  return () => `00-${traceId}-${randomHex(8)}-01`;
}

/** A random UUID (RFC 9562 version 4). Browsers have `crypto.randomUUID` only on https and localhost. */
export function randomUuid(): string {
  return randomHex(16).replace(
    /(.{8})(.{4}).(.{3})(.)(.{3})/,
    (_, a: string, b: string, c: string, variant: string, d: string) =>
      `${a}-${b}-4${c}-${"89ab"[Number.parseInt(variant, 16) & 3]}${d}-`,
  );
}

function randomHex(sizeBytes: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(sizeBytes));
  // All zeroes means "invalid" in the standard.
  bytes[0] ||= 1;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
