import type { BytesInFlight, HeldBytes } from "../server/bytesInFlight";

/** Of a masked frame of at most 125 bytes (RFC 6455, 5.2). */
const controlFrameHeadBytes = 6;

/** Counts the bytes of the message that is arriving on one socket, whole or in frames, before anybody sees it. */
export class MessageIntake {
  readonly #bytesInFlight: BytesInFlight;
  readonly #maxAnonymousBytes: number;
  readonly #isAnonymous: () => boolean;
  #held: HeldBytes | null = null;
  #arrivedBytes = 0;
  #controlBytes = 0;
  #hasCompleted = false;

  constructor(bytesInFlight: BytesInFlight, maxAnonymousBytes: number, isAnonymous: () => boolean) {
    this.#bytesInFlight = bytesInFlight;
    this.#maxAnonymousBytes = maxAnonymousBytes;
    this.#isAnonymous = isAnonymous;
  }

  /**
   * Counts a chunk that completed no message. How much of a completing chunk begins the next message is unknown, and at
   * most one read of the socket, so it is not counted.
   *
   * @returns false when there is no room for what has come of a message
   */
  arrive(chunkBytes: number): boolean {
    const sizeBytes = Math.max(0, chunkBytes - this.#controlBytes);
    this.#controlBytes = 0;
    if (this.#hasCompleted) {
      this.#hasCompleted = false;
      this.#arrivedBytes = 0;
      return true;
    }
    this.#arrivedBytes += sizeBytes;
    // Frames have heads; a message that fits may come in many small ones.
    if (this.#isAnonymous() && this.#arrivedBytes > 2 * this.#maxAnonymousBytes) return false;
    return this.#current().add(sizeBytes);
  }

  /** The chunk that is being taken holds a control frame, which is part of no message. */
  passOver(payloadBytes: number): void {
    this.#controlBytes += payloadBytes + controlFrameHeadBytes;
  }

  /** A message has arrived whole. @returns what it holds, for whoever handles it to release */
  complete(): HeldBytes {
    const held = this.#current();
    this.#held = null;
    this.#hasCompleted = true;
    return held;
  }

  /** The socket is gone. */
  end(): void {
    this.#held?.release();
    this.#held = null;
  }

  #current(): HeldBytes {
    return (this.#held ??= this.#bytesInFlight.ofCaller(this.#isAnonymous()));
  }
}
