import type { IncomingMessage, ServerResponse } from "node:http";
import { tooManyBytes } from "./bytesInFlight";
import type { HeldBytes } from "./bytesInFlight";
import { TransportError } from "./transportError";

/** Convex's limit for the body of an HTTP action, which the function API shares here. */
export const maxBodyBytes = 20 * 1024 * 1024;

/** How long the rest of an unread body is discarded after the answer before the connection is cut. */
const lingerMs = 5_000;
/** How many unread bodies this process discards at a time, so that their senders starve nobody. */
const discardIntervalMs = 50;
const discardBytesPerInterval = 1024 * 1024;
/** Each delivers 64 KiB before it can be paused, and occupies megabytes of system memory until it is closed. */
const maxDiscarded = 16;

/** The refusal of a body above `limitBytes`: 413 `RequestBodyTooLarge`. */
export function bodyTooLarge(limitBytes = maxBodyBytes): TransportError {
  const limit = limitBytes === maxBodyBytes ? `${maxBodyBytes} bytes (20 MiB)` : `${limitBytes} bytes`;
  return new TransportError(413, "RequestBodyTooLarge", `The request body is larger than ${limit}.`);
}

/** True if the request declares a body over the limit. */
export function declaresTooMuch(request: IncomingMessage, limitBytes = maxBodyBytes): boolean {
  const declared = request.headers["content-length"];
  return declared !== undefined && Number(declared) > limitBytes;
}

/** @throws {TransportError} 413 when the request declares a body over the limit, before a byte of it is read. */
export function assertDeclaredLength(request: IncomingMessage, limitBytes = maxBodyBytes): void {
  if (declaresTooMuch(request, limitBytes)) throw bodyTooLarge(limitBytes);
}

/**
 * Reads a whole body into memory, stopping at the limit.
 * @param held what the bytes are counted in; giving them back is the caller's
 * @throws {TransportError} 413 over the limit, 503 when too much is in flight, 408 when the client goes away first.
 */
export function readBody(request: IncomingMessage, limitBytes = maxBodyBytes, held?: HeldBytes): Promise<Buffer> {
  if (request.destroyed) return Promise.reject(clientGone());
  // Listeners are unnamed functions: naming one (as tsx does for its stack traces) costs about a microsecond per request.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let isComplete = false;
    request.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      const isTooLarge = sizeBytes > limitBytes;
      if (!isTooLarge && held?.add(chunk.length) !== false) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      request.removeAllListeners("data");
      request.pause();
      reject(isTooLarge ? bodyTooLarge(limitBytes) : tooManyBytes);
    });
    request.on("end", () => {
      isComplete = true;
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    request.on("error", (cause) => reject(clientGone(cause)));
    request.on("close", () => {
      if (!isComplete) reject(clientGone());
    });
  });
}

function clientGone(cause?: unknown): TransportError {
  return new TransportError(408, "ClientDisconnect", "The client closed the connection.", {}, { cause });
}

/**
 * Limits what an answered request may still send. The rest of its body is discarded at a rate that all share, because
 * closing at once would reset the connection before the client has read the response. A client that never stops is cut
 * off.
 */
export function limitUnreadBody(request: IncomingMessage, response: ServerResponse): void {
  response.once("prefinish", () => {
    if (request.complete || request.destroyed) return;
    // Node drains a body that nobody has begun to read, as fast as it comes.
    request.pause();
    request.read(0);
  });
  response.once("finish", () => {
    if (request.complete || request.destroyed) return;
    discarded.add(request);
    const timer = setTimeout(() => {
      if (!request.complete) request.destroy();
    }, lingerMs);
    timer.unref();
    request.once("close", () => {
      clearTimeout(timer);
      discarded.delete(request);
    });
  });
}

/** The rests of bodies that nobody reads, discarded in turn. */
class DiscardedBodies {
  readonly #requests = new Set<IncomingMessage>();
  #leftBytes = discardBytesPerInterval;
  #timer: NodeJS.Timeout | null = null;

  add(request: IncomingMessage): void {
    const [oldest] = this.#requests;
    if (oldest !== undefined && this.#requests.size >= maxDiscarded) {
      this.#requests.delete(oldest);
      oldest.destroy();
    }
    this.#requests.add(request);
    request.on("data", (chunk: Buffer) => {
      this.#leftBytes -= chunk.length;
      if (this.#leftBytes <= 0) request.pause();
    });
    if (this.#leftBytes > 0) request.resume();
    else request.pause();
    this.#timer ??= setInterval(() => this.#goOn(), discardIntervalMs).unref();
  }

  delete(request: IncomingMessage): void {
    this.#requests.delete(request);
    if (this.#requests.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#leftBytes = discardBytesPerInterval;
  }

  #goOn(): void {
    this.#leftBytes = discardBytesPerInterval;
    for (const request of this.#requests) request.resume();
  }
}

const discarded = new DiscardedBodies();
