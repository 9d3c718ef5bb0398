import { isEntityTagList } from "../core/wire/etag";
import { invalidField, ProblemError } from "../core/wire/errors";
import type { Problem } from "../core/wire/errors";

/** Larger requests are refused before they are read; Convex itself would cut them at 20 MiB. */
export const maximumBodyBytes = 4 * 1024 * 1024;

/** A batch of 500 rows with thirty values each. */
const maximumValues = 16_384;
const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const openBrace = 0x7b;

const requestIdPattern = /^[A-Za-z0-9._:-]{8,128}$/;
// Every parameter has a name of this form; Convex cannot carry some of the others as field names.
const parameterNamePattern = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const traceparentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's `X-Request-Id` if it is usable, else the trace id of a W3C `traceparent`, else a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  if (given !== null && requestIdPattern.test(given)) return given;
  const trace = traceparentPattern.exec(headers.get("traceparent") ?? "")?.[1];
  return trace !== undefined && !/^0+$/.test(trace) ? trace : crypto.randomUUID();
}

/**
 * The body as text.
 * @throws {ProblemError} 413 as soon as it is known to be too large, 415 unless it is of `mediaType`, 400 unless it is
 * UTF-8 of few values
 */
export async function readBody(
  request: Request,
  mediaType: string,
  maximumBytes: number = maximumBodyBytes,
): Promise<string> {
  const bytes = await bytesOf(request, maximumBytes);
  if (bytes.byteLength === 0) return "";
  assertUncoded(request.headers);
  const [type = "", ...parameters] = (request.headers.get("content-type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("charset="));
  if (type.trim() !== mediaType || (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))) {
    throw new ProblemError("unsupported_media_type", `Send Content-Type: ${mediaType} in UTF-8.`);
  }
  try {
    // Lenient decoding would store replacement characters that nobody sent.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (mediaType === "application/json") assertFewValues(bytes);
    return text;
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw invalidField("", "invalid_encoding", "The body is not valid UTF-8.");
  }
}

/**
 * The body as it is.
 * @throws {ProblemError} 413 as soon as it is known to be too large, 415 with a content coding
 */
export async function readBytes(request: Request, maximumBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await bytesOf(request, maximumBytes);
  assertUncoded(request.headers);
  return bytes;
}

function assertUncoded(headers: Headers): void {
  const coding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (coding !== "identity" && coding !== "") {
    throw new ProblemError("unsupported_content_encoding", "A body is taken as it is, without Content-Encoding.");
  }
}

/**
 * Inputs that travel as headers, in percent-encoded UTF-8: HTTP carries little else than ASCII.
 * @throws {ProblemError} 400 for one that is not
 */
export function headerInputs(headers: Headers, names: Readonly<Record<string, string>>): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const [header, input] of Object.entries(names)) {
    const value = headers.get(header);
    if (value === null) continue;
    try {
      inputs[input] = decodeURIComponent(value);
    } catch {
      throw invalidField(`/${header}`, "invalid_encoding", `${header} is not percent-encoded UTF-8.`);
    }
  }
  return inputs;
}

/** A problem whose faults of inputs that travelled as headers name the headers, as the caller knows them. */
export function namingHeaders(problem: Problem, names: Readonly<Record<string, string>>): Problem {
  const { detail, errors } = problem;
  const headers = new Map(Object.entries(names).map(([header, input]) => [`/${input}`, `/${header}`]));
  const [first = ""] = /^\/\w+(?=: )/.exec(detail) ?? [];
  return {
    ...problem,
    detail: `${headers.get(first) ?? first}${detail.slice(first.length)}`,
    ...(errors
      ? { errors: errors.map((fault) => ({ ...fault, pointer: headers.get(fault.pointer) ?? fault.pointer })) }
      : {}),
  };
}

/**
 * Counts the values of JSON by the commas outside its strings, before anything is built of them: parsing and validating
 * cost by the value, not by the byte.
 * @throws {ProblemError} 400 for more values than any operation takes
 */
function assertFewValues(bytes: Uint8Array): void {
  let values = 1;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === comma || byte === openBracket || byte === openBrace) values++;
    if (values > maximumValues) {
      throw invalidField("", "too_many_values", `A body may hold ${maximumValues} values at most.`);
    }
  }
}

async function bytesOf(request: Request, maximumBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = request.headers.get("content-length");
  if (Number(declared ?? "0") > maximumBytes) throw tooLarge(maximumBytes);
  if (declared !== null) return new Uint8Array(await whole(request.arrayBuffer()));
  return request.body === null ? new Uint8Array() : readStream(request.body, maximumBytes);
}

async function readStream(body: ReadableStream<Uint8Array>, maximumBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for (let part = await whole(reader.read()); !part.done; part = await whole(reader.read())) {
    sizeBytes += part.value.byteLength;
    if (sizeBytes > maximumBytes) {
      await reader.cancel();
      throw tooLarge(maximumBytes);
    }
    chunks.push(part.value);
  }
  const all = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

/** A client that disconnects midway is not our failure; nobody reads the response. */
async function whole<Part>(part: Promise<Part>): Promise<Part> {
  try {
    return await part;
  } catch {
    throw invalidField("", "incomplete_body", "The body broke off.");
  }
}

function tooLarge(maximumBytes: number): ProblemError {
  return new ProblemError("payload_too_large", `A body may take ${maximumBytes} bytes at most.`);
}

/**
 * Checks the form of conditions: a tag without its quotes would otherwise pass for one that does not match.
 * @throws {ProblemError} 400 when one has no form of RFC 9110
 */
export function assertConditions(headers: Headers): void {
  for (const name of ["If-Match", "If-None-Match"]) {
    const value = headers.get(name);
    if (value === null || isEntityTagList(value)) continue;
    throw new ProblemError(
      "validation_failed",
      `${name} takes \`*\` or entity tags in their quotes, as \`ETag\` has them.`,
    );
  }
}

/**
 * Whether the request asks for what it would answer, and for nothing to be done (`Portico-Dry-Run`).
 * @throws {ProblemError} 400 for another value than `true` and `false`: what it meant must not be done by mistake
 */
export function isDryRun(headers: Headers): boolean {
  const value = headers.get("portico-dry-run");
  if (value === null || value === "false") return false;
  if (value === "true") return true;
  throw new ProblemError("validation_failed", "Portico-Dry-Run takes `true` or `false`.");
}

/** Query parameters; a repeated one becomes a list, which no parameter here takes, so that validation names it. */
export function queryOf(url: string): Record<string, string | string[]> | undefined {
  const start = url.indexOf("?");
  if (start < 0) return undefined;
  assertPercentEncoding(url.slice(start + 1));
  const query = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    if (!parameterNamePattern.test(name)) throw unknownParameter(name);
    const before = query.get(name);
    query.set(name, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]);
  }
  return Object.fromEntries(query);
}

/** URLSearchParams would read replacement characters that nobody sent. */
function assertPercentEncoding(query: string): void {
  try {
    decodeURIComponent(query);
  } catch {
    throw invalidField("", "invalid_encoding", "The query string is not percent-encoded UTF-8.");
  }
}

function unknownParameter(name: string): ProblemError {
  const pointer = `/${name.slice(0, 64).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return invalidField(pointer, "unknown_field", "This query parameter is not known here.");
}
