import path from "node:path";
import { importJWK, SignJWT } from "jose";
import type { AuthProvider } from "../deployment";
import { loadOrCreateSigningKey, publicKeySetUri } from "./keys";

/** `.test` is reserved (RFC 6761): nobody can ever own this issuer. */
export const developmentIssuerUrl = "https://development.portico.test";
export const developmentApplicationId = "portico";
const keyFileName = "development-issuer.json";

/** The claims of a development user's token. */
export interface DevelopmentUser {
  readonly sub: string;
  /** Access tokens of most identity providers carry neither of these. */
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name: string;
  /** The organization the token is bound to. */
  readonly org_id?: string;
}

/** An issuer of user tokens that exists on the host only, in place of an identity provider. */
export interface DevelopmentIssuer {
  /** Its entry for `auth.config.ts`, keys included. */
  readonly provider: AuthProvider;
  /** Signs a token for a user that expires after `lifetimeSeconds`. */
  mintUserToken(user: DevelopmentUser, lifetimeSeconds: number): Promise<string>;
}

/**
 * Opens the development issuer of a data directory; its key is created on first use, in a file of mode 0600.
 * @throws {Error} naming the file when it is open to other users or does not hold a key.
 */
export async function openDevelopmentIssuer(dataDirectory: string): Promise<DevelopmentIssuer> {
  const key = await loadOrCreateSigningKey(path.join(dataDirectory, keyFileName));
  const privateKey = await importJWK({ ...key });
  return {
    provider: {
      type: "customJwt",
      issuer: developmentIssuerUrl,
      jwks: publicKeySetUri(key),
      algorithm: "ES256",
      applicationID: developmentApplicationId,
    },
    mintUserToken: ({ sub, ...claims }, lifetimeSeconds) => {
      const issuedAtS = Math.floor(Date.now() / 1000);
      return new SignJWT(claims)
        .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "JWT" })
        .setIssuer(developmentIssuerUrl)
        .setAudience(developmentApplicationId)
        .setSubject(sub)
        .setIssuedAt(issuedAtS)
        .setExpirationTime(issuedAtS + lifetimeSeconds)
        .sign(privateKey);
    },
  };
}
