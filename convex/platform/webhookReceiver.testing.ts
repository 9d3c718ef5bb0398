import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";

/** A request that a receiver got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a receiver answers; `never` leaves the connection open. */
type ReceiverAnswer = { readonly status: number; readonly headers?: Record<string, string> } | "never";

/** A server on this machine that takes webhooks and keeps what it got. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** What it answers from now on. */
  answer: (request: Received) => ReceiverAnswer = () => ({ status: 204 });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const got = { headers: request.headers, body: Buffer.concat(parts).toString() };
        this.received.push(got);
        const answer = this.answer(got);
        if (answer !== "never") response.writeHead(answer.status, answer.headers).end("not for anybody's eyes");
      });
    });
  }

  static async open(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  /** Scheme, host and port, as a deployment has to be allowed to reach them. */
  get origin(): string {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("The receiver is closed.");
    return `http://127.0.0.1:${address.port}`;
  }

  /** The ids of the events that arrived, in order of arrival. */
  get eventIds(): string[] {
    return this.received.map(({ headers }) => String(headers["webhook-id"]));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
