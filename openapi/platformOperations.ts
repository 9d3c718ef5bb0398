import { shownCredential } from "../convex/core/wire/credentialKinds";
import { typeOfProblem } from "../convex/core/wire/errors";
import { problems } from "../convex/core/wire/problems";
import { ownFiles } from "../convex/documentation/docsPage";
import { swaggerAssets } from "../convex/documentation/swaggerAssets";
import { documentationLinks } from "../convex/core/wire/documentationLinks";
import { documentDomainNames } from "./documentDomains";
import { fileAnswers } from "./fileBodies";
import { commonHeaders, headersOf, parameterOf } from "./headers";
import { byText } from "./json";
import { documentOrigin } from "../convex/documentation/documentOrigin";
import { codesByStatus, exampleProblem } from "./problemResponses";
import { tagOf } from "./tags";
import type { JsonObject } from "./json";
import type { ProblemCode } from "../convex/core/wire/problems";

/** A route of the gateway that has no domain operation behind it. */
export interface PlatformOperation {
  readonly method: "get" | "post";
  readonly path: string;
  /** What it belongs to, as a resource does. */
  readonly resource: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters?: readonly JsonObject[];
  readonly requestBody?: JsonObject;
  readonly success: Readonly<Record<string, JsonObject>>;
  readonly problems: readonly ProblemCode[];
}

const site = documentOrigin;
const html = { schema: { type: "string", maxLength: 65_536 }, example: "<!doctype html>…" };

function json(schema: string, example: unknown, mediaType = "application/json"): JsonObject {
  return { [mediaType]: { schema: { $ref: `#/components/schemas/${schema}` }, example } };
}

function answer(description: string, content: JsonObject, headers: JsonObject = {}): JsonObject {
  return { description, headers: { ...commonHeaders, ...headers }, content };
}

/** An answer with an entity tag, and the one to those who have it. */
function tagged(description: string, content: JsonObject, headers: JsonObject = {}): Record<string, JsonObject> {
  return {
    "200": answer(description, content, { ...headersOf("ETag"), ...headers }),
    "304": { $ref: "#/components/responses/NotModified" },
  };
}

function oauthRefusal(description: string, error: string, detail: string, headers: JsonObject = {}): JsonObject {
  return answer(description, json("OAuthError", { error, error_description: detail }), headers);
}

const tooManyTokens = oauthRefusal(
  "The client, or the address of one that is not known, has sent too many requests.",
  "rate_limited",
  "Too many requests; the next may be sent in 4 s.",
  headersOf("Retry-After"),
);

function probeText(word: string): JsonObject {
  return { "text/plain": { schema: { type: "string", maxLength: 64 }, example: word } };
}

function problemEntry(code: ProblemCode): JsonObject {
  const [status, title, mend] = problems[code];
  return { type: typeOfProblem(code, site), code, status, title, mend };
}

function openApiContent(version: string): JsonObject {
  const schema = {
    type: "object",
    properties: { openapi: { type: "string", maxLength: 16, description: "Version of the OpenAPI Specification." } },
    required: ["openapi"],
    additionalProperties: {},
    maxProperties: 32,
  };
  return { "application/json": { schema, example: { openapi: version } } };
}

function domainDocumentOperation(
  path: string,
  version: string,
  operationId: string,
  summary: string,
): PlatformOperation {
  return {
    method: "get",
    path: `${path}/{domain}`,
    resource: "documentation",
    operationId,
    summary,
    description: `The operations of one domain and only what they refer to, complete in itself; \`${path}.json\` has all domains.`,
    parameters: [
      {
        name: "domain",
        in: "path",
        required: true,
        description: "A part of the API, as `/v1/docs` offers it.",
        schema: { type: "string", enum: documentDomainNames },
        example: "workspace",
      },
      parameterOf("IfNoneMatch"),
    ],
    success: tagged("The document.", openApiContent(version)),
    problems: ["not_found", "rate_limited", "internal"],
  };
}

