import { Counter, Histogram, Registry } from "prom-client";
import { routeTable } from "../../convex/gateway/routeTable";
import { TreeRouter } from "../../convex/gateway/treeRouter";
import { headerIn, shownPath } from "../../host/server/requestEvents";
import type { RequestEvent } from "../../host/server/requestEvents";
import type { LogEvent } from "./logWriter";

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const mount = "/http/";

/** What the gateway answers without a domain; written down here, since importing its routes would delay every start. */
export const platformPaths = [
  ["GET", "/"],
  ["GET", "/v1"],
  ["GET", "/.well-known/api-catalog"],
  ["GET", "/favicon.ico"],
  ["GET", "/v1/health"],
  ["GET", "/livez"],
  ["GET", "/readyz"],
  ["POST", "/v1/oauth/token"],
  ["POST", "/v1/oauth/revoke"],
  ["POST", "/v1/webhooks/clerk"],
  ["POST", "/v1/webhooks/resend"],
  ["POST", "/v1/webhooks/stripe"],
  ["GET", "/v1/email/unsubscribe"],
  ["POST", "/v1/email/unsubscribe"],
  ["GET", "/v1/file-content"],
  ["GET", "/.well-known/jwks.json"],
  ["GET", "/.well-known/oauth-authorization-server"],
  ["GET", "/.well-known/oauth-protected-resource"],
  ["GET", "/problems"],
  ["GET", "/problems/:code"],
  ["GET", "/v1/openapi.json"],
  ["GET", "/v1/openapi-3.0.json"],
  ["GET", "/v1/openapi/:domain"],
  ["GET", "/v1/openapi-3.0/:domain"],
  ["GET", "/v1/docs"],
  ["GET", "/v1/docs/:file"],
] as const;

/** Names the operation of a REST request as the document does, or by the path of what belongs to no domain. */
export function operationNames(): (method: string, path: string) => string | undefined {
  const router = new TreeRouter<string>();
  for (const { method, path, operationId } of routeTable) router.add(method, path, operationId);
  for (const [method, path] of platformPaths) router.add(method, path, path);
  return (method, path) => router.match(method === "HEAD" ? "GET" : method, path)[0][0]?.[0];
}

/** Counts REST requests by operation, and tells of every request over HTTP. */
export class RequestLog {
  readonly #operationOf = operationNames();
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: "portico_requests_total",
    help: "REST requests by operation and class of status; aborted when the client went away first.",
    labelNames: ["operation", "status"],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: "portico_request_duration_seconds",
    help: "Time from a REST request's arrival until its answer has left, by operation.",
    labelNames: ["operation"],
    buckets: seconds,
    registers: [this.#registry],
  });
  readonly #tell: ((event: LogEvent) => void) | undefined;

  /** @param tell receives a line for each request; absent, they are only counted */
  constructor(tell: ((event: LogEvent) => void) | undefined) {
    this.#tell = tell;
  }

  /** Notes one request that has been answered. */
  note(event: RequestEvent): void {
    const rest = restPathOf(event);
    const operation = rest === undefined ? undefined : this.#operationOf(event.method, rest);
    if (rest !== undefined) {
      // A path that there is not has no label of its own, or strangers could make up as many as they like.
      const label = operation ?? "none";
      const status = event.status === null ? "aborted" : `${Math.floor(event.status / 100)}xx`;
      this.#requests.inc({ operation: label, status });
      this.#seconds.observe({ operation: label }, event.durationMs / 1000);
    }
    this.#tell?.(requestLine(event, operation));
  }

  /** The counts in Prometheus' text form. */
  async metricsText(): Promise<string> {
    return await this.#registry.metrics();
  }
}

/** The path as `http.ts` sees it; undefined for the function API. */
function restPathOf({ port, path }: RequestEvent): string | undefined {
  if (port === "site") return path;
  return path.startsWith(mount) ? path.slice(mount.length - 1) : undefined;
}

function requestLine(event: RequestEvent, operation: string | undefined): LogEvent {
  const { port, method, status, durationMs, requestId, ip, headers, functionPath } = event;
  const path = shownPath(event.path);
  // What the request named is said of those alone that no organization was found for.
  const named = headerIn(event.answerHeaders, "portico-organization") ?? headers["portico-organization"];
  const organization = typeof named === "string" ? shownPath(named) : null;
  const name = operation ?? (functionPath === null ? null : shownPath(functionPath));
  const ms = Math.round(durationMs * 10) / 10;
  return {
    level: status !== null && status >= 500 ? "error" : "info",
    event: "request",
    fields: { port, method, path, operation: name, status, durationMs: ms, requestId, organization, ip },
    text: requestText,
  };
}

/** The same for people. */
function requestText(fields: LogEvent["fields"]): string {
  const { method, path, status, durationMs, requestId, operation, organization } = fields;
  return [method, path, status ?? "aborted", `${durationMs} ms`, requestId, operation, organization]
    .filter((part) => part !== null)
    .join(" ");
}
