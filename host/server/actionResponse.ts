import type { ServerResponse } from "node:http";

/** Convex's limit for the response of an HTTP action. */
export const maxResponseBytes = 20 * 1024 * 1024;

/** The connection belongs to the door, and so does the framing of the body. */
const doorHeaders = new Set([
  "connection", "content-length", "keep-alive", "proxy-connection", "trailer", "transfer-encoding", "upgrade",
]);

/** The body of an HTTP action's response went over the limit; what was within it has been sent. */
export class HttpResponseTooLarge extends Error {
  constructor() {
    super(`The response of an HTTP action is larger than ${maxResponseBytes} bytes (20 MiB) and was cut off.`);
    this.name = "HttpResponseTooLarge";
  }
}

/**
 * Sends a Fetch Response. A body that is already complete goes out in one write with its length; any other is streamed
 * with the back-pressure of the socket. When the client is gone, the stream is cancelled.
 * @param withoutBody for HEAD
 * @throws HttpResponseTooLarge, TypeError when the body was read before, and what the body's stream throws.
 */
export async function sendActionResponse(outgoing: ServerResponse, response: Response, withoutBody: boolean): Promise<void> {
  if (response.status < 200 || response.status > 599) throw new TypeError(`Invalid response status ${response.status}`);
  if (response.bodyUsed) throw new TypeError("The body of the HTTP action's response was already used");
  const headers = headersOf(response);
  const stream = response.body;
  if (stream === null) {
    outgoing.writeHead(response.status, withoutBody ? headers : withLength(headers, response.status, 0));
    outgoing.end();
    return;
  }
  const complete = completeBody(response);
  if (complete !== undefined) {
    const sizeBytes = typeof complete === "string" ? Buffer.byteLength(complete) : complete.byteLength;
    if (sizeBytes <= maxResponseBytes) {
      headers.push("content-length", String(sizeBytes));
      outgoing.writeHead(response.status, headers);
      outgoing.end(withoutBody ? undefined : complete);
      return;
    }
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
    // Nobody is left to tell when the producer fails to stop.
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

/** Name and value in turn, as `writeHead` takes them; several `set-cookie` stay several. */
function headersOf(response: Response): string[] {
  const headers: string[] = [];
  for (const [name, value] of response.headers) {
    if (!doorHeaders.has(name)) headers.push(name, value);
  }
  return headers;
}

function withLength(headers: string[], status: number, sizeBytes: number): string[] {
  if (status !== 204 && status !== 304) headers.push("content-length", String(sizeBytes));
  return headers;
}

const responseState = Object.getOwnPropertySymbols(new Response()).find((symbol) => symbol.description === "state");

/**
 * The text or bytes a Response was made of. Node 20's fetch keeps them beside the stream it makes of them; taking them
 * saves reading that stream, about 6 µs of CPU. Undefined for real streams, and on versions that keep their state private.
 */
function completeBody(response: Response): string | Uint8Array | undefined {
  if (responseState === undefined) return undefined;
  const source = property(property(Reflect.get(response, responseState), "body"), "source");
  return typeof source === "string" || source instanceof Uint8Array ? source : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
