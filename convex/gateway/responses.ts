import { env } from "../_generated/server";
import { documentationLinkHeader } from "../core/wire/documentationLinks";
import { problemOf } from "../core/wire/errors";
import type { Problem } from "../core/wire/errors";
import type { ProblemCode } from "../core/wire/problems";

const exposedHeaders =
  "Accept-Ranges, Content-Disposition, Content-Range, Date, Deprecation, ETag, Idempotent-Replayed, Link, Location, Portico-Dry-Run, Portico-Organization, RateLimit, RateLimit-Policy, Retry-After, Sunset, WWW-Authenticate, X-Request-Id";
const allowedHeaders =
  "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Portico-Client, Portico-Dry-Run, Portico-Organization, Range, traceparent, X-File-Name, X-File-Purpose, X-Request-Id";

/** Headers of every answer: request id, CORS (no cookies are ever used, so any origin may be allowed) and hardening. */
export function commonHeaders(requestId: string, origin: string | null): Record<string, string> {
  const allowed = allowedOrigin(origin);
  return {
    "x-request-id": requestId,
    "x-content-type-options": "nosniff",
    ...(allowed === undefined
      ? {}
      : { "access-control-allow-origin": allowed, "access-control-expose-headers": exposedHeaders }),
    ...(allowed === undefined || allowed === "*" ? {} : { vary: "Origin" }),
  };
}

function allowedOrigin(origin: string | null): string | undefined {
  const allowed = (env["CORS_ALLOWED_ORIGINS"] ?? "*").split(",").map((entry) => entry.trim());
  if (allowed.includes("*")) return "*";
  return origin !== null && allowed.includes(origin) ? origin : undefined;
}

/** A CORS preflight or a plain OPTIONS: 204 with what the path allows. */
export function optionsResponse(methods: readonly string[], headers: Record<string, string>): Response {
  const allow = [...methods, "OPTIONS"].join(", ");
  return new Response(null, {
    status: 204,
    headers: {
      ...headers,
      allow,
      "access-control-allow-methods": allow,
      "access-control-allow-headers": allowedHeaders,
      "access-control-max-age": "86400",
    },
  });
}

/** Headers of a problem: the content codings that are accepted (RFC 9110, 15.5.16), and when to retry. */
export function headersOfProblem(code: ProblemCode): Record<string, string> {
  if (code === "unsupported_content_encoding") return { "accept-encoding": "identity" };
  // A setting is not made within seconds.
  if (code === "webhook_not_configured") return { "retry-after": "300" };
  // An invitation that was sent as often as it may is over some day, and the address can be invited anew.
  if (code === "resend_limit") return { "retry-after": "86400" };
  return code === "unavailable" ? { "retry-after": "5" } : {};
}

/** A problem as `application/problem+json` (RFC 9457), with the request's id. */
export function problemResponse(problem: Problem, requestId: string, headers: Record<string, string>): Response {
  // Convex sorts the fields of what crosses a function border; people read them in RFC 9457's order.
  const { type, title, status, detail, code, errors, retryAfterSeconds, "violated-policies": violated } = problem;
  const body = {
    type,
    title,
    status,
    detail,
    code,
    requestId,
    errors,
    retryAfterSeconds,
    "violated-policies": violated,
  };
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: {
      ...headers,
      ...headersOfProblem(code),
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
      "content-type": "application/problem+json",
      "cache-control": "no-store",
    },
  });
}

/** The problem of `code` as a response. */
export function problemResponseOf(
  code: ProblemCode,
  detail: string,
  requestId: string,
  headers: Record<string, string>,
): Response {
  return problemResponse(problemOf(code, detail), requestId, headers);
}

/** The 404 of a path that is nobody's, for somebody who has no documentation at hand. */
export function nothingThere(requestId: string, headers: Record<string, string>): Response {
  return problemResponseOf(
    "not_found",
    `There is nothing at this path; ${siteUrl()}/v1/docs says what is.`,
    requestId,
    {
      ...headers,
      link: documentationLinkHeader(siteUrl()),
    },
  );
}

/** The deployment's own origin; relative addresses where it does not know it. */
export function siteUrl(): string {
  return env["CONVEX_SITE_URL"] ?? "";
}
