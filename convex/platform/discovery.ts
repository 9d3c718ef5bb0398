import { v } from "convex/values";
import { env, internalQuery } from "../_generated/server";
import { entityTagOf } from "../core/wire/etag";
import { tokenScopes } from "../core/access/rights";
import { httpDocument } from "../core/wire/httpDocument";
import { identityProviders } from "../core/wire/identityProviders";
import { publicKeysOf } from "./signingKeys";
import type { HttpDocument } from "../core/wire/httpDocument";

// Long enough to spare fetches, short enough that a new key is known before the first rotation needs it.
const cacheControl = "public, max-age=300, stale-while-revalidate=60";
const authenticationMethods = ["client_secret_basic", "client_secret_post"];
const documents = { jwks, authorizationServer, protectedResource } as const;

/** The public keys (RFC 7517) and the two metadata documents (RFC 8414, RFC 9728) that OAuth clients discover us by. */
export const document = internalQuery({
  args: { name: v.union(v.literal("jwks"), v.literal("authorizationServer"), v.literal("protectedResource")) },
  returns: httpDocument,
  handler: async (_ctx, { name }): Promise<HttpDocument> => {
    const body = JSON.stringify(documents[name]());
    return {
      status: 200,
      headers: {
        "content-type": name === "jwks" ? "application/jwk-set+json" : "application/json",
        "cache-control": cacheControl,
        etag: entityTagOf(body),
      },
      body,
    };
  },
});

function jwks(): object {
  return { keys: publicKeysOf(env) };
}

function authorizationServer(): object {
  const issuer = siteUrl();
  return {
    issuer,
    token_endpoint: `${issuer}/v1/oauth/token`,
    revocation_endpoint: `${issuer}/v1/oauth/revoke`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: machineScopes(),
    // No endpoint authorizes people here: their tokens come from the configured identity providers.
    response_types_supported: [],
    grant_types_supported: ["client_credentials"],
    token_endpoint_auth_methods_supported: authenticationMethods,
    revocation_endpoint_auth_methods_supported: authenticationMethods,
    service_documentation: `${issuer}/v1/docs`,
  };
}

function protectedResource(): object {
  const resource = siteUrl();
  return {
    resource,
    resource_name: "Portico",
    authorization_servers: [...new Set([resource, ...configuredIssuers()])],
    scopes_supported: machineScopes(),
    bearer_methods_supported: ["header"],
    resource_documentation: `${resource}/v1/docs`,
  };
}

function machineScopes(): string[] {
  return tokenScopes()
    .map(([permission]) => permission)
    .sort();
}

function configuredIssuers(): string[] {
  return identityProviders(env["AUTH_PROVIDERS"]).map(({ provider }) =>
    "domain" in provider ? provider.domain : provider.issuer,
  );
}

function siteUrl(): string {
  return env["CONVEX_SITE_URL"] ?? "";
}
