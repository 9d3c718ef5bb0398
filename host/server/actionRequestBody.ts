import type { IncomingMessage } from "node:http";
import { assertDeclaredLength, bodyTooLarge, declaresTooMuch, maxBodyBytes, readBody } from "./requestBody";
import { TransportError } from "./transportError";

/**
 * The body of an HTTP action's request, read only when the action asks for it, whole or as a stream, never past the limit;
 * of a body that declares to be larger, not a byte.
 */
export class ActionRequestBody {
  readonly #incoming: IncomingMessage;
  #exceeded = false;
  #used = false;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
  }

  /** True once the action read a body that is over the limit; the answer is then 413 whatever it returned. */
  get exceeded(): boolean {
    return this.#exceeded;
  }

  get used(): boolean {
    return this.#used;
  }

  /** @throws TypeError when the body was read before, TransportError when it is too large or breaks off. */
  async bytes(): Promise<Buffer> {
    if (this.#used) throw new TypeError("Body is unusable: Body has already been read");
    this.#used = true;
    try {
      assertDeclaredLength(this.#incoming);
      return await readBody(this.#incoming);
    } catch (error) {
      this.#exceeded = error instanceof TransportError && error.status === 413;
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
            this.#exceeded = true;
            controller.error(bodyTooLarge());
            return;
          }
          const next: IteratorResult<Uint8Array> = await source.next();
          if (next.done === true) {
            controller.close();
            return;
          }
          sizeBytes += next.value.byteLength;
          if (sizeBytes > maxBodyBytes) {
            this.#exceeded = true;
            await source.return?.();
            controller.error(bodyTooLarge());
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