/** One entry for each media type that the reference's files have. */
function fileContents(): JsonObject {
  const types = [
    ...Array.from(swaggerAssets.values(), ({ contentType }) => contentType),
    ...Array.from(ownFiles.values(), ({ headers }) => headers["content-type"] ?? ""),
  ].map((type) => type.replace(/;.*/, ""));
  const text = { type: "string", maxLength: 4_194_304 };
  return Object.fromEntries(
    [...new Set(types)].toSorted(byText).map((type) => [type, { schema: type.startsWith("text/") ? text : {} }]),
  );
}

const catalogLinks = Object.fromEntries(
  Object.entries(documentationLinks(site)).map(([relation, target]) => [relation, [target]]),
);

function homeOperation(path: string, operationId: string, summary: string): PlatformOperation {
  return {
    method: "get",
    path,
    resource: "platform",
    operationId,
    summary,
    description: "Where to read on: a page where `Accept` asks for HTML, links for programs otherwise.",
    parameters: [parameterOf("IfNoneMatch")],
    success: tagged(
      "What this is.",
      {
        ...json("Home", {
          name: "Portico",
          version: "v1",
          documentation: `${site}/v1/docs`,
          openapi: `${site}/v1/openapi.json`,
          conventions: `${site}/v1/docs/conventions.md`,
          problems: `${site}/problems`,
          health: `${site}/v1/health`,
          catalog: `${site}/.well-known/api-catalog`,
        }),
        "text/html": html,
      },
      headersOf("Link"),
    ),
    problems: ["rate_limited", "internal"],
  };
}

const scopes = ["schedule:read", "todo:read"];

const unsubscribeToken: JsonObject = {
  name: "token",
  in: "query",
  required: true,
  description: "The link's token: whose e-mails, and a signature. It does not end.",
  schema: { type: "string", minLength: 1, maxLength: 200 },
  example:
    "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r.k57c2v9b4n6m8q0w2e4r6t8y0u2i4o6p.activity.n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
};

/** What a message of a provider may be refused with. */
const inboundProblems = [
  "rate_limited",
  "invalid_signature",
  "validation_failed",
  "payload_too_large",
  "unsupported_content_encoding",
  "unsupported_media_type",
  "webhook_not_configured",
  "internal",
] as const satisfies readonly ProblemCode[];

