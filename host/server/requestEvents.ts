import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestMetadata } from "../deployment";

/** One request over HTTP, once its answer has left or its client has gone. */
export interface RequestEvent {
  readonly port: "cloud" | "site";
  readonly method: string;
  /** Below the base path, without query. Clients put anything there: write what {@link shownPath} makes of it. */
  readonly path: string;
  /** The function that the function API was asked for; clients name anything. */
  readonly functionPath: string | null;
  /** Null when the client went away before the answer began. */
  readonly status: number | null;
  readonly durationMs: number;
  /** The id that the client has been told, or the host's own. */
  readonly requestId: string;
  readonly ip: string | null;
  /** The request's headers; whoever writes of them chooses which. */
  readonly headers: IncomingMessage["headers"];
  /** Those of an HTTP action's answer, with names in lower case. */
  readonly answerHeaders: AnswerHeaders;
}

/** What a door learns of a request while it answers it. */
export interface Findings {
  functionPath?: string;
  requestId?: string;
  answerHeaders?: AnswerHeaders;
}

type AnswerHeaders = Iterable<readonly [name: string, value: string]>;

/** The first header of a name. */
export function headerIn(headers: AnswerHeaders, wanted: string): string | undefined {
  for (const [name, value] of headers) if (name === wanted) return value;
  return undefined;
}

/** Document ids have as many characters; keys, tokens and the names of stored files have more. */
const maxShownLength = 32;

const maxPlainLength = 128;
const slash = 47;
const questionMark = 63;

/** Path or name for a log: without query, in printable ASCII, and with nothing in it that is long enough to be a secret. */
export function shownPath(target: string): string {
  // Nearly every target is shown as it is, which this tells in a fraction of the time that taking it apart takes.
  if (isPlain(target)) return target;
  const end = target.indexOf("?");
  const segments = (end < 0 ? target : target.slice(0, end)).split("/", 20);
  return segments
    .map((segment) => (segment.length > maxShownLength ? "…" : segment.replaceAll(/[^\x21-\x7e]/g, "?")))
    .join("/");
}

/** Whether a short text has nothing to hide; without the tests of many patterns, since every request asks. */
function isPlain(target: string): boolean {
  if (target.length > maxPlainLength) return false;
  let segmentLength = 0;
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code < 0x21 || code > 0x7e || code === questionMark) return false;
    segmentLength = code === slash ? 0 : segmentLength + 1;
    if (segmentLength > maxShownLength) return false;
  }
  return true;
}

/** What there is to tell of a request now. */
export function requestEventOf(
  port: RequestEvent["port"],
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, ip }: RequestMetadata,
  findings: Findings,
  startedAtMs: number,
): RequestEvent {
  const { url = "/", headers, method = "" } = request;
  const end = url.indexOf("?");
  return {
    port,
    method,
    path: end < 0 ? url : url.slice(0, end),
    functionPath: findings.functionPath ?? null,
    status: response.headersSent ? response.statusCode : null,
    durationMs: performance.now() - startedAtMs,
    requestId: findings.requestId ?? requestId,
    ip,
    headers,
    answerHeaders: findings.answerHeaders ?? [],
  };
}
