import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { JsonValue } from "../deployment";
import { isJsonObject, parseJson, type JsonObject } from "../json";
import { assertDeclaredLength, readBody } from "./requestBody";
import { TransportError } from "./transportError";

/** Values nest at most 64 deep on Convex; the request's own envelope and `$integer` wrappers come on top. */
const maxDepth = 128;

/**
 * Reads a request's JSON object.
 * @throws TransportError 400 for a missing JSON content type, bytes that are not UTF-8, malformed or too deeply nested
 *   JSON and numbers beyond float64; 413 over the body limit; 415 for a compressed body.
 */
export async function readJsonObject(request: IncomingMessage): Promise<JsonObject> {
  const contentType = request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (contentType !== "application/json" && !/^application\/[\w.+-]+\+json$/.test(contentType)) {
    throw new TransportError(400, "MissingJsonContentType", "Expected request with `Content-Type: application/json`.");
  }
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity") {
    throw new TransportError(415, "UnsupportedContentEncoding", "Compressed request bodies are not supported.");
  }
  assertDeclaredLength(request);
  const body = parseJsonBytes(await readBody(request));
  if (!isJsonObject(body)) throw badJsonBody("expected a JSON object");
  return body;
}

/**
 * Parses JSON that came from the network. Depth is checked before parsing, so that a bomb of brackets costs one scan.
 * @throws TransportError 400
 */
export function parseJsonBytes(bytes: Buffer): JsonValue {
  if (!isUtf8(bytes)) throw badJsonBody("the body is not UTF-8");
  assertDepth(bytes);
  let value: JsonValue;
  try {
    value = parseJson(bytes.toString("utf8"));
  } catch (cause) {
    throw badJsonBody("the body is not JSON", cause);
  }
  assertFiniteNumbers(value);
  return value;
}

export function badJsonBody(reason: string, cause?: unknown): TransportError {
  return new TransportError(400, "BadJsonBody", `Failed to read the request body as JSON: ${reason}.`, {}, { cause });
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = Buffer.from('"\\{}[]');

function assertDepth(bytes: Buffer): void {
  let depth = 0;
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
      if (depth > maxDepth) throw badJsonBody(`it nests deeper than ${maxDepth} levels`);
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
    }
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
