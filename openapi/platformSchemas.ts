import { oauthErrors } from "../convex/core/wire/oauthErrors";
import { exampleCursor } from "../convex/core/schema/fields";
import { byText } from "./json";
import type { JsonObject } from "./json";

const url = (description: string) => ({ type: "string", format: "uri", maxLength: 2048, description });
const name = (description: string) => ({ type: "string", maxLength: 128, description });
const names = (description: string) => ({ type: "array", description, items: { type: "string", maxLength: 128 } });
const coordinate = (axis: string) => ({
  type: "string",
  pattern: "^[A-Za-z0-9_-]+$",
  maxLength: 86,
  description: `The ${axis} coordinate of the point, in base64url.`,
});

function closedObject(description: string, properties: JsonObject, optional: readonly string[] = []): JsonObject {
  const required = Object.keys(properties).filter((property) => !optional.includes(property));
  return { type: "object", description, properties, required, additionalProperties: false };
}

function linkTargets(description: string): JsonObject {
  return {
    type: "array",
    description,
    items: closedObject("The target of a link.", { href: url("Where it leads."), type: name("Its media type.") }),
  };
}

const problemEntry = {
  type: url("The `type` of its problems: its page, unless another type is registered."),
  code: { type: "string", maxLength: 64, description: "The code, as problems carry it." },
  status: {
    type: "integer",
    format: "int32",
    minimum: 400,
    maximum: 599,
    description: "The HTTP status that it usually comes with.",
  },
  title: { type: "string", maxLength: 200, description: "What it means, in a line." },
  mend: { type: "string", maxLength: 1000, description: "What the caller can do about it." },
};

