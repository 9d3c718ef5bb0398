import { ProblemError } from "../core/errors";

/** Larger requests are refused before they are read; Convex itself would cut them at 20 MiB. */
export const maximumBodyBytes = 4 * 1024 * 1024;

const requestIdPattern = /^[A-Za-z0-9._:-]{8,128}$/;
const traceparentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's `X-Request-Id` if it is usable, else the trace id of a W3C `traceparent`, else a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  if (given !== null && requestIdPattern.test(given)) return given;
  const trace = traceparentPattern.exec(headers.get("traceparent") ?? "")?.[1];
  return trace !== undefined && !/^0+$/.test(trace) ? trace : crypto.randomUUID();
}

/** The body as text. Throws 413 as soon as it is known to be too large, 415 unless it is of `mediaType`. */
export async function readBody(request: Request, mediaType: string): Promise<string> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > maximumBodyBytes) throw tooLarge();
  // Asking for the stream makes one; a body of known length is read without it.
  const text = request.headers.has("content-length") ? await request.text() : await readStream(request.body);
  if (text === "") return "";
  const [type = "", ...parameters] = (request.headers.get("content-type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("charset="));
  if (type.trim() !== mediaType || (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))) {
    throw new ProblemError("unsupported_media_type", `Send Content-Type: ${mediaType} in UTF-8.`);
  }
  return text;
}

async function readStream(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  let sizeBytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    sizeBytes += value.byteLength;
    if (sizeBytes > maximumBodyBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

function tooLarge(): ProblemError {
  return new ProblemError("payload_too_large", `A body may take ${maximumBodyBytes} bytes at most.`);
}

/** Throws 406 when the caller accepts neither JSON nor anything. */
export function assertAcceptsJson(headers: Headers): void {
  const accept = headers.get("accept");
  if (accept === null || accept === "" || /\*\/\*|application\/(\*|json|problem\+json)/i.test(accept)) return;
  throw new ProblemError("not_acceptable", "The answer is application/json; accept it.");
}

/** Query parameters; a repeated one becomes a list, which no parameter here takes, so that validation names it. */
export function queryOf(url: string): Record<string, string | string[]> | undefined {
  const start = url.indexOf("?");
  if (start < 0) return undefined;
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    if (!/^[ -~]{1,64}$/.test(name) || name.startsWith("$") || name === "__proto__") throw unknownParameter(name);
    const before = query[name];
    query[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return query;
}

function unknownParameter(name: string): ProblemError {
  const message = "This query parameter is not known here.";
  const pointer = `/${name.slice(0, 64).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return new ProblemError("validation_failed", message, [{ pointer, code: "unknown_field", message }]);
}
