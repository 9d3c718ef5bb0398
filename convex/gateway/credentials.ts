import { decodeJwt } from "jose/jwt/decode";
import { env } from "../_generated/server";
import { credentialKindOf } from "../core/wire/credentialKinds";
import { ProblemError } from "../core/wire/errors";
import { identityProviders } from "../core/wire/identityProviders";
import { canonicalIssuer } from "../core/wire/issuers";
import { sha256Hex } from "../core/wire/secrets";
import type { Credential } from "../core/wire/restProtocol";

const maximumCredentialCharacters = 8192;

/** The bearer token of a request (RFC 6750), or undefined without one. @throws {ProblemError} 401 for any other scheme */
export function bearerOf(headers: Headers): string | undefined {
  const header = headers.get("authorization");
  if (header === null || header === "") return undefined;
  const [scheme, token, ...rest] = header.split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token || rest.length > 0 || header.length > maximumCredentialCharacters) {
    throw new ProblemError("unauthenticated", "Send `Authorization: Bearer` and one token.");
  }
  return token;
}

/** An opaque key as a hash to look up; undefined when the token is a JWT, which Convex verifies. */
export async function credentialOf(token: string | undefined): Promise<Credential | undefined> {
  if (token === undefined) return undefined;
  const kind = credentialKindOf(token);
  return kind && { kind, hash: await sha256Hex(token) };
}

/**
 * The verifier's own explanation, which names the claim and which callers of the function API see as well. Undefined for
 * any other message, which may not be meant for callers.
 */
export function verifierSentence(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : "";
  return /\b(?:Could not (?:parse|decode|validate|verify)|Missing issuer|No auth provider)\b[^\n]{0,200}/.exec(
    message,
  )?.[0];
}

/** Whether a token was refused because its issuer's keys cannot be read, which is no fault of the token. */
export function isProviderAway(error: unknown): boolean {
  const message = error instanceof Error ? error.message : "";
  return /\bCould not (?:fetch|read)\b|\bInvalid (?:Content-Type|JWKS)\b|\bAuthProviderDiscoveryFailed\b/.test(message);
}

/**
 * Explains a refused JWT where the verifier does not, by reading the token without trusting it. The response is 401
 * either way; this only helps the caller fix the token.
 */
export function refusalOf(token: string, now: number): string {
  const claims = claimsOf(token);
  if (!claims) return "The token is not a JWT.";
  const { exp, nbf, iss, aud } = claims;
  if (typeof exp === "number" && exp * 1000 <= now) return "The token has expired.";
  if (typeof nbf === "number" && nbf * 1000 > now) return "The token is not valid yet.";
  const known = identityProviders(env["AUTH_PROVIDERS"]).filter(
    ({ issuer }) => typeof iss === "string" && issuer === canonicalIssuer(iss),
  );
  if (known.length === 0) return "The token's issuer is not known here.";
  const audiences = Array.isArray(aud) ? aud : [aud];
  const isAccepted = known.some(
    ({ provider: { applicationID } }) => applicationID === undefined || audiences.includes(applicationID),
  );
  return isAccepted ? "The token's signature or claims were refused." : "The token is for another audience.";
}

/** The claims of a JWT, untrusted; undefined for any other text. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeJwt(token);
  } catch {
    // Not a JWT, which is all there is to explain.
    return undefined;
  }
}