/** The gateway's own routes, in the document beside the operations of the domains. None needs a credential. */
export const platformOperations: readonly PlatformOperation[] = [
  homeOperation("/", "getHome", "Ask what this is"),
  homeOperation("/v1", "getApi", "Ask what this version of the API is"),
  {
    method: "get",
    path: "/.well-known/api-catalog",
    resource: "platform",
    operationId: "getApiCatalog",
    summary: "Get the catalogue of APIs",
    description: "RFC 9727: where the API is described, documented and watched.",
    parameters: [parameterOf("IfNoneMatch")],
    success: tagged(
      "The catalogue.",
      json("ApiCatalog", { linkset: [{ anchor: `${site}/v1`, ...catalogLinks }] }, "application/linkset+json"),
      headersOf("Link"),
    ),
    problems: ["rate_limited", "internal"],
  },
  {
    method: "get",
    path: "/v1/health",
    resource: "platform",
    operationId: "getHealth",
    summary: "Ask whether the deployment answers",
    description: "Touches no data, so it says that the gateway runs and nothing more.",
    success: { "200": answer("It answers.", json("Health", { status: "ok", version: "v1", time: 1_768_469_400_000 })) },
    problems: ["internal"],
  },
  {
    method: "get",
    path: "/livez",
    resource: "platform",
    operationId: "getLiveness",
    summary: "Ask whether the gateway runs",
    description:
      "For probes that start what has stopped. Touches no data; a word of plain text where `Accept` asks for it.",
    success: { "200": answer("It runs.", { ...json("Liveness", { status: "live" }), ...probeText("live") }) },
    problems: ["internal"],
  },
  {
    method: "get",
    path: "/readyz",
    resource: "platform",
    operationId: "getReadiness",
    summary: "Ask whether the deployment takes requests",
    description:
      "For probes that send requests elsewhere: functions run, and a write was committed within the last second. A word of plain text where `Accept` asks for it.",
    success: {
      "200": answer("It takes requests.", {
        ...json("Readiness", { status: "ready", storage: "ok", backlogSeconds: 0 }),
        ...probeText("ready"),
      }),
      "503": answer(
        "It takes none at present.",
        { ...json("Readiness", { status: "not_ready", storage: "failed" }), ...probeText("not_ready") },
        headersOf("Retry-After"),
      ),
    },
    problems: ["internal"],
  },
  {
    method: "post",
    path: "/v1/oauth/token",
    resource: "oauth",
    operationId: "createToken",
    summary: "Exchange a key for an access token",
    description:
      "Client credentials (RFC 6749, 4.4): the key goes in `client_secret`, in the body or by HTTP Basic. The token lives for 15 " +
      "minutes, dies with its key, and opens the Convex clients as well as this API. Errors are OAuth's own.",
    requestBody: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: { $ref: "#/components/schemas/TokenRequest" },
          example: {
            grant_type: "client_credentials",
            client_secret: shownCredential("apiKey"),
            scope: scopes.join(" "),
          },
        },
      },
    },
    success: {
      "200": answer(
        "The token.",
        json("Token", {
          access_token: "eyJhbGciOiJFUzI1NiJ9.e30.c2ln",
          token_type: "Bearer",
          expires_in: 900,
          scope: scopes.join(" "),
        }),
      ),
      "400": oauthRefusal("The request is not valid.", "invalid_scope", "The credential does not hold: item:delete."),
      "401": oauthRefusal(
        "The key was refused.",
        "invalid_client",
        "The API key was revoked.",
        headersOf("WWW-Authenticate"),
      ),
      "413": oauthRefusal(
        "The body is larger than 4 MiB (4,194,304 bytes).",
        "invalid_request",
        "A body may take 4194304 bytes at most.",
      ),
      "415": oauthRefusal(
        "The body is no form.",
        "invalid_request",
        "Send Content-Type: application/x-www-form-urlencoded in UTF-8.",
        headersOf("Accept-Encoding"),
      ),
      "429": tooManyTokens,
      "503": oauthRefusal(
        "This deployment has no signing key.",
        "temporarily_unavailable",
        "This deployment issues no tokens: PORTICO_SIGNING_KEY is not set.",
      ),
    },
    problems: ["internal"],
  },
  {
    method: "post",
    path: "/v1/oauth/revoke",
    resource: "oauth",
    operationId: "revokeToken",
    summary: "End an access token",
    description:
      "RFC 7009: a token of the token endpoint is refused from now on, at every door, when the client that it was issued to says so, authenticated as for a token. A token that is unknown, over or another client's is answered alike. Errors are OAuth's own.",
    requestBody: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: { $ref: "#/components/schemas/RevocationRequest" },
          example: { token: "eyJhbGciOiJFUzI1NiJ9.e30.c2ln", client_secret: shownCredential("apiKey") },
        },
      },
    },
    success: {
      "200": { description: "It is no longer taken, if it ever was.", headers: commonHeaders },
      "400": oauthRefusal("The request is not valid.", "invalid_request", "token is missing."),
      "401": oauthRefusal(
        "The key was refused.",
        "invalid_client",
        "The API key was revoked.",
        headersOf("WWW-Authenticate"),
      ),
      "413": oauthRefusal("The body is too large.", "invalid_request", "A body may take 16384 bytes at most."),
      "415": oauthRefusal(
        "The body is no form.",
        "invalid_request",
        "Send Content-Type: application/x-www-form-urlencoded in UTF-8.",
        headersOf("Accept-Encoding"),
      ),
      "429": tooManyTokens,
    },
    problems: ["internal"],
  },
  {
    method: "post",
    path: "/v1/webhooks/clerk",
    resource: "platform",
    operationId: "receiveClerkWebhook",
    summary: "Receive a message of Clerk's",
    description:
      "People, organizations and memberships as they change at Clerk, signed by Svix (`svix-*` or `webhook-*` headers, the operator's " +
      "`CLERK_WEBHOOK_SECRET`) within five minutes. A message is stored and worked on after the answer; one that is known already " +
      "changes nothing. Messages in another order, or more than once, come to the same.",
    requestBody: {
      required: true,
      content: json("ClerkMessage", {
        type: "user.deleted",
        object: "event",
        timestamp: 1_768_469_400_000,
        data: { id: "user_2abc", object: "user", deleted: true },
      }),
    },
    success: { "200": answer("It is stored.", json("WebhookReceipt", { status: "accepted" })) },
    problems: inboundProblems,
  },
  {
    method: "post",
    path: "/v1/webhooks/resend",
    resource: "platform",
    operationId: "receiveResendWebhook",
    summary: "Receive a message of Resend's",
    description:
      "What became of an e-mail, signed by Svix (`svix-*` or `webhook-*` headers, the operator's `RESEND_WEBHOOK_SECRET`) within five " +
      "minutes. An address that does not exist gets no e-mail any more; one whose person complained, none that can be turned off. A " +
      "message is stored and worked on after the answer; one that is known already changes nothing.",
    requestBody: {
      required: true,
      content: json("ResendMessage", {
        type: "email.bounced",
        created_at: "2026-01-15T09:30:00.000Z",
        data: {
          email_id: "49a3999c-0ce1-4ea6-ab68",
          to: ["dana.okoye@example.com"],
          tags: { emailId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r" },
          bounce: { type: "Permanent", subType: "General", message: "The mailbox does not exist." },
        },
      }),
    },
    success: { "200": answer("It is stored.", json("WebhookReceipt", { status: "accepted" })) },
    problems: inboundProblems,
  },
  {
    method: "post",
    path: "/v1/webhooks/stripe",
    resource: "platform",
    operationId: "receiveStripeWebhook",
    summary: "Receive an event of Stripe's",
    description:
      "Subscriptions and what was paid for them, signed with `Stripe-Signature` (the operator's `STRIPE_WEBHOOK_SECRET`) within five " +
      "minutes. The metadata of a subscription names its member: `organizationId` and `userId`. An event is stored and worked on after " +
      "the answer; one that is known already changes nothing. Events in another order, or more than once, come to the same.",
    requestBody: {
      required: true,
      content: json("StripeEvent", {
        id: "evt_1RkQ2mK4n",
        type: "customer.subscription.updated",
        created: 1_768_471_800,
        api_version: "2025-03-31.basil",
        data: {
          object: {
            id: "sub_1RkQ2kK4n",
            object: "subscription",
            customer: "cus_SfR2",
            status: "active",
            metadata: {
              organizationId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
              userId: "jh7c8n2m4q6s8v0x1z3c5f7h9k2m4p6r",
            },
          },
        },
      }),
    },
    success: { "200": answer("It is stored.", json("WebhookReceipt", { status: "accepted" })) },
    problems: inboundProblems,
  },
  {
    method: "get",
    path: "/v1/email/unsubscribe",
    resource: "platform",
    operationId: "getUnsubscription",
    summary: "Ask what an unsubscribe link turns off",
    description:
      "The page that the link of an e-mail opens. Looking at it changes nothing, since programs look at links before people do.",
    parameters: [unsubscribeToken],
    success: { "200": answer("The page.", { "text/html": html }) },
    problems: ["not_found", "rate_limited", "internal"],
  },
  {
    method: "post",
    path: "/v1/email/unsubscribe",
    resource: "platform",
    operationId: "unsubscribe",
    summary: "Unsubscribe by the link of an e-mail",
    description:
      "One click (RFC 8058), by a mail provider or by the page: e-mails of that kind are off for the person, from the organization that sent it. " +
      "Needs no session and lasts; `PATCH /v1/me/settings` with `emailActivity` true turns them on again. Doing it again changes nothing.",
    parameters: [unsubscribeToken],
    requestBody: {
      required: true,
      content: Object.fromEntries(
        ["application/x-www-form-urlencoded", "multipart/form-data"].map((type) => [
          type,
          { schema: { $ref: "#/components/schemas/UnsubscribeForm" }, example: { "List-Unsubscribe": "One-Click" } },
        ]),
      ),
    },
    success: { "200": answer("They are off.", { "text/html": html }) },
    problems: [
      "not_found",
      "validation_failed",
      "dry_run_unsupported",
      "payload_too_large",
      "unsupported_content_encoding",
      "unsupported_media_type",
      "rate_limited",
      "internal",
    ],
  },
  {
    method: "get",
    path: "/v1/file-content",
    resource: "files",
    operationId: "openFileLink",
    summary: "Open the link of a file",
    description:
      "The `url` of a file as answers show it. It holds for five minutes, for whoever has it, as long as whoever asked for it may read files and the access token that asked is not revoked.",
    parameters: [
      {
        name: "link",
        in: "query",
        required: true,
        description: "What the link says, and its signature.",
        schema: { type: "string", maxLength: 512 },
        example: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r.user.jh7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r..1768473000000.dGhl",
      },
      parameterOf("IfNoneMatch"),
      parameterOf("Range"),
    ],
    success: fileAnswers(commonHeaders),
    problems: ["link_expired", "not_found", "range_not_satisfiable", "rate_limited", "unavailable", "internal"],
  },
  {
    method: "get",
    path: "/.well-known/jwks.json",
    resource: "oauth",
    operationId: "getJwks",
    summary: "Get the public keys of the deployment's tokens",
    description: "A JSON Web Key Set (RFC 7517). During a rotation it holds the present key and the one before.",
    parameters: [parameterOf("IfNoneMatch")],
    success: tagged(
      "The keys.",
      json(
        "JsonWebKeySet",
        {
          keys: [
            {
              kty: "EC",
              crv: "P-256",
              x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
              y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
              kid: "2026-01",
              alg: "ES256",
              use: "sig",
            },
          ],
        },
        "application/jwk-set+json",
      ),
    ),
    problems: ["rate_limited", "internal"],
  },
  {
    method: "get",
    path: "/.well-known/oauth-authorization-server",
    resource: "oauth",
    operationId: "getAuthorizationServer",
    summary: "Get the authorization server's metadata",
    description: "RFC 8414: where tokens are issued and which scopes they can carry.",
    parameters: [parameterOf("IfNoneMatch")],
    success: tagged(
      "The metadata.",
      json("AuthorizationServer", {
        issuer: site,
        token_endpoint: `${site}/v1/oauth/token`,
        revocation_endpoint: `${site}/v1/oauth/revoke`,
        jwks_uri: `${site}/.well-known/jwks.json`,
        scopes_supported: scopes,
        response_types_supported: [],
        grant_types_supported: ["client_credentials"],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        revocation_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        service_documentation: `${site}/v1/docs`,
      }),
    ),
    problems: ["rate_limited", "internal"],
  },
  {
    method: "get",
    path: "/.well-known/oauth-protected-resource",
    resource: "oauth",
    operationId: "getProtectedResource",
    summary: "Get the protected resource's metadata",
    description: "RFC 9728: which authorization servers' tokens this API takes.",
    parameters: [parameterOf("IfNoneMatch")],
    success: tagged(
      "The metadata.",
      json("ProtectedResource", {
        resource: site,
        resource_name: "Portico",
        authorization_servers: [site],
        scopes_supported: scopes,
        bearer_methods_supported: ["header"],
        resource_documentation: `${site}/v1/docs`,
      }),
    ),
    problems: ["rate_limited", "internal"],
  },
  {
    method: "get",
    path: "/problems",
    resource: "documentation",
    operationId: "listProblems",
    summary: "List the problem codes",
    description: "A page for people, or JSON where `Accept` asks for it.",
    parameters: [parameterOf("IfNoneMatch")],
    success: tagged("The codes.", {
      ...json("ProblemIndex", { problems: [problemEntry("not_found")] }),
      "text/html": html,
    }),
    problems: ["rate_limited", "internal"],
  },
  {
    method: "get",
    path: "/problems/{code}",
    resource: "documentation",
    operationId: "getProblem",
    summary: "Explain a problem code",
    description: "What the code means and how to mend it: a page for people, or JSON where `Accept` asks for it.",
    parameters: [
      {
        name: "code",
        in: "path",
        required: true,
        description: "The problem code, as a problem carries it.",
        schema: { type: "string", minLength: 1, maxLength: 64 },
        example: "not_found",
      },
      parameterOf("IfNoneMatch"),
    ],
    success: tagged("The code.", { ...json("ProblemEntry", problemEntry("not_found")), "text/html": html }),
    problems: ["not_found", "rate_limited", "internal"],
  },
  {
    method: "get",
    path: "/v1/openapi.json",
    resource: "documentation",
    operationId: "getOpenApi",
    summary: "Get this document",
    description: "The OpenAPI 3.1 description of every operation, with the deployment's own origin as server.",
    parameters: [parameterOf("IfNoneMatch")],
    success: tagged("The document.", openApiContent("3.1.0")),
    problems: ["rate_limited", "internal"],
  },
  {
    method: "get",
    path: "/v1/openapi-3.0.json",
    resource: "documentation",
    operationId: "getOpenApi30",
    summary: "Get this document as OpenAPI 3.0",
    description: "The same operations for tools that do not read OpenAPI 3.1.",
    parameters: [parameterOf("IfNoneMatch")],
    success: tagged("The document.", openApiContent("3.0.3")),
    problems: ["rate_limited", "internal"],
  },
  domainDocumentOperation("/v1/openapi", "3.1.0", "getDomainOpenApi", "Get the document of a domain"),
  domainDocumentOperation(
    "/v1/openapi-3.0",
    "3.0.3",
    "getDomainOpenApi30",
    "Get the document of a domain as OpenAPI 3.0",
  ),
  {
    method: "get",
    path: "/v1/docs",
    resource: "documentation",
    operationId: "getDocs",
    summary: "Open the API reference",
    description: "Swagger UI over this document, one domain at a time, served by the deployment itself.",
    parameters: [
      {
        name: "domain",
        in: "query",
        description: "The domain to begin with.",
        schema: { type: "string", enum: documentDomainNames },
        example: "workspace",
      },
      parameterOf("IfNoneMatch"),
    ],
    success: tagged("The page.", { "text/html": html }),
    problems: ["rate_limited", "internal"],
  },
  {
    method: "get",
    path: "/v1/docs/{file}",
    resource: "documentation",
    operationId: "getDocsFile",
    summary: "Get a file of the API reference",
    description:
      "Scripts and styles of Swagger UI, compressed with gzip; `conventions.md` tells what all operations have in common, as a page where `Accept` asks for HTML.",
    parameters: [
      {
        name: "file",
        in: "path",
        required: true,
        description: "Name of the file, as the page refers to it.",
        schema: { type: "string", minLength: 1, maxLength: 64 },
        example: "swagger-ui.css",
      },
      {
        name: "v",
        in: "query",
        description: "The file's version; with the present one, the answer may be kept for good.",
        schema: { type: "string", maxLength: 64 },
        example: "0123456789abcdef",
      },
      parameterOf("IfNoneMatch"),
    ],
    success: tagged("The file.", fileContents()),
    problems: ["not_found", "not_acceptable", "rate_limited", "internal"],
  },
];

/** The refusal of what people ask for, too: they get a page that leads on. */
export const pageOfNothing: JsonObject = answer(
  "There is nothing at this path: a page where `Accept` asks for HTML, else a problem of the code `not_found`.",
  {
    ...json("Problem", exampleProblem("not_found", 404), "application/problem+json"),
    "text/html": html,
  },
  headersOf("Link"),
);

/** One of the gateway's own routes as an OpenAPI operation object. */
export function platformOperationObject(
  operation: PlatformOperation,
  problemsOf: (codes: readonly ProblemCode[]) => JsonObject,
): JsonObject {
  const { operationId, resource, summary, description, parameters, requestBody, success } = operation;
  return {
    operationId,
    tags: [tagOf(resource)],
    summary,
    description,
    security: [],
    ...(parameters ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: {
      ...problemsOf(operation.problems),
      ...(operation.problems.includes("not_found") ? { "404": { $ref: "#/components/responses/Problem404Page" } } : {}),
      ...success,
    },
    "x-portico-problems": codesByStatus(operation.problems),
  };
}
