import type { ServerResponse } from "node:http";
import { completeResponse, type CompleteResponse } from "../lightResponse";

/** Convex's limit for the response of an HTTP action. */
const maxResponseBytes = 20 * 1024 * 1024;

/** The connection belongs to the door, and so does the framing of the body. */
const doorHeaders = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The body of an HTTP action's response went over the limit; what was within it has been sent. */
class HttpResponseTooLarge extends Error {
  override readonly name = "HttpResponseTooLarge";

  constructor() {
    super(`The response of an HTTP action is larger than ${maxResponseBytes} bytes (20 MiB) and was cut off.`);
  }
}

/**
 * Sends a Fetch Response. A body that is already complete goes out in one write with its length; any other is streamed
 * with the back-pressure of the socket. When the client is gone, the stream is cancelled.
 * @param withoutBody for HEAD
 * @throws {HttpResponseTooLarge} when it is, {TypeError} when the body was read before, and what the body's stream throws.
 */
export async function sendActionResponse(
  outgoing: ServerResponse,
  response: Response,
  withoutBody: boolean,
): Promise<void> {
  const complete = completeResponse(response);
  if (complete !== undefined && sizeOf(complete.body) <= maxResponseBytes) {
    sendComplete(outgoing, complete, withoutBody);
    return;
  }
  if (response.status < 200 || response.status > 599) throw new TypeError(`Invalid response status ${response.status}`);
  if (response.bodyUsed) throw new TypeError("The body of the HTTP action's response was already used");
  const headers = headersOf(response.headers);
  const stream = response.body;
  if (stream === null) {
    sendComplete(outgoing, { status: response.status, headers: response.headers, body: null }, withoutBody);
    return;
  }
  outgoing.writeHead(response.status, headers);
  if (withoutBody) {
    outgoing.end();
    await stream.cancel();
    return;
  }
  await sendStream(outgoing, stream);
}

async function sendStream(outgoing: ServerResponse, stream: ReadableStream<Uint8Array>): Promise<void> {
  outgoing.flushHeaders();
  const reader = stream.getReader();
  let resume: (() => void) | undefined;
  outgoing.on("drain", () => resume?.());
  outgoing.once("close", () => {
    resume?.();
    // The client is gone, so nobody needs to know if cancelling fails.
    if (!outgoing.writableFinished) void reader.cancel().catch(() => undefined);
  });
  let sizeBytes = 0;
  for (;;) {
    const next = await reader.read();
    if (outgoing.destroyed) return;
    if (next.done) break;
    sizeBytes += next.value.byteLength;
    if (sizeBytes > maxResponseBytes) {
      outgoing.end();
      await reader.cancel();
      throw new HttpResponseTooLarge();
    }
    if (!outgoing.write(next.value)) await new Promise<void>((resolve) => (resume = resolve));
    if (outgoing.destroyed) return;
  }
  outgoing.end();
}

function sendComplete(
  outgoing: ServerResponse,
  { status, headers, body }: CompleteResponse,
  withoutBody: boolean,
): void {
  const fields = headersOf(headers);
  const sizeBytes = sizeOf(body);
  // A response without content has no length (RFC 9110, 8.6); to HEAD only a present body tells one.
  if (body !== null || !(withoutBody || status === 204 || status === 304)) {
    fields.push("content-length", String(sizeBytes));
  }
  outgoing.writeHead(status, fields);
  if (withoutBody || body === null) outgoing.end();
  else if (typeof body !== "string") outgoing.end(body);
  // As many bytes as characters means ASCII, for which Node reserves a third of the memory that UTF-8 takes.
  else outgoing.end(body, sizeBytes === body.length ? "latin1" : "utf8");
}

function sizeOf(body: string | Uint8Array | null): number {
  if (body === null) return 0;
  return typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
}

/** Name and value in turn, as `writeHead` takes them; several `set-cookie` stay several. */
function headersOf(headers: CompleteResponse["headers"]): string[] {
  const fields: string[] = [];
  for (const [name, value] of headers) {
    if (!doorHeaders.has(name)) fields.push(name, value);
  }
  return fields;
}