/** Named schemas of the routes without a domain operation, and the page part of every list. */
export const platformSchemas: Readonly<Record<string, JsonObject>> = {
  ClerkMessage: {
    type: "object",
    description: "A message of Clerk's; its other members are read past.",
    properties: {
      type: { type: "string", maxLength: 100, description: "What it tells of." },
      timestamp: {
        type: "integer",
        format: "int64",
        minimum: 0,
        maximum: 253_402_300_799_999,
        description: "When that happened, in milliseconds since the epoch.",
      },
      data: {
        type: "object",
        description: "The user, organization or membership as it is now.",
        additionalProperties: {},
        maxProperties: 256,
      },
    },
    required: ["type", "data"],
    additionalProperties: {},
    maxProperties: 32,
  },
  ResendMessage: {
    type: "object",
    description: "A message of Resend's; its other members are read past.",
    properties: {
      type: { type: "string", maxLength: 100, description: "What it tells of." },
      data: {
        type: "object",
        description: "The e-mail that it tells of, with the tags that it was sent with.",
        additionalProperties: {},
        maxProperties: 256,
      },
    },
    required: ["type", "data"],
    additionalProperties: {},
    maxProperties: 32,
  },
  StripeEvent: {
    type: "object",
    description: "An event of Stripe's; its other members are read past.",
    properties: {
      id: { type: "string", maxLength: 255, description: "Stripe's id of the event." },
      type: { type: "string", maxLength: 100, description: "What it tells of." },
      created: {
        type: "integer",
        format: "int64",
        minimum: 0,
        maximum: 8_640_000_000_000,
        description: "When it happened, in seconds.",
      },
      data: {
        type: "object",
        description: "What it tells of, in `object`.",
        properties: {
          object: { type: "object", description: "As it became.", additionalProperties: {}, maxProperties: 256 },
        },
        required: ["object"],
        additionalProperties: {},
        maxProperties: 32,
      },
    },
    required: ["id", "type", "created", "data"],
    additionalProperties: {},
    maxProperties: 32,
  },
  UnsubscribeForm: closedObject("What a mail provider sends for a click, or the page's button (RFC 8058).", {
    "List-Unsubscribe": { type: "string", enum: ["One-Click"], description: "Says that it is meant." },
  }),
  WebhookReceipt: closedObject("What became of a message.", {
    status: {
      type: "string",
      enum: ["accepted", "known"],
      description: "Whether it is new here; one that is known changes nothing.",
    },
  }),
  PageInfo: closedObject("Where a page of a list ends.", {
    nextCursor: {
      type: ["string", "null"],
      maxLength: 4096,
      description: "The next page's `cursor`; null on the last page.",
      examples: [exampleCursor],
    },
    hasMore: { type: "boolean", description: "Whether another page follows.", examples: [true] },
    limit: {
      type: "integer",
      format: "int32",
      minimum: 1,
      maximum: 100,
      description: "How many rows a page may hold, as asked for.",
      examples: [25],
    },
  }),
  Health: closedObject("That the deployment answers.", {
    status: { type: "string", enum: ["ok"], description: "Always `ok`: who cannot answer says nothing." },
    version: { type: "string", enum: ["v1"], description: "The version of the API in its paths." },
    time: {
      type: "integer",
      format: "int64",
      minimum: 0,
      maximum: 8_640_000_000_000_000,
      description: "The server's clock. Milliseconds since the epoch.",
    },
  }),
  Liveness: closedObject("That the gateway runs.", {
    status: { type: "string", enum: ["live"], description: "Always `live`: who is not says nothing." },
  }),
  Readiness: closedObject(
    "Whether the deployment takes requests.",
    {
      status: {
        type: "string",
        enum: ["ready", "not_ready"],
        description: "`ready` with 200: functions run, and storage takes writes.",
      },
      storage: { type: "string", enum: ["ok", "failed"], description: "Whether a write was committed just now." },
      backlogSeconds: {
        type: "integer",
        format: "int32",
        minimum: 0,
        maximum: 2_147_483_647,
        description: "How long the background job waits that is due longest; it makes nothing unready.",
      },
    },
    ["backlogSeconds"],
  ),
  Home: closedObject("What this is, and where to read on.", {
    name: name("What the API is called."),
    version: { type: "string", enum: ["v1"], description: "The version of the API in its paths." },
    documentation: url("The API reference."),
    openapi: url("The OpenAPI document."),
    conventions: url("What all operations have in common."),
    problems: url("The problem codes."),
    health: url("Whether the deployment answers."),
    catalog: url("The same as a catalogue of APIs."),
  }),
  ApiCatalog: closedObject("A catalogue of APIs (RFC 9727), as a set of links (RFC 9264).", {
    linkset: {
      type: "array",
      description: "The APIs of the deployment: one.",
      items: closedObject("Links of an API.", {
        anchor: url("The API."),
        "service-desc": linkTargets("Its description for programs (RFC 8631)."),
        "service-doc": linkTargets("Its description for people (RFC 8631)."),
        status: linkTargets("Whether it answers (RFC 8631)."),
      }),
    },
  }),
  TokenRequest: closedObject(
    "What to send for an access token (RFC 6749, 4.4).",
    {
      grant_type: { type: "string", enum: ["client_credentials"], description: "The one grant that is taken." },
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
  RevocationRequest: closedObject(
    "What to send to end an access token (RFC 7009, 2.1).",
    {
      token: { type: "string", minLength: 1, maxLength: 16_384, description: "The access token." },
      token_type_hint: {
        type: "string",
        maxLength: 64,
        description: "What kind of token it is; nothing follows from it.",
      },
      client_id: { type: "string", maxLength: 255, description: "Any name; the secret alone says who calls." },
      client_secret: {
        type: "string",
        format: "password",
        maxLength: 1024,
        description: "The key that the token was issued for, unless it is sent by HTTP Basic.",
      },
    },
    ["token_type_hint", "client_id", "client_secret"],
  ),
  Token: closedObject("An access token (RFC 6749, 5.1).", {
    access_token: { type: "string", maxLength: 65_536, description: "A JWT, signed with ES256." },
    token_type: { type: "string", enum: ["Bearer"], description: "How to send it: `Authorization: Bearer …`." },
    expires_in: {
      type: "integer",
      format: "int32",
      minimum: 1,
      maximum: 900,
      description: "Seconds for which it is taken.",
    },
    scope: { type: "string", maxLength: 16_384, description: "The scopes that it carries, a space between them." },
  }),
  OAuthError: closedObject("A refusal of the token endpoints (RFC 6749, 5.2).", {
    error: {
      type: "string",
      enum: Object.keys(oauthErrors).sort(byText),
      description: "What is wrong, for programs.",
    },
    error_description: { type: "string", maxLength: 1000, description: "What is wrong, for people." },
  }),
  JsonWebKeySet: closedObject("Public keys of the deployment's tokens (RFC 7517).", {
    keys: {
      type: "array",
      description: "The present key, and during a rotation the one before.",
      items: closedObject("A public key.", {
        kty: { type: "string", enum: ["EC"], description: "Kind of key: elliptic curve." },
        crv: { type: "string", enum: ["P-256"], description: "The curve." },
        x: coordinate("x"),
        y: coordinate("y"),
        kid: name("Id of the key, as the header of tokens names it."),
        alg: { type: "string", enum: ["ES256"], description: "The algorithm that it verifies." },
        use: { type: "string", enum: ["sig"], description: "What it is for: signatures." },
      }),
    },
  }),
  AuthorizationServer: closedObject("Metadata of the authorization server (RFC 8414).", {
    issuer: url("The `iss` of its tokens."),
    token_endpoint: url("Where tokens are issued."),
    revocation_endpoint: url("Where tokens are ended early."),
    jwks_uri: url("Where the keys are that verify them."),
    scopes_supported: names("Scopes that a token can carry."),
    response_types_supported: names("None: there is no authorization endpoint."),
    grant_types_supported: names("The grants that the token endpoint takes."),
    token_endpoint_auth_methods_supported: names("Ways to send the key to the token endpoint."),
    revocation_endpoint_auth_methods_supported: names("Ways to send the key to the revocation endpoint."),
    service_documentation: url("The API reference."),
  }),
  ProtectedResource: closedObject("Metadata of the protected resource (RFC 9728).", {
    resource: url("The API, as the audience of tokens."),
    resource_name: name("What the API is called."),
    authorization_servers: {
      ...names("Issuers whose tokens the API takes."),
      items: { type: "string", format: "uri", maxLength: 2048 },
    },
    scopes_supported: names("Scopes that a token can carry."),
    bearer_methods_supported: names("Ways to send a token: the `Authorization` header."),
    resource_documentation: url("The API reference."),
  }),
  ProblemEntry: closedObject("A problem code, explained.", problemEntry),
  ProblemIndex: closedObject("Every problem code of the deployment.", {
    problems: {
      type: "array",
      description: "The codes, in order.",
      items: { $ref: "#/components/schemas/ProblemEntry" },
    },
  }),
};
