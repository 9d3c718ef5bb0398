import type { JsonValue, UserIdentity } from "../deployment";
import { isJsonObject, type JsonObject } from "../json";
import { AuthError } from "./authError";

/** OIDC standard claims (OpenID Connect Core 5.1) and the names `UserIdentity` gives them. */
const oidcTextClaims = new Map([
  ["name", "name"],
  ["given_name", "givenName"],
  ["family_name", "familyName"],
  ["nickname", "nickname"],
  ["preferred_username", "preferredUsername"],
  ["profile", "profileUrl"],
  ["picture", "pictureUrl"],
  ["website", "websiteUrl"],
  ["email", "email"],
  ["gender", "gender"],
  ["birthdate", "birthday"],
  ["zoneinfo", "timezone"],
  ["locale", "language"],
  ["phone_number", "phoneNumber"],
]);
const oidcBooleanClaims = new Map([
  ["email_verified", "emailVerified"],
  ["phone_number_verified", "phoneNumberVerified"],
]);
const claimOfAttribute = new Map([
  ...[...oidcTextClaims, ...oidcBooleanClaims].map(([claim, attribute]) => [attribute, claim] as const),
  ["updatedAt", "updated_at"],
]);
/** Claims that describe the token, not the user; Convex does not expose them. */
const oidcDropped = new Set("iss sub aud exp nbf iat jti fva azp auth_time nonce acr amr at_hash c_hash".split(" "));
const customJwtDropped = new Set("iss sub aud exp nbf iat jti fva".split(" "));
/** A private claim of this name must never stand in for what the verifier established. */
const identityFields = new Set(["tokenIdentifier", "issuer", "subject"]);

/**
 * Builds the identity of a token of a `customJwt` provider: private claims keep their raw names, objects are flattened
 * with dots at any depth, arrays stay as they are and empty objects vanish.
 */
export function customJwtIdentity(claims: JsonObject, issuer: string, subject: string): UserIdentity {
  const entries: [string, JsonValue][] = [];
  const flatten = (prefix: string, value: JsonValue): void => {
    if (!isJsonObject(value)) {
      entries.push([prefix, value]);
      return;
    }
    for (const [key, inner] of Object.entries(value)) flatten(`${prefix}.${key}`, inner);
  };
  for (const [claim, value] of Object.entries(claims)) {
    if (!customJwtDropped.has(claim) && !identityFields.has(claim)) flatten(claim, value);
  }
  return identityFrom(entries, issuer, subject);
}

/**
 * Builds the identity of an OIDC ID token: standard claims get their `UserIdentity` names, all others keep their own
 * name and their nested JSON.
 * @throws {AuthError} when a standard claim has a type that OpenID Connect does not allow.
 */
export function oidcIdentity(claims: JsonObject, issuer: string, subject: string): UserIdentity {
  const entries: [string, JsonValue][] = [];
  const mapped: [string, JsonValue][] = [];
  for (const [claim, value] of Object.entries(claims)) {
    if (oidcDropped.has(claim) || identityFields.has(claim)) continue;
    const standard = standardOidcClaim(claim, value);
    if (standard === undefined) entries.push([claim, value]);
    else mapped.push(...standard);
  }
  return identityFrom([...entries, ...mapped], issuer, subject);
}

/** The claims of an ID token for an identity: attributes under their OpenID Connect names, all others under their own. */
export function claimsOf({ tokenIdentifier: _joined, issuer, subject, ...attributes }: UserIdentity): JsonObject {
  const claims = Object.entries(attributes).flatMap(([attribute, value]) =>
    value === undefined ? [] : [[claimOfAttribute.get(attribute) ?? attribute, value] as const],
  );
  return { ...Object.fromEntries(claims), iss: issuer, sub: subject };
}

function standardOidcClaim(claim: string, value: JsonValue): [string, JsonValue][] | undefined {
  const textName = oidcTextClaims.get(claim);
  if (textName !== undefined) {
    if (typeof value !== "string") throw malformedClaim(claim);
    return [[textName, value]];
  }
  const booleanName = oidcBooleanClaims.get(claim);
  if (booleanName !== undefined) {
    if (typeof value !== "boolean") throw malformedClaim(claim);
    return [[booleanName, value]];
  }
  if (claim === "address") {
    if (!isJsonObject(value)) throw malformedClaim(claim);
    const formatted = value["formatted"];
    if (formatted === undefined) return [];
    if (typeof formatted !== "string") throw malformedClaim(claim);
    return [["address", formatted]];
  }
  if (claim === "updated_at") return [["updatedAt", rfc3339(claim, value)]];
  return undefined;
}

/** `updated_at` counts seconds since the epoch; the identity carries it as an RFC 3339 text with a numeric offset. */
function rfc3339(claim: string, value: JsonValue): string {
  const date = typeof value === "number" ? new Date(value * 1000) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) throw malformedClaim(claim);
  return date.toISOString().replace(/(?:\.000)?Z$/, "+00:00");
}

function malformedClaim(claim: string): AuthError {
  return new AuthError(
    "InvalidAuthHeader",
    `Could not parse as OIDC ID token: the claim '${claim}' does not have the type that OpenID Connect gives it.`,
  );
}

// Object.fromEntries defines own properties, so a claim named `__proto__` stays a plain claim.
function identityFrom(entries: [string, JsonValue][], issuer: string, subject: string): UserIdentity {
  const claims: { readonly [claim: string]: JsonValue } = Object.fromEntries(entries);
  return { ...claims, tokenIdentifier: `${issuer}|${subject}`, issuer, subject };
}
