import type { Operation } from "../../convex/core/operations/declaration";
import type { TextAnswer } from "./answerAudit.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** A request of one operation, before it is sent. */
export interface Arranged {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The body of an operation that takes bytes, and the headers beside it. */
  readonly bytes?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bearer credential; the owner of `acme` unless given. */
  readonly credential?: string;
}

export interface Answer extends TextAnswer {
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends one request and reads the whole answer; an empty body reads as `{}`. */
export async function send(
  portico: TestPortico,
  method: string,
  path: string,
  credential: string | undefined,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await portico.textOf(`${portico.siteUrl}${path}`, {
    method,
    headers: {
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { ...answer, body: answer.text.startsWith("{") ? JSON.parse(answer.text) : {} };
}

/** Sends an arranged request of an operation over REST. */
export function sendOperation(
  portico: TestPortico,
  operation: Operation,
  arranged: Arranged,
  credential: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { method, takesBytes } = operation.declaration;
  if (takesBytes !== undefined) {
    const all = { "content-type": "application/octet-stream", ...arranged.headers, ...headers };
    return send(portico, method, pathOf(operation, arranged), credential, arranged.bytes ?? "bytes", all);
  }
  const body = method === "GET" || method === "DELETE" ? arranged.body : (arranged.body ?? {});
  return send(portico, method, pathOf(operation, arranged), credential, body, headers);
}

/** The path of an arranged request, parameters and query filled in. */
export function pathOf({ declaration }: Operation, { params = {}, query = {} }: Arranged): string {
  const path = declaration.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const search = new URLSearchParams(query).toString();
  return `/v1${path}${search === "" ? "" : `?${search}`}`;
}

/** A problem without what differs from request to request. */
export function withoutRequestId(answer: Answer): Readonly<Record<string, unknown>> {
  const { requestId: _requestId, ...problem } = answer.body;
  return problem;
}
