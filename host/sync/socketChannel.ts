import type { WebSocket } from "ws";
import { pingText } from "./serverMessage";
import type { Channel } from "./session";

/** Convex clients give up on a server that says nothing for a minute. */
const pingAfterSilenceMs = 15_000;
/** With this much unsent, the client is neither read from nor written to until it catches up. */
const fullBytes = 4 * 1024 * 1024;

/** One WebSocket with back-pressure in both directions and the protocol's own Ping. */
export class SocketChannel implements Channel {
  readonly #socket: WebSocket;
  readonly #silence: NodeJS.Timeout;
  #lastSignMs = performance.now();
  /** How many reasons there are to pause reading. */
  #pauses = 0;
  #draining: { readonly promise: Promise<void>; end(): void } | null = null;

  constructor(socket: WebSocket, silenceMs = pingAfterSilenceMs) {
    this.#socket = socket;
    this.#silence = setTimeout(() => this.send(pingText), silenceMs);
  }

  /** Milliseconds since the client's last sign of life. */
  get silentForMs(): number {
    return performance.now() - this.#lastSignMs;
  }

  /** The client has sent something, or has taken what waited for it. */
  noteSign(): void {
    this.#lastSignMs = performance.now();
  }

  /** Sends one message and begins to wait for the client when too much is unsent; does nothing once the socket closes. */
  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#silence.refresh();
    this.#socket.send(text, () => {
      if (this.#draining === null) return;
      // The system accepted data that it could not before, so the client is reading. Its Pongs are not read meanwhile.
      this.noteSign();
      if (this.#socket.bufferedAmount === 0) this.#draining.end();
    });
    if (this.#socket.bufferedAmount > fullBytes) this.#waitForDrain();
  }

  async drained(): Promise<void> {
    await this.#draining?.promise;
  }

  pauseReading(): void {
    if (this.#pauses++ === 0) this.#socket.pause();
  }

  /** Takes back one {@link pauseReading}; reading goes on when no reason against it is left. */
  resumeReading(): void {
    if (--this.#pauses === 0) this.#socket.resume();
  }

  /** Begins the closing handshake with a code and reason of RFC 6455, and pings no more. */
  close(code: number, reason: string): void {
    clearTimeout(this.#silence);
    this.#socket.close(code, reason);
  }

  /** The socket is gone: nobody has to wait for it any more. */
  closed(): void {
    clearTimeout(this.#silence);
    this.#draining?.end();
  }

  #waitForDrain(): void {
    if (this.#draining !== null) return;
    this.pauseReading();
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => (resolve = done));
    const end = (): void => {
      this.#draining = null;
      this.resumeReading();
      resolve();
    };
    this.#draining = { promise, end };
  }
}
