import { oauthErrors } from "../convex/core/wire/oauthErrors";
import { byText } from "./json";
import type { JsonObject } from "./json";

const url = { type: "string", format: "uri", maxLength: 2048 };
const name = { type: "string", maxLength: 128 };
const names = { type: "array", items: name };
const base64url = { type: "string", pattern: "^[A-Za-z0-9_-]+$", maxLength: 86 };

function closedObject(properties: JsonObject, optional: readonly string[] = []): JsonObject {
  const required = Object.keys(properties).filter((property) => !optional.includes(property));
  return { type: "object", properties, required, additionalProperties: false };
}

const problemEntry = {
  type: url,
  code: { type: "string", maxLength: 64 },
  status: { type: "integer", format: "int32", minimum: 400, maximum: 599 },
  title: { type: "string", maxLength: 200 },
  mend: { type: "string", maxLength: 1000, description: "What the caller can do about it." },
};

/** Named schemas of the routes without a domain operation, and the page part of every list. */
export const platformSchemas: Readonly<Record<string, JsonObject>> = {
  PageInfo: closedObject({
    nextCursor: {
      type: ["string", "null"],
      maxLength: 4096,
      description: "The next page's `cursor`; null on the last page.",
    },
    hasMore: { type: "boolean" },
    limit: { type: "integer", format: "int32", minimum: 1, maximum: 100 },
  }),
  Health: closedObject({
    status: { type: "string", enum: ["ok"] },
    version: { type: "string", enum: ["v1"] },
    time: {
      type: "integer",
      format: "int64",
      minimum: 0,
      maximum: 8_640_000_000_000_000,
      description: "Milliseconds since the epoch.",
    },
  }),
  TokenRequest: closedObject(
    {
      grant_type: { type: "string", enum: ["client_credentials"] },
      client_id: { type: "string", maxLength: 255, description: "Any name; the secret alone says who calls." },
      client_secret: {
        type: "string",
        format: "password",
        maxLength: 1024,
        description: "An API key or agent key, unless it is sent by HTTP Basic.",
      },
      scope: {
        type: "string",
        maxLength: 16_384,
        description: "Scopes with a space between them; all that the key holds unless given.",
      },
    },
    ["client_id", "client_secret", "scope"],
  ),
  Token: closedObject({
    access_token: { type: "string", maxLength: 65_536, description: "A JWT, signed with ES256." },
    token_type: { type: "string", enum: ["Bearer"] },
    expires_in: { type: "integer", format: "int32", minimum: 1, maximum: 900, description: "Seconds." },
    scope: { type: "string", maxLength: 16_384 },
  }),
  OAuthError: closedObject({
    error: { type: "string", enum: Object.keys(oauthErrors).sort(byText) },
    error_description: { type: "string", maxLength: 1000 },
  }),
  JsonWebKeySet: closedObject({
    keys: {
      type: "array",
      items: closedObject({
        kty: { type: "string", enum: ["EC"] },
        crv: { type: "string", enum: ["P-256"] },
        x: base64url,
        y: base64url,
        kid: name,
        alg: { type: "string", enum: ["ES256"] },
        use: { type: "string", enum: ["sig"] },
      }),
    },
  }),
  AuthorizationServer: closedObject({
    issuer: url,
    token_endpoint: url,
    jwks_uri: url,
    scopes_supported: names,
    response_types_supported: names,
    grant_types_supported: names,
    token_endpoint_auth_methods_supported: names,
    service_documentation: url,
  }),
  ProtectedResource: closedObject({
    resource: url,
    resource_name: name,
    authorization_servers: { type: "array", items: url },
    scopes_supported: names,
    bearer_methods_supported: names,
    resource_documentation: url,
  }),
  ProblemEntry: closedObject(problemEntry),
  ProblemIndex: closedObject({
    problems: { type: "array", items: { $ref: "#/components/schemas/ProblemEntry" } },
  }),
};
