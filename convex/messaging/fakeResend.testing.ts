import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

/** How the stand-in answers a request, in the place of accepting it. */
export type FakeAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: object | string }
  /** Accepts the e-mail and drops the connection, as a sender finds it that is killed in between. */
  | "accepts and breaks off"
  /** Never answers. */
  | "hangs";

/** An e-mail as Resend's API is given it. */
export interface AcceptedEmail {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A stand-in for Resend's API on this machine: it accepts once for each idempotency key, as Resend does for a day. */
export interface FakeResend {
  readonly url: string;
  readonly apiKey: string;
  /** By idempotency key. */
  readonly accepted: Map<string, AcceptedEmail>;
  /** What the next requests are answered, in order. */
  readonly answers: FakeAnswer[];
  /** How many requests there were. */
  readonly requests: () => number;
  close(): Promise<void>;
}

const apiKey = "re_test_4fZ2kQ9xB7mN";

/** Starts the stand-in on a free port of the loopback interface. */
export async function startFakeResend(): Promise<FakeResend> {
  const accepted = new Map<string, AcceptedEmail>();
  const answers: FakeAnswer[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString();
    const next = answers.shift();
    if (next === "hangs") return;
    if (next !== undefined && next !== "accepts and breaks off") {
      const { status, headers = {}, body = "" } = next;
      response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
      return;
    }
    if (request.method !== "POST" || request.url !== "/emails") return refuse(response, 404, "not_found");
    if (request.headers.authorization !== `Bearer ${apiKey}`) return refuse(response, 401, "restricted_api_key");
    const key = String(request.headers["idempotency-key"]);
    const body: Record<string, unknown> = JSON.parse(text);
    const known = accepted.get(key);
    if (known && JSON.stringify(known.body) !== text) return refuse(response, 409, "invalid_idempotent_request");
    const email = known ?? { id: `re-${accepted.size + 1}`, body };
    accepted.set(key, email);
    if (next === "accepts and breaks off") {
      response.destroy();
      return;
    }
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ id: email.id }));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    apiKey,
    accepted,
    answers,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, statusCode: number, name: string): void {
  response
    .writeHead(statusCode, { "content-type": "application/json" })
    .end(JSON.stringify({ statusCode, name, message: `Refused: ${name}.` }));
}
