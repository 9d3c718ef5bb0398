import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A row of the provider: its id, its customer, when it last changed, and whatever else it has. */
export interface PsaRow {
  readonly id: number;
  readonly client_id: number;
  readonly last_update: string;
  readonly [field: string]: unknown;
}

/** What a provider can do to whoever asks it. */
export type Trouble =
  /** 429 to so many requests for lists, asking to wait as long. */
  | { readonly kind: "rateLimit"; times: number; readonly retryAfterSeconds: number }
  /** A status, and HTML where JSON is due. */
  | { readonly kind: "html"; readonly status: number }
  /** An answer of so many bytes. */
  | { readonly kind: "large"; readonly bytes: number }
  /** No answer at all. */
  | { readonly kind: "silent" }
  /** From this page on, rows that were not asked for. */
  | { readonly kind: "dropsFilter"; readonly fromPage: number }
  /** From this page on, what the first page had. */
  | { readonly kind: "repeats"; readonly fromPage: number }
  /** From this page on, nothing, though there is more. */
  | { readonly kind: "endsEarly"; readonly fromPage: number }
  /** A token that ends with every answer so many times. */
  | { readonly kind: "tokenEnds"; times: number }
  /** The user has lost the rights: lists are empty, and no error says so. */
  | { readonly kind: "underprivileged" };

/** The customers of a managed service provider, as a professional services automation (PSA) has them. */
export interface FakePsa {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Rows by type, for tests and examples to change. */
  readonly rows: Record<"companies" | "devices" | "tickets", PsaRow[]>;
  /** What it does next; undefined for a good day. */
  trouble: Trouble | undefined;
  /** Requests that it has answered, by path. */
  readonly requests: string[];
  close(): Promise<void>;
}

const [clientId, clientSecret] = ["portico", "correct-horse-battery-staple"];

/** Starts a PSA on this machine: client credentials, numbered pages that count all there is, a filter by the last change. */
export async function startFakePsa({ port = 0 }: { readonly port?: number } = {}): Promise<FakePsa> {
  let tokens = 0;
  let token: string | undefined;
  const psa: Omit<FakePsa, "close" | "url"> & { url: string } = {
    url: "",
    clientId,
    clientSecret,
    rows: { companies: [], devices: [], tickets: [] },
    trouble: undefined,
    requests: [],
  };

  const answer = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) => {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
    response.end(JSON.stringify(body));
  };

  const signIn = async (request: IncomingMessage, response: ServerResponse) => {
    const given = new URLSearchParams(await textOf(request));
    if (given.get("client_id") !== clientId || given.get("client_secret") !== clientSecret) {
      answer(response, 401, { error: "invalid_client" });
      return;
    }
    tokens += 1;
    token = `token-${tokens}`;
    answer(response, 200, { access_token: token, token_type: "Bearer", expires_in: 3600 });
  };

  const list = (url: URL, type: keyof FakePsa["rows"], response: ServerResponse) => {
    const { trouble } = psa;
    const page = Number(url.searchParams.get("page_no") ?? 1);
    const pageSize = Number(url.searchParams.get("page_size") ?? 50);
    const since = url.searchParams.get("last_update_from") ?? "";
    const isFrom = (kind: Trouble["kind"]) =>
      trouble?.kind === kind && "fromPage" in trouble && page >= trouble.fromPage;
    if (trouble?.kind === "silent") return;
    if (trouble?.kind === "rateLimit" && trouble.times > 0) {
      trouble.times -= 1;
      answer(response, 429, { error: "slow down" }, { "retry-after": String(trouble.retryAfterSeconds) });
      return;
    }
    if (trouble?.kind === "html") {
      response.writeHead(trouble.status, { "content-type": "text/html" });
      response.end("<!doctype html><title>Maintenance</title>");
      return;
    }
    if (trouble?.kind === "large") {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`{"page_no":1,"padding":"${"x".repeat(trouble.bytes)}"}`);
      return;
    }
    if (trouble?.kind === "tokenEnds" && trouble.times > 0) {
      trouble.times -= 1;
      token = undefined;
      answer(response, 401, { error: "token expired" });
      return;
    }
    const all = psa.rows[type].toSorted((left, right) => left.id - right.id);
    const asked = trouble?.kind === "underprivileged" ? [] : all.filter((row) => row.last_update >= since);
    const from = isFrom("dropsFilter") ? all.filter((row) => row.last_update < since) : asked;
    const start = isFrom("repeats") || isFrom("dropsFilter") ? 0 : (page - 1) * pageSize;
    const shown = isFrom("endsEarly") ? [] : from.slice(start, start + pageSize);
    answer(response, 200, { page_no: page, page_size: pageSize, record_count: asked.length, [type]: shown });
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", psa.url);
    psa.requests.push(`${request.method} ${url.pathname}`);
    if (request.method === "POST" && url.pathname === "/auth/token") void signIn(request, response);
    else if (token === undefined || request.headers.authorization !== `Bearer ${token}`)
      answer(response, 401, { error: "unauthorized" });
    else {
      const [type] = url.pathname.split("/").slice(2);
      if (type === "companies" || type === "devices" || type === "tickets") list(url, type, response);
      else answer(response, 404, { error: "no such list" });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The PSA has no port.");
  psa.url = `http://127.0.0.1:${address.port}`;
  return Object.assign(psa, {
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
