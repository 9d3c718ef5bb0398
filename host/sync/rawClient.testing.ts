import { once } from "node:events";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { ClientOptions } from "ws";

export type Message = Readonly<Record<string, unknown>>;

/** A socket that speaks the sync protocol by hand, for what a real client would never send. */
export interface RawClient {
  readonly socket: WebSocket;
  /** Sends an object as JSON, or a string or bytes as they are. */
  send(message: unknown): void;
  /** The next message of a type, Pings and others passed over. */
  next(type: string): Promise<Message>;
  /** The close code, once the server has closed. */
  closed(): Promise<number>;
}

export const sessionId = "123e4567-e89b-42d3-a456-426614174000";
export const connect = { type: "Connect", sessionId, connectionCount: 0, lastCloseReason: null, clientTs: 0 };

/** Opens a socket; with `hello`, a session on it. */
export async function openRaw(
  cloudUrl: string,
  hello = true,
  path = "/api/1.48.0/sync",
  options: ClientOptions = {},
): Promise<RawClient> {
  const socket = new WebSocket(cloudUrl.replace("http", "ws") + path, options);
  const messages: Message[] = [];
  let wake = (): void => undefined;
  socket.on("message", (data: Buffer) => {
    const message: Message = JSON.parse(data.toString("utf8"));
    messages.push(message);
    wake();
  });
  const closed = new Promise<number>((resolve) => void socket.on("close", (code: number) => resolve(code)));
  void closed.then(() => wake());
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  const client: RawClient = {
    socket,
    send: (message) =>
      socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message)),
    async next(type) {
      for (;;) {
        for (let message = messages.shift(); message !== undefined; message = messages.shift())
          if (message["type"] === type) return message;
        if (socket.readyState === WebSocket.CLOSED) throw new Error(`Closed before a ${type} came`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    closed: () => closed,
  };
  if (hello) client.send(connect);
  return client;
}
