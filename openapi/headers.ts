import { documentOrigin } from "../convex/documentation/documentOrigin";
import type { JsonObject } from "./json";

/** Response headers that operations refer to. Those that are required stand in every answer that refers to them. */
export const headerComponents: Readonly<Record<string, JsonObject>> = {
  "Access-Control-Allow-Origin": {
    description: "`*`, or the caller's origin where the deployment lists the origins it allows.",
    schema: { type: "string", maxLength: 2048 },
    example: "*",
  },
  "Accept-Encoding": {
    description: "Codings of a body that are taken (RFC 9110, 12.5.3), where the one that was sent is not.",
    schema: { type: "string", maxLength: 64 },
    example: "identity",
  },
  "Content-Disposition": {
    required: true,
    description: "Whether the file is to be shown or saved, and its name (RFC 6266), as ASCII and as UTF-8 (RFC 8187).",
    schema: { type: "string", maxLength: 4096 },
    example: "inline; filename=\"logo.png\"; filename*=UTF-8''logo.png",
  },
  "Content-Range": {
    required: true,
    description: "Which bytes of how many these are (RFC 9110, 14.4).",
    schema: { type: "string", maxLength: 64 },
    example: "bytes 0-1023/48213",
  },
  ETag: {
    required: true,
    description: "Entity tag of the answer (RFC 9110), for `If-Match` and `If-None-Match`.",
    schema: { type: "string", maxLength: 128 },
    example: '"22jjqs1036017iu32fbwuv"',
  },
  "Idempotent-Replayed": {
    description: "`true` when the answer is that of an earlier request with the same idempotency key.",
    schema: { type: "string", enum: ["true"] },
    example: "true",
  },
  Link: {
    description:
      "Where to read on (RFC 8288): `service-doc`, `service-desc` and `status` (RFC 8631), `api-catalog` (RFC 9727).",
    schema: { type: "string", maxLength: 8192 },
    example: `<${documentOrigin}/v1/docs>; rel="service-doc"; type="text/html"`,
  },
  Location: {
    required: true,
    description: "Path of the created row.",
    schema: { type: "string", format: "uri-reference", maxLength: 2048 },
    example: "/v1/schedules/jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
  },
  "Portico-Dry-Run": {
    description: "`true` when the request was a dry run: nothing of it was kept.",
    schema: { type: "string", enum: ["true"] },
    example: "true",
  },
  "Portico-Organization": {
    description: "Id of the organization that the request acted in, whatever named it.",
    schema: { type: "string", maxLength: 64 },
    example: "kx76z0c1h9m2n4p6q8r0s2t4v6w8x0y2",
  },
  RateLimit: {
    description:
      "The requests that are left (`r`), and after how many seconds all of them will be again if none is sent (`t`): draft-ietf-httpapi-ratelimit-headers. Absent where nothing is counted.",
    schema: { type: "string", maxLength: 256 },
    example: '"apiKey";r=1187;t=1',
  },
  "RateLimit-Policy": {
    description: "How many requests (`q`) in how many seconds (`w`), under the name of the quota.",
    schema: { type: "string", maxLength: 256 },
    example: '"apiKey";q=1200;w=60',
  },
  "Retry-After": {
    required: true,
    description: "Seconds after which the same request may succeed (RFC 9110).",
    schema: { type: "string", maxLength: 32 },
    example: "5",
  },
  "WWW-Authenticate": {
    required: true,
    description:
      "How to authenticate (RFC 6750), why a credential was refused, and where it says whose tokens are taken (RFC 9728).",
    schema: { type: "string", maxLength: 4096 },
    example: `Bearer realm="portico", error="invalid_token", error_description="Could not validate token: Expired token.", resource_metadata="${documentOrigin}/.well-known/oauth-protected-resource"`,
  },
  "X-Request-Id": {
    required: true,
    description: "The id of the request: the caller's own if it sent one, and the one to quote in reports.",
    schema: { type: "string", maxLength: 128 },
    example: "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
  },
};

/** Those of operations that will go; the document has them where there are any. */
export const endingHeaders = {
  Deprecation: {
    required: true,
    description: "When the end of the operation was announced (RFC 9745): `@` and seconds since the epoch.",
    schema: { type: "string", pattern: "^@\\d{1,12}$", maxLength: 16 },
    example: "@1793491200",
  },
  Sunset: {
    required: true,
    description: "From when on the operation may be gone (RFC 8594).",
    schema: { type: "string", maxLength: 32 },
    example: "Sat, 01 May 2027 00:00:00 GMT",
  },
} satisfies Record<string, JsonObject>;

/** References to headers by name. */
export function headersOf(...names: readonly (keyof typeof headerComponents)[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Headers of every answer. */
export const commonHeaders = headersOf("X-Request-Id", "Access-Control-Allow-Origin", "RateLimit", "RateLimit-Policy");

/**
 * Request headers that operations refer to. Organization and idempotency key have no example: a tool that sends examples
 * would send a made-up organization, or one key for different requests, and every request would fail.
 */
export const parameterComponents: Readonly<Record<string, JsonObject>> = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are.",
    schema: { type: "string", minLength: 8, maxLength: 128, pattern: "^[!-~]{8,128}$" },
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "Entity tags of the row as it was read; another state of the row is refused with 412.",
    schema: { type: "string", maxLength: 1024 },
    example: "*",
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "Entity tags of answers that the caller has; 304 when one of them is still current.",
    schema: { type: "string", maxLength: 1024 },
    example: '"22jjqs1036017iu32fbwuv"',
  },
  Range: {
    name: "Range",
    in: "header",
    description: "One range of bytes, such as `bytes=0-1023`; anything else asks for the whole file.",
    schema: { type: "string", maxLength: 64 },
    example: "bytes=0-1023",
  },
  PorticoDryRun: {
    name: "Portico-Dry-Run",
    in: "header",
    description:
      "`true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.",
    schema: { type: "boolean", default: false },
    example: false,
  },
  PorticoOrganization: {
    name: "Portico-Organization",
    in: "header",
    description:
      "The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused.",
    schema: { type: "string", minLength: 1, maxLength: 255 },
  },
};

/** A reference to a request header. */
export function parameterOf(name: keyof typeof parameterComponents): JsonObject {
  return { $ref: `#/components/parameters/${name}` };
}
