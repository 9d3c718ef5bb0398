import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { JsonValue } from "../deployment";
import { isJsonObject, parseJson, type JsonObject } from "../json";
import type { HeldBytes } from "./bytesInFlight";
import { assertDeclaredLength, maxBodyBytes, readBody } from "./requestBody";
import { TransportError } from "./transportError";

/** Values nest at most 64 deep on Convex; the request's own envelope and `$integer` wrappers come on top. */
const maxDepth = 128;

/** How much JSON a deployment accepts from the network, on top of Convex's own limits. */
export interface JsonLimits {
  /**
   * Objects, arrays, fields and elements together, counted before parsing, since parsing costs by the value and not by
   * the byte.
   */
  readonly maxValues: number;
  /** The same for an anonymous sender. */
  readonly maxAnonymousValues: number;
  /** Bytes of a body or message from an anonymous sender. */
  readonly maxAnonymousBytes: number;
  /** Bytes of bodies and messages in this process at a time, of each kind that `BytesInFlight` tells apart. */
  readonly maxBytesInFlight: number;
}

/** Convex's: whatever its body limit lets through, for apps whose public functions take large anonymous arguments. */
export const convexJsonLimits: JsonLimits = {
  maxValues: Infinity,
  maxAnonymousValues: Infinity,
  maxAnonymousBytes: maxBodyBytes,
  maxBytesInFlight: Infinity,
};

/**
 * Reads a request's JSON object.
 * @param limits those for the anonymous are for a caller whom nobody has authenticated, as `isAnonymous` says
 * @param held what its bytes are counted in
 * @throws {TransportError} 400 for a missing JSON content type, bytes that are not UTF-8, malformed or too deeply nested
 *   JSON and numbers beyond float64; 413 over the body limit; 415 for a compressed body; 503 when too much is in flight.
 */
export async function readJsonObject(
  request: IncomingMessage,
  limits: JsonLimits = convexJsonLimits,
  isAnonymous = false,
  held?: HeldBytes,
): Promise<JsonObject> {
  const contentType = request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (contentType !== "application/json" && !/^application\/[\w.+-]+\+json$/.test(contentType)) {
    throw new TransportError(400, "MissingJsonContentType", "Expected request with `Content-Type: application/json`.");
  }
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity") {
    throw new TransportError(415, "UnsupportedContentEncoding", "Compressed request bodies are not supported.");
  }
  const maxBytes = isAnonymous ? Math.min(limits.maxAnonymousBytes, maxBodyBytes) : maxBodyBytes;
  assertDeclaredLength(request, maxBytes);
  const body = parseJsonBytes(await readBody(request, maxBytes, held), valuesOf(limits, isAnonymous));
  if (!isJsonObject(body)) throw badJsonBody("expected a JSON object");
  return body;
}

/** How many values a sender may send. */
export function valuesOf({ maxValues, maxAnonymousValues }: JsonLimits, isAnonymous: boolean): number {
  return isAnonymous ? Math.min(maxAnonymousValues, maxValues) : maxValues;
}

/**
 * Parses JSON that came from the network. Depth and number of values are checked before parsing, so that a bomb of brackets
 * costs one scan.
 * @throws {TransportError} 400
 */
export function parseJsonBytes(bytes: Buffer, maxValues = Infinity): JsonValue {
  if (!isUtf8(bytes)) throw badJsonBody("the body is not UTF-8");
  assertShape(bytes, maxValues);
  let value: JsonValue;
  try {
    value = parseJson(bytes.toString("utf8"));
  } catch (cause) {
    throw badJsonBody("the body is not JSON", cause);
  }
  assertFiniteNumbers(value);
  return value;
}

/** The refusal of a body that is no JSON: 400 `BadJsonBody`, which says why. */
export function badJsonBody(reason: string, cause?: unknown): TransportError {
  return new TransportError(400, "BadJsonBody", `Failed to read the request body as JSON: ${reason}.`, {}, { cause });
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket, comma] = Buffer.from('"\\{}[],');

/** Every value follows either a comma or an opening bracket, so counting those counts the values. */
function assertShape(bytes: Buffer, maxValues: number): void {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (inString) {
      if (byte === backslash) index += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) {
      inString = true;
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      values += 1;
      if (depth > maxDepth) throw badJsonBody(`it nests deeper than ${maxDepth} levels`);
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
    } else if (byte === comma) {
      values += 1;
    }
    if (values > maxValues) throw badJsonBody(`it holds more than ${maxValues} values`);
  }
}

/** `1e400` parses to Infinity, which would silently become null when written again. */
function assertFiniteNumbers(value: JsonValue): void {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw badJsonBody("a number is out of range");
  } else if (Array.isArray(value)) {
    for (const element of value) assertFiniteNumbers(element);
  } else if (isJsonObject(value)) {
    for (const key in value) assertFiniteNumbers(value[key] ?? null);
  }
}
