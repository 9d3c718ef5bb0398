import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
import type { AuthProvider } from "../deployment";

type Algorithm = "RS256" | "ES256" | "EdDSA";

/** An issuer of tokens with one key, for tests. */
export interface TestIssuer {
  readonly issuer: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  /** A `customJwt` entry whose keys come as a `data:` URI, or from `jwksUrl`. */
  customJwt(applicationID?: string, jwksUrl?: string): AuthProvider;
  oidc(applicationID: string): AuthProvider;
  /** Signs claims over `iss`, `sub: "user1"`, `aud: "app"` and an expiry in 2100; undefined takes a claim away. */
  sign(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

export const farFutureS = 4_102_444_800;

export async function createTestIssuer(issuer: string, algorithm: Algorithm, kid = "key1"): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" };
  const customAlgorithm = algorithm === "RS256" ? "RS256" : "ES256";
  return {
    issuer,
    privateKey,
    publicJwk,
    customJwt: (applicationID, jwksUrl) => ({
      type: "customJwt",
      issuer,
      algorithm: customAlgorithm,
      jwks:
        jwksUrl ?? `data:text/plain;base64,${Buffer.from(JSON.stringify({ keys: [publicJwk] })).toString("base64")}`,
      ...(applicationID === undefined ? {} : { applicationID }),
    }),
    oidc: (applicationID) => ({ type: "oidc", domain: issuer, applicationID }),
    sign: (claims = {}, header = {}) =>
      new SignJWT({ iss: issuer, sub: "user1", aud: "app", exp: farFutureS, ...claims })
        .setProtectedHeader({ alg: algorithm, kid, ...header })
        .sign(privateKey),
  };
}

/** Answers `fetch` from a map of URLs to documents, or to functions that make a response, and counts the requests. */
export function fakeFetch(documents: ReadonlyMap<string, unknown>): {
  readonly fetch: typeof fetch;
  readonly requests: string[];
} {
  const requests: string[] = [];
  return {
    requests,
    fetch: async (input) => {
      const url = input instanceof Request ? input.url : String(input);
      requests.push(url);
      const document = documents.get(url);
      if (typeof document === "function") return document();
      return document === undefined ? new Response("not found", { status: 404 }) : Response.json(document);
    },
  };
}
