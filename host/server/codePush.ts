import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import type { JsonObject } from "../json";
import { isJsonObject } from "../json";
import { badJsonBody, parseJsonBytes } from "./jsonBody";
import { assertDeclaredLength, readBody } from "./requestBody";
import { TransportError } from "./transportError";

/** Convex's limit for bundled code, with room for source maps. */
const maxPushBytes = 128 * 1024 * 1024;

const decompress = promisify(brotliDecompress);

/**
 * Reads the body of a push, which the official CLI compresses with brotli.
 * @throws {TransportError} 400 malformed, 413 over the limit before or after decompression, 415 another encoding
 */
export async function readPush(request: IncomingMessage): Promise<JsonObject> {
  assertDeclaredLength(request);
  const bytes = await readBody(request);
  const body = parseJsonBytes(await decoded(bytes, request.headers["content-encoding"] ?? "identity"));
  if (!isJsonObject(body)) throw badJsonBody("expected a JSON object");
  return body;
}

async function decoded(bytes: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === "identity") return bytes;
  if (encoding !== "br")
    throw new TransportError(415, "UnsupportedContentEncoding", "A push is plain or compressed with brotli.");
  try {
    const plain = await decompress(bytes, { maxOutputLength: maxPushBytes });
    if (!isUtf8(plain)) throw badJsonBody("the body is not UTF-8");
    return plain;
  } catch (cause) {
    if (cause instanceof TransportError) throw cause;
    if (cause instanceof RangeError)
      throw new TransportError(413, "PushTooLarge", `The push is larger than ${maxPushBytes} bytes.`, {}, { cause });
    throw badJsonBody("the body is not valid brotli", cause);
  }
}

/** What `get_config_hashes` answers: nothing was pushed here, and the functions come from the host's own folder. */
export const configHashesText = JSON.stringify({
  config: { projectSlug: "local", teamSlug: "local", functions: "convex/", authInfo: [] },
  moduleHashes: [],
  udfServerVersion: "1.48.0",
});

/** Refuses a push that goes further than code generation. */
export function pushNotSupported(): TransportError {
  return new TransportError(
    400,
    "PushNotSupported",
    "This host runs the functions of its own convex/ folder and takes no pushes: save the file, or restart the host.",
  );
}
