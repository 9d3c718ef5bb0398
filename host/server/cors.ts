import type { IncomingMessage, ServerResponse } from "node:http";

/** Lets every origin use the function API, as Convex does: tokens travel in headers, and there are no cookies to steal. */
export function mirrorOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("vary", "origin, access-control-request-method, access-control-request-headers");
}

/** Tells a CORS preflight (Fetch standard 4.8) from other OPTIONS requests. */
export function isPreflight(request: IncomingMessage): boolean {
  return (
    request.method === "OPTIONS" &&
    request.headers.origin !== undefined &&
    request.headers["access-control-request-method"] !== undefined
  );
}

/** Grants what a preflight asks for, for a day. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  mirrorOrigin(request, response);
  response.setHeader("access-control-max-age", "86400");
  const method = request.headers["access-control-request-method"];
  if (method !== undefined) response.setHeader("access-control-allow-methods", method);
  const headers = request.headers["access-control-request-headers"];
  if (headers !== undefined) response.setHeader("access-control-allow-headers", headers);
  response.writeHead(200, { "content-length": 0 });
  response.end();
}
