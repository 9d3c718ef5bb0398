import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { RequestMetadata } from "../deployment";
import { maxBodyBytes } from "../server/requestBody";
import { SyncSession } from "./session";
import type { SessionOptions } from "./session";
import type { BytesInFlight } from "../server/bytesInFlight";
import { MessageIntake } from "./messageIntake";
import { SocketChannel } from "./socketChannel";

const syncPath = /^\/api\/(?:(?<version>[^/?]+)\/)?sync(?:\?|$)/;
const clientVersion = /^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.-]{1,64})?$/;
/** As often as Convex's own server looks whether a client is still there, and when it gives up. */
const heartbeatIntervalMs = 5_000;
const clientTimeoutMs = 120_000;
const closeGraceMs = 1_000;
const goingAway = 1001;

/** What every session of the server has in common. */
export interface SyncServerOptions extends Omit<SessionOptions, "metadata" | "takesChunks"> {
  /** How long a client hears nothing before it is sent a Ping, milliseconds; Convex's 15 s when absent. */
  readonly pingAfterSilenceMs?: number;
  readonly bytesInFlight: BytesInFlight;
}

/** The WebSocket door: `/api/<client version>/sync` of the cloud port. */
export class SyncServer {
  readonly #options: SyncServerOptions;
  // Compression stays off, since a few compressed bytes could unpack to gigabytes.
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maxBodyBytes, perMessageDeflate: false });
  readonly #channels = new Map<WebSocket, SocketChannel>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(options: SyncServerOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => this.#checkClients(), heartbeatIntervalMs);
    this.#heartbeat.unref();
  }

  /** Turns a request for an upgrade into a session, or refuses it. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, metadata: RequestMetadata): void {
    const match = syncPath.exec(request.url ?? "");
    if (match === null) return refuseUpgrade(socket, "404 Not Found", "There is no WebSocket at this address.");
    const version = match.groups?.["version"];
    if (version !== undefined && !clientVersion.test(version))
      return refuseUpgrade(socket, "400 Bad Request", "The address does not name a version of the Convex client.");
    const takesChunks = version !== undefined && understandsChunks(version);
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#open(webSocket, socket, metadata, takesChunks),
    );
  }

  /** Asks every client to come back later; those that do not answer within a second, or `graceMs`, are cut off. */
  async close(graceMs = closeGraceMs): Promise<void> {
    clearInterval(this.#heartbeat);
    const gone = Array.from(this.#channels, ([webSocket, channel]) => {
      const closed = new Promise<void>((resolve) => void webSocket.once("close", () => resolve()));
      channel.close(goingAway, "The server is stopping");
      return closed;
    });
    const grace = setTimeout(
      () => {
        for (const webSocket of this.#channels.keys()) webSocket.terminate();
      },
      Math.min(graceMs, closeGraceMs),
    );
    await Promise.all(gone);
    clearTimeout(grace);
  }

  #open(webSocket: WebSocket, socket: Duplex, metadata: RequestMetadata, takesChunks: boolean): void {
    const channel = new SocketChannel(webSocket, this.#options.pingAfterSilenceMs);
    const session = new SyncSession({ ...this.#options, metadata, takesChunks }, channel);
    this.#channels.set(webSocket, channel);
    const { bytesInFlight, jsonLimits } = this.#options;
    const intake = new MessageIntake(bytesInFlight, jsonLimits.maxAnonymousBytes, () => session.isAnonymous);
    webSocket.on("message", (data, isBinary) => {
      channel.noteSign();
      const held = intake.complete();
      if (!isBinary && Buffer.isBuffer(data)) return session.receive(data, () => held.release());
      held.release();
      session.refuse("messages are text");
    });
    // Runs after ws has consumed the same bytes, so that the rest is the beginning of a message.
    socket.on("data", (chunk: Buffer) => {
      if (intake.arrive(chunk.length)) return;
      session.refuseIntake();
      setImmediate(() => webSocket.terminate());
    });
    webSocket.on("ping", (data) => intake.passOver(data.length));
    webSocket.on("pong", (data) => {
      channel.noteSign();
      intake.passOver(data.length);
    });
    webSocket.on("close", () => {
      this.#channels.delete(webSocket);
      intake.end();
      channel.closed();
      session.closed();
    });
    // Broken frames and lost connections; ws closes the socket itself, with the code that says why.
    webSocket.on("error", () => undefined);
  }

  #checkClients(): void {
    for (const [webSocket, channel] of this.#channels) {
      if (channel.silentForMs > clientTimeoutMs) webSocket.terminate();
      else if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
    }
  }
}

/** TransitionChunk came with version 1.28 of the convex package. */
function understandsChunks(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || (major === 1 && minor >= 28);
}

function refuseUpgrade(socket: Duplex, status: string, message: string): void {
  // The client may be gone already, and nothing else handles errors on an upgraded connection.
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  const body = JSON.stringify({ code: status.slice(4).replaceAll(" ", ""), message });
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
