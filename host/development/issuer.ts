import path from "node:path";
import { importJWK, SignJWT } from "jose";
import type { AuthProvider } from "../deployment";
import { loadOrCreateSigningKey, publicKeySet, publicKeySetUri } from "./keys";
import type { PublicKeySet } from "./keys";

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
  /** Without one a person keeps the name they have. */
  readonly name?: string;
  /** The organization the token is bound to. */
  readonly org_id?: string;
}

const emailPattern = /^[^\s@<>"]+@[^\s@<>"]+$/;

/** Whoever has an e-mail address, which counts as verified; undefined for what is no address. */
export function userOfAddress(address: string): (DevelopmentUser & { readonly email: string }) | undefined {
  const email = address.trim().toLowerCase();
  return emailPattern.test(email) ? { sub: email, email, email_verified: true } : undefined;
}

/** An issuer of user tokens that exists on the host only, in place of an identity provider. */
export interface DevelopmentIssuer {
  /** Its entry for `auth.config.ts`, keys included. */
  readonly provider: AuthProvider;
  /** Signs a token for a user that expires after `lifetimeSeconds`. */
  mintUserToken(user: DevelopmentUser, lifetimeSeconds: number): Promise<string>;
  /** Signs what `issuer` says to `audience` with the same key; no API takes it. */
  mintIdToken(
    said: {
      readonly issuer: string;
      readonly audience: string;
      readonly user: DevelopmentUser;
      readonly nonce?: string;
    },
    lifetimeSeconds: number,
  ): Promise<string>;
  /** The key's public half (RFC 7517). */
  readonly keySet: PublicKeySet;
}

/**
 * Opens the development issuer of a data directory; its key is created on first use, in a file of mode 0600.
 * @throws {Error} naming the file when it is open to other users or does not hold a key.
 */
export async function openDevelopmentIssuer(dataDirectory: string): Promise<DevelopmentIssuer> {
  const key = await loadOrCreateSigningKey(path.join(dataDirectory, keyFileName));
  const privateKey = await importJWK({ ...key });
  const mint = (issuer: string, audience: string, { sub, ...claims }: DevelopmentUser, lifetimeSeconds: number) => {
    const issuedAtS = Math.floor(Date.now() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "JWT" })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(sub)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(issuedAtS + lifetimeSeconds)
      .sign(privateKey);
  };
  return {
    provider: {
      type: "customJwt",
      issuer: developmentIssuerUrl,
      jwks: publicKeySetUri(key),
      algorithm: "ES256",
      applicationID: developmentApplicationId,
    },
    keySet: publicKeySet(key),
    mintUserToken: (user, lifetimeSeconds) =>
      mint(developmentIssuerUrl, developmentApplicationId, user, lifetimeSeconds),
    mintIdToken: ({ issuer, audience, user, nonce }, lifetimeSeconds) =>
      mint(issuer, audience, { ...user, ...(nonce === undefined ? {} : { nonce }) }, lifetimeSeconds),
  };
}
