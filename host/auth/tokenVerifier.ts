import { decodeProtectedHeader, errors, jwtVerify, type ProtectedHeaderParameters } from "jose";
import type { AuthProvider, JsonValue, UserIdentity } from "../deployment";
import { isJsonObject, parseJson, type JsonObject } from "../json";
import { AuthError } from "./authError";
import { customJwtIdentity, oidcIdentity } from "./identityClaims";
import { KeySets, type KeySet } from "./keySets";
import { findProvider } from "./providers";
import { VerifiedTokenCache } from "./verifiedTokenCache";

/** What a {@link TokenVerifier} needs from outside, so that tests can replace the network and the clock. */
export interface TokenVerifierOptions {
  /** The deployment's current providers; read on every call, so that a reload takes effect at once. */
  readonly providers: () => readonly AuthProvider[];
  /** Reaches identity providers; the global `fetch` when absent. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch; the system clock when absent. */
  readonly now?: () => number;
  /** Told of every token that is not accepted, for the operator's log. */
  readonly onRefused?: (error: AuthError) => void;
}

const accessTokenTypes: ReadonlySet<string> = new Set(["jwt", "at+jwt"]);
/** The last second of the year 9999. */
const latestExpirySeconds = 253_402_300_799;
const maxTokenLength = 16_384;
const jwtParts = 3;
const maxCachedTokens = 10_000;
/** Convex allows clocks to differ by five seconds for `customJwt` and not at all for OIDC. */
const customJwtLeewayS = 5;

/** The refusal of every token that is not a JWT. */
export const notJwt = {
  code: "InvalidAuthHeader",
  message:
    "Could not parse JWT payload. Check that the token is a valid JWT of three base64-encoded parts separated by dots.",
} as const;

/** Whether a token is not a JWT at all, such as an API key, so that verifying it can only refuse it. */
export function isOpaqueToken(token: string): boolean {
  return token.length <= maxTokenLength && token.split(".", jwtParts + 1).length !== jwtParts;
}

/** The unverified parts that route a token to a provider. */
interface TokenClaims {
  readonly all: JsonObject;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  readonly expiresAtS: number;
}

/**
 * Verifies bearer tokens (RFC 7519, RFC 8725) by the providers of `auth.config.ts` with Convex's rules: `customJwt` takes
 * RS256 or ES256 as configured, OIDC takes RS256 or EdDSA; `iss`, `sub` and `exp` are required.
 */
export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #now: () => number;
  readonly #keySets: KeySets;
  readonly #verified = new VerifiedTokenCache(maxCachedTokens);
  #providers: readonly AuthProvider[] = [];
  #providersText = "[]";

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#keySets = new KeySets(options.fetch ?? fetch, this.#now);
  }

  /**
   * Verifies a token and builds the identity `ctx.auth.getUserIdentity()` returns for it.
   * @throws {AuthError} for every token that is not accepted; nothing else is ever thrown.
   */
  async verify(token: string): Promise<UserIdentity> {
    const providers = this.#currentProviders();
    const providersText = this.#providersText;
    const known = this.#verified.get(token, this.#now());
    if (known !== undefined) return known;
    try {
      const { identity, validUntilMs } = await this.#verifyUncached(token, providers);
      // Providers may have been replaced while keys were fetched; what was verified against the old ones is not kept.
      this.#currentProviders();
      if (this.#providersText === providersText) this.#verified.set(token, identity, validUntilMs);
      return identity;
    } catch (error) {
      // jose and WebCrypto throw several kinds of errors over hostile keys and tokens; each means "not accepted".
      const refused =
        error instanceof AuthError
          ? error
          : new AuthError("InvalidAuthHeader", "Could not validate token.", 401, { cause: error });
      this.#options.onRefused?.(refused);
      throw refused;
    }
  }

  #currentProviders(): readonly AuthProvider[] {
    const providers = this.#options.providers();
    if (providers === this.#providers) return providers;
    const text = JSON.stringify(providers);
    if (text !== this.#providersText) {
      this.#verified.clear();
      this.#keySets.clear();
      this.#providersText = text;
    }
    this.#providers = providers;
    return providers;
  }

  async #verifyUncached(
    token: string,
    providers: readonly AuthProvider[],
  ): Promise<{ readonly identity: UserIdentity; readonly validUntilMs: number }> {
    const header = decodeHeader(token);
    const claims = decodeClaims(token);
    const provider = findProvider(providers, claims.issuer, claims.audiences);
    if (provider === undefined) {
      throw new AuthError(
        "NoAuthProvider",
        "No auth provider found matching the given token. Check that its 'iss' and 'aud' claims match a provider of auth.config.ts.",
      );
    }
    const keySet = await this.#checkSignature(token, header, provider, claims);
    const identity =
      provider.type === "customJwt"
        ? customJwtIdentity(claims.all, claims.issuer, claims.subject)
        : oidcIdentity(claims.all, claims.issuer, claims.subject);
    const leewayS = provider.type === "customJwt" ? customJwtLeewayS : 0;
    return { identity, validUntilMs: Math.min((claims.expiresAtS + leewayS) * 1000, keySet.freshUntilMs) };
  }

  async #checkSignature(
    token: string,
    header: ProtectedHeaderParameters,
    provider: AuthProvider,
    claims: TokenClaims,
  ): Promise<KeySet> {
    // Refused before any key is fetched, so that a wrong algorithm never costs a request.
    const algorithms = provider.type === "customJwt" ? [provider.algorithm] : ["RS256", "EdDSA"];
    if (header.alg === undefined || !algorithms.includes(header.alg)) {
      throw new AuthError("InvalidAuthHeader", "Could not decode token: the provider does not allow its algorithm.");
    }
    if (!isAccessTokenType(header.typ)) {
      throw new AuthError("InvalidAuthHeader", "Could not decode token: its 'typ' header is not one of access tokens.");
    }
    if (provider.type === "customJwt" && typeof header.kid !== "string") {
      throw new AuthError("InvalidAuthHeader", "Could not decode token. JWT may be missing a 'kid' (key ID) header.");
    }
    if (provider.type === "oidc" && claims.audiences.length !== 1) {
      throw new AuthError("Unauthenticated", "Could not verify OIDC token claim: several audiences are not supported.");
    }
    const keySet = await this.#keySets.get(provider);
    try {
      await this.#verifyWith(keySet, token, provider, algorithms, claims);
      return keySet;
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw refusal(provider, error);
      const newer = await this.#keySets.refresh(provider, keySet);
      if (newer === undefined) throw refusal(provider, error);
      this.#verified.clear();
      try {
        await this.#verifyWith(newer, token, provider, algorithms, claims);
        return newer;
      } catch (secondError) {
        throw refusal(provider, secondError);
      }
    }
  }

  async #verifyWith(
    keySet: KeySet,
    token: string,
    provider: AuthProvider,
    algorithms: string[],
    claims: TokenClaims,
  ): Promise<void> {
    if (provider.type === "oidc" && keySet.discoveredIssuer !== claims.issuer) {
      throw new AuthError(
        "Unauthenticated",
        "Could not verify OIDC token claim: the issuer is not the discovered one.",
      );
    }
    const nowMs = this.#now();
    const leewayS = provider.type === "customJwt" ? customJwtLeewayS : 0;
    const { payload } = await jwtVerify(token, keySet.keys, {
      algorithms,
      clockTolerance: leewayS,
      currentDate: new Date(nowMs),
      requiredClaims: ["iss", "sub", "exp"],
    });
    if (provider.type === "customJwt" && payload.iat !== undefined && payload.iat > nowMs / 1000 + leewayS) {
      throw new AuthError("InvalidAuthHeader", "Could not validate token: its 'iat' claim lies in the future.");
    }
  }
}

