import type { IncomingMessage } from "node:http";
import { tooManyBytes } from "./bytesInFlight";
import type { HeldBytes } from "./bytesInFlight";
import { assertDeclaredLength, bodyTooLarge, declaresTooMuch, maxBodyBytes, readBody } from "./requestBody";
import { TransportError } from "./transportError";

/**
 * The body of an HTTP action's request, read whole or as a stream, and only when the action asks for it. Never reads past
 * the limit, nor a byte of a body that declares to be larger.
 */
export class ActionRequestBody {
  readonly #incoming: IncomingMessage;
  readonly #held: HeldBytes;
  #refusal: TransportError | undefined;
  #used = false;

  constructor(incoming: IncomingMessage, held: HeldBytes) {
    this.#incoming = incoming;
    this.#held = held;
  }

  /**
   * Set once the action read a body over the limit, or one that there is no room for. It then replaces whatever the
   * action returned.
   */
  get refusal(): TransportError | undefined {
    return this.#refusal;
  }

  /** Whether somebody has begun to read the body, as `Request.bodyUsed` tells. */
  get used(): boolean {
    return this.#used;
  }

  /** @throws {TypeError} when the body was read before, {TransportError} when it is too large or breaks off. */
  async bytes(): Promise<Buffer> {
    if (this.#used) throw new TypeError("Body is unusable: Body has already been read");
    this.#used = true;
    try {
      assertDeclaredLength(this.#incoming);
      return await readBody(this.#incoming, maxBodyBytes, this.#held);
    } catch (error) {
      if (error instanceof TransportError && error.status !== 408) this.#refusal = error;
      throw error;
    }
  }

  /** The body as a byte stream with the back-pressure of the socket. */
  stream(): ReadableStream<Uint8Array> {
    const incoming = this.#incoming;
    const source = incoming.iterator({ destroyOnReturn: false });
    let sizeBytes = 0;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          if (declaresTooMuch(incoming)) {
            controller.error((this.#refusal = bodyTooLarge()));
            return;
          }
          const next: IteratorResult<Uint8Array> = await source.next();
          if (next.done === true) {
            controller.close();
            return;
          }
          sizeBytes += next.value.byteLength;
          const isTooLarge = sizeBytes > maxBodyBytes;
          if (isTooLarge || !this.#held.add(next.value.byteLength)) {
            await source.return?.();
            controller.error((this.#refusal = isTooLarge ? bodyTooLarge() : tooManyBytes));
            return;
          }
          controller.enqueue(next.value);
        },
        cancel: async () => {
          await source.return?.();
        },
      },
      { highWaterMark: 0 },
    );
  }
}
