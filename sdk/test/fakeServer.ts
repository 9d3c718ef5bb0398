import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

/** A request as the server received it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly atMs: number;
}

/** What the server does with a request. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  /** Sends the head and half a body, then nothing more. */
  readonly stallBody?: boolean;
  /** Never answers. */
  readonly hang?: boolean;
  /** Closes the connection without an answer. */
  readonly reset?: boolean;
}

/** A real HTTP server on a free port of 127.0.0.1, closed when the test ends. */
export async function fakeServer(
  answer: (request: Received, index: number) => Answer | Promise<Answer>,
): Promise<{ readonly url: string; readonly requests: readonly Received[] }> {
  const requests: Received[] = [];
  const server = createServer((incoming, response) => {
    const serve = async () => {
      const received = await read(incoming);
      requests.push(received);
      reply(response, await answer(received, requests.length - 1));
    };
    // A mistake of the test itself ends the connection, and so the call that waits for it.
    serve().catch((error: Error) => response.destroy(error));
  });
  return { url: await listening(server), requests };
}

/** Has a server listen until the test ends; answers its URL. */
export async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

async function read(incoming: IncomingMessage): Promise<Received> {
  const atMs = performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
  return {
    method: incoming.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks).toString("utf8"),
    atMs,
  };
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer.hang) return;
  if (answer.reset) return void response.destroy();
  const body = answer.text ?? (answer.json === undefined ? "" : JSON.stringify(answer.json));
  response.writeHead(answer.status ?? 200, {
    ...(answer.json === undefined ? {} : { "content-type": "application/json" }),
    ...answer.headers,
  });
  if (answer.stallBody) return void response.write(body.slice(0, body.length / 2) || " ");
  response.end(body);
}

/** An RFC 9457 answer. */
export function problem(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
  extra: Readonly<Record<string, unknown>> = {},
): Answer {
  return {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
    text: JSON.stringify({
      type: `https://api.example.com/problems/${code}`,
      title: `Title of ${code}`,
      status,
      detail: `Detail of ${code}`,
      code,
      requestId: "req_body",
      ...extra,
    }),
  };
}

/** An unsigned JWT with these claims: clients only read it. */
export function jwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "ES256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
}

/** What a call was rejected with. */
export async function rejection(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("The call succeeded");
}
