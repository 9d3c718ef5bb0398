import { invalidField, ProblemError } from "../core/errors";

/** Larger requests are refused before they are read; Convex itself would cut them at 20 MiB. */
export const maximumBodyBytes = 4 * 1024 * 1024;

const requestIdPattern = /^[A-Za-z0-9._:-]{8,128}$/;
// Every parameter has such a name; Convex could not carry some of the others as field names.
const parameterNamePattern = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const traceparentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's `X-Request-Id` if it is usable, else the trace id of a W3C `traceparent`, else a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  if (given !== null && requestIdPattern.test(given)) return given;
  const trace = traceparentPattern.exec(headers.get("traceparent") ?? "")?.[1];
  return trace !== undefined && !/^0+$/.test(trace) ? trace : crypto.randomUUID();
}

/** The body as text. Throws 413 as soon as it is known to be too large, 415 unless it is of `mediaType`, 400 unless it is UTF-8. */
export async function readBody(request: Request, mediaType: string): Promise<string> {
  const bytes = await bytesOf(request);
  if (bytes.byteLength === 0) return "";
  const [type = "", ...parameters] = (request.headers.get("content-type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("charset="));
  if (type.trim() !== mediaType || (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))) {
    throw new ProblemError("unsupported_media_type", `Send Content-Type: ${mediaType} in UTF-8.`);
  }
  try {
    // Lenient decoding would store replacement characters that nobody sent.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidField("", "invalid_encoding", "The body is not valid UTF-8.");
  }
}

async function bytesOf(request: Request): Promise<ArrayBuffer | Uint8Array> {
  const declared = request.headers.get("content-length");
  if (Number(declared ?? "0") > maximumBodyBytes) throw tooLarge();
  if (declared !== null) return request.arrayBuffer();
  return request.body === null ? new Uint8Array() : readStream(request.body);
}

async function readStream(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    sizeBytes += part.value.byteLength;
    if (sizeBytes > maximumBodyBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(part.value);
  }
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function tooLarge(): ProblemError {
  return new ProblemError("payload_too_large", `A body may take ${maximumBodyBytes} bytes at most.`);
}

/** Throws 406 when the caller accepts neither JSON nor anything. */
export function assertAcceptsJson(headers: Headers): void {
  const accept = headers.get("accept");
  if (accept === null || accept === "" || /\*\/\*|application\/(\*|json|problem\+json)(?![\w.+-])/i.test(accept))
    return;
  throw new ProblemError("not_acceptable", "The answer is application/json; accept it.");
}

/** Query parameters; a repeated one becomes a list, which no parameter here takes, so that validation names it. */
export function queryOf(url: string): Record<string, string | string[]> | undefined {
  const start = url.indexOf("?");
  if (start < 0) return undefined;
  const query = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    if (!parameterNamePattern.test(name)) throw unknownParameter(name);
    const before = query.get(name);
    query.set(name, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]);
  }
  return Object.fromEntries(query);
}

function unknownParameter(name: string): ProblemError {
  const pointer = `/${name.slice(0, 64).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return invalidField(pointer, "unknown_field", "This query parameter is not known here.");
}
