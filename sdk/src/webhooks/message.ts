import { WebhookError } from "./webhookError";

/** Headers as `fetch` has them, or as Node.js does. */
export type Headerlike = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * A message as it arrived: a `Request`, a request of `node:http`, or headers and body. The body must be the bytes that came, since a
 * parsed one that is written again need not be the text that was signed.
 */
export type Message =
  | Request
  | { readonly headers: Headerlike; readonly body: string | ArrayBuffer | ArrayBufferView }
  | { readonly headers: Headerlike; [Symbol.asyncIterator](): AsyncIterator<unknown> };

/** Portico sends 64 KiB at most; there is room for what may come, and none for what fills the memory. */
const mostBodyBytes = 1_048_576;

/** The value of a header, whichever way the headers are held; undefined when there is none. */
export function headerOf(headers: Headerlike, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  // Node.js has them in lower case, what people write down may be otherwise.
  const [, value] = Object.entries(headers).find(([each]) => each.toLowerCase() === name) ?? [];
  return typeof value === "object" ? value.join(", ") : value;
}

/**
 * The bytes of the body.
 *
 * @throws {WebhookError} (`body_too_large`) beyond 1 MiB.
 * @throws {TypeError} when the body was parsed or read before.
 */
export async function bodyOf(message: Message): Promise<Uint8Array> {
  const body: unknown = "body" in message ? message.body : undefined;
  if (typeof body === "string") return checked(new TextEncoder().encode(body));
  if (body instanceof ArrayBuffer) return checked(new Uint8Array(body));
  if (ArrayBuffer.isView(body)) return checked(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  if (message instanceof Request) {
    if (message.bodyUsed) throw new TypeError(`The body of the request was read before; ${advice}`);
    return message.body ? gathered(chunksOf(message.body)) : new Uint8Array();
  }
  // A framework that has parsed the body leaves it here, and nothing in the stream.
  const isParsed = body !== undefined && body !== null;
  if (isParsed || !(Symbol.asyncIterator in message))
    throw new TypeError(`The body is ${isParsed ? "parsed already" : "missing"}; ${advice}`);
  return gathered(message);
}

const advice = "a webhook is verified by the bytes as they arrived (`express.raw`, `await request.text()`)";

function checked(bytes: Uint8Array): Uint8Array {
  if (bytes.length > mostBodyBytes) throw tooLarge();
  return bytes;
}

/** Streams of the web are no async iterables everywhere. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

async function gathered(chunks: AsyncIterable<unknown>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const part = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    if (!(part instanceof Uint8Array)) throw new TypeError(`The body is no stream of bytes; ${advice}`);
    parts.push(part);
    length += part.length;
    if (length > mostBodyBytes) throw tooLarge();
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function tooLarge(): WebhookError {
  return new WebhookError("body_too_large", "The body has more than 1 MiB.");
}
