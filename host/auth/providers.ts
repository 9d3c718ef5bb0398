import type { AuthProvider } from "../deployment";

/**
 * Brings an issuer to the form Convex compares: `https://` is added when no scheme is given and trailing slashes are
 * ignored, since some identity providers name their domain without the slash that their tokens carry.
 */
export function normalizeIssuer(issuer: string): string {
  const withScheme = /^https?:\/\//.test(issuer) ? issuer : `https://${issuer}`;
  let end = withScheme.length;
  while (end > 0 && withScheme[end - 1] === "/") end -= 1;
  return withScheme.slice(0, end);
}

/** The issuer a provider entry of `auth.config.ts` stands for. */
function providerIssuer(provider: AuthProvider): string {
  return provider.type === "oidc" ? provider.domain : provider.issuer;
}

/**
 * Finds the first provider whose issuer is the token's and whose `applicationID`, when it has one, is among the token's
 * audiences. Choosing by unverified claims is safe: the signature is then checked with that provider's keys only.
 */
export function findProvider(
  providers: readonly AuthProvider[],
  issuer: string,
  audiences: readonly string[],
): AuthProvider | undefined {
  const wanted = normalizeIssuer(issuer);
  return providers.find(
    (provider) =>
      normalizeIssuer(providerIssuer(provider)) === wanted &&
      (provider.applicationID === undefined || audiences.includes(provider.applicationID)),
  );
}
