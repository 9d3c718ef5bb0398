import { outboundUrlFault } from "./outboundUrl";
import { secondMs } from "./durations";

/** A request to somebody else's server. */
export interface OutboundRequest {
  readonly url: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** From the request to the last byte that is read of the answer; 10 seconds unless given. */
  readonly timeoutMs?: number;
  /** What is read of the answer at most, as its `Content-Encoding` unfolds; 4 KiB unless given. */
  readonly maxBodyBytes?: number;
}

/** How a request ended; which of them is worth another try, its sender decides. */
export type OutboundResult =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: Headers;
      /** What was read, for code to parse: it is another's text, and no row, log or answer repeats it. */
      readonly body: Uint8Array<ArrayBuffer>;
      /** Whether that is all of it. */
      readonly isWhole: boolean;
      readonly durationMs: number;
    }
  | {
      readonly kind: "failed";
      readonly reason: "url_not_allowed" | "redirected" | "malformed" | "timed_out" | "unreachable";
      /** The reason in words that tell nothing of the network behind this deployment. */
      readonly message: string;
      readonly durationMs: number;
    };

type Failure = Extract<OutboundResult, { kind: "failed" }>["reason"];

const messages: Readonly<Record<Exclude<Failure, "url_not_allowed">, string>> = {
  redirected: "The server answered with a redirect, which is not followed.",
  malformed: "The server answered with a status that HTTP does not have.",
  timed_out: "The server did not answer in time.",
  unreachable: "The server could not be reached.",
};

/**
 * Sends a request to a server that somebody has named, the one way in which this deployment does: the URL is checked again, redirects
 * are not followed, and neither time nor the answer's size is the server's to choose. Where actions run on the host of this
 * repository, the connection is checked as well (`host/runtime/mainThread/egress.ts`). Only in actions. Never throws for what the
 * server does.
 */
export async function outboundFetch(request: OutboundRequest): Promise<OutboundResult> {
  const { url, method = "GET", headers = {}, body, timeoutMs = 10 * secondMs, maxBodyBytes = 4096 } = request;
  const startedAtMs = performance.now();
  const durationMs = () => Math.round(performance.now() - startedAtMs);
  const fault = outboundUrlFault(url);
  if (fault !== undefined)
    return { kind: "failed", reason: "url_not_allowed", message: fault, durationMs: durationMs() };
  const failed = (reason: keyof typeof messages): OutboundResult => ({
    kind: "failed",
    reason,
    message: messages[reason],
    durationMs: durationMs(),
  });
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const {
      status,
      headers: answered,
      body: stream,
    } = await fetch(url, {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal: abort.signal,
    });
    // Runtimes that keep a redirect to themselves show it with status 0.
    const isRedirect = status === 0 || (status >= 300 && status < 400);
    // RFC 9110, 15: what is stored and shown of an answer is one of these, whatever was sent.
    const isMalformed = status > 599;
    const read = await firstBytes(stream, isRedirect || isMalformed ? 0 : maxBodyBytes);
    if (isRedirect) return failed("redirected");
    if (isMalformed) return failed("malformed");
    return { kind: "answered", status, headers: answered, ...read, durationMs: durationMs() };
  } catch {
    return failed(abort.signal.aborted ? "timed_out" : "unreachable");
  } finally {
    clearTimeout(timer);
  }
}

async function firstBytes(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<{ readonly body: Uint8Array<ArrayBuffer>; readonly isWhole: boolean }> {
  const body = new Uint8Array(maxBytes);
  let length = 0;
  if (stream === null) return { body: body.subarray(0, 0), isWhole: true };
  const reader = stream.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return { body: body.slice(0, length), isWhole: true };
      const taken = value.subarray(0, maxBytes - length);
      body.set(taken, length);
      length += taken.length;
      if (taken.length < value.length) return { body: body.slice(0, length), isWhole: false };
    }
  } finally {
    // The rest of the answer is nobody's: the connection goes with it.
    await reader.cancel().catch(() => undefined);
  }
}