/**
 * Whether a token of this `typ` may be taken for an access token (RFC 8725 section 3.11): none, `JWT`, or RFC 9068's `at+jwt`. ID
 * tokens of OpenID Connect, which Convex takes, carry none or `JWT` as well; logout tokens and others name themselves.
 */
function isAccessTokenType(typ: unknown): boolean {
  if (typ === undefined) return true;
  return typeof typ === "string" && accessTokenTypes.has(typ.toLowerCase().replace(/^application\//u, ""));
}

function decodeHeader(token: string): ProtectedHeaderParameters {
  if (token.length > maxTokenLength) {
    throw new AuthError("InvalidAuthHeader", `Could not parse JWT: it is longer than ${maxTokenLength} characters.`);
  }
  // One token has one text: bits that a decoder would drop, padding and other alphabets make it another.
  for (const part of token.split(".")) {
    if (Buffer.from(part, "base64url").toString("base64url") !== part) throw unparsable();
  }
  try {
    return decodeProtectedHeader(token);
  } catch (cause) {
    throw unparsable(cause);
  }
}

function decodeClaims(token: string): TokenClaims {
  const parts = token.split(".");
  if (parts.length !== jwtParts) throw unparsable();
  const all = decodeJsonPart(parts[1] ?? "");
  const { iss, sub, aud, exp } = all;
  if (typeof iss !== "string") {
    throw new AuthError("InvalidAuthHeader", "Missing issuer claim ('iss') in JWT payload.");
  }
  if (typeof sub !== "string" || typeof exp !== "number") {
    throw new AuthError("InvalidAuthHeader", "Could not validate token: 'sub' and 'exp' claims are required.");
  }
  // 1e400 is Infinity in JavaScript, and an expiry that no clock reaches means a token that never expires.
  if (!(Math.abs(exp) <= latestExpirySeconds)) {
    throw new AuthError("InvalidAuthHeader", "Could not validate token: its 'exp' claim is no date.");
  }
  return { all, issuer: iss, subject: sub, audiences: audiencesOf(aud), expiresAtS: exp };
}

function decodeJsonPart(part: string): JsonObject {
  try {
    const bytes = Buffer.from(part, "base64url");
    const value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isJsonObject(value)) return value;
  } catch (cause) {
    throw unparsable(cause);
  }
  throw unparsable();
}

function audiencesOf(aud: JsonValue | undefined): readonly string[] {
  if (aud === undefined) return [];
  const list: readonly JsonValue[] = Array.isArray(aud) ? aud : [aud];
  return list.map((audience) => {
    if (typeof audience !== "string") throw unparsable();
    return audience;
  });
}

function unparsable(cause?: unknown): AuthError {
  return new AuthError(notJwt.code, notJwt.message, 401, { cause });
}

function refusal(provider: AuthProvider, cause: unknown): AuthError {
  if (cause instanceof AuthError) return cause;
  const code = provider.type === "oidc" ? "Unauthenticated" : "InvalidAuthHeader";
  const say = (message: string): AuthError => new AuthError(code, message, 401, { cause });
  if (cause instanceof errors.JWTExpired) return say("Could not validate token: Expired token.");
  if (cause instanceof errors.JWTClaimValidationFailed) return say(`Could not validate token: ${cause.message}.`);
  if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) {
    return say("Could not decode token: its 'kid' header does not name exactly one key of the provider's JWKS.");
  }
  if (cause instanceof errors.JWSSignatureVerificationFailed)
    return say("Could not decode token: the signature is wrong.");
  return say("Could not validate token.");
}
