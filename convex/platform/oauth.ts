import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { importJWK, SignJWT } from "jose";
import { env, internalAction } from "../_generated/server";
import { oauthErrorOf } from "../core/wire/oauthErrors";
import { signingKeyOf } from "./signingKeys";
import { tokenLifetimeSeconds } from "./tokenGrants";
import type { OAuthError } from "../core/wire/oauthErrors";
import type { SigningKey } from "./signingKeys";
import type { TokenGrant } from "./tokenGrants";

/** The answer of a granted request (RFC 6749, 5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: "Bearer";
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: string;
}

const audience = "portico";
const grantReference = makeFunctionReference<"mutation", Record<string, unknown>, TokenGrant | OAuthError>(
  "platform/tokenGrants:grant",
);

/**
 * Exchanges an API key or agent key for a short-lived JWT (RFC 6749, 4.4). An action, because signing draws random
 * numbers; the credential arrives as its hash, since arguments of functions may be logged.
 */
export const createToken = internalAction({
  args: {
    credential: v.object({ kind: v.union(v.literal("apiKey"), v.literal("agent")), hash: v.string() }),
    scope: v.optional(v.string()),
    requestId: v.optional(v.string()),
    ip: v.optional(v.string()),
    userAgent: v.optional(v.string()),
  },
  handler: async (ctx, args): Promise<TokenAnswer | OAuthError> => {
    const key = signingKeyOf(env);
    const issuer = env["CONVEX_SITE_URL"];
    if (!key || !issuer) {
      return oauthErrorOf(
        "temporarily_unavailable",
        "This deployment issues no tokens: PORTICO_SIGNING_KEY is not set.",
      );
    }
    const granted = await ctx.runMutation(grantReference, args);
    if ("error" in granted) return granted;
    return {
      access_token: await signedToken(key, issuer, granted),
      token_type: "Bearer",
      expires_in: tokenLifetimeSeconds,
      scope: granted.scope,
    };
  },
});

/** `typ` is the plain one: Convex's verifier accepts no other. */
async function signedToken(
  key: SigningKey,
  issuer: string,
  { subject, organizationId, scope, secretTrace, actor }: TokenGrant,
) {
  const issuedAtSeconds = Math.floor(Date.now() / 1000);
  const tokenId = crypto.randomUUID();
  return new SignJWT({
    org_id: organizationId,
    scope,
    key_trace: secretTrace,
    // Convex tells functions no registered claim of a token but issuer and subject.
    token_id: tokenId,
    ...(actor === undefined ? {} : { act: { sub: actor } }),
  })
    .setProtectedHeader({ alg: "ES256", kid: key.kid, typ: "JWT" })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(issuedAtSeconds)
    .setExpirationTime(issuedAtSeconds + tokenLifetimeSeconds)
    .setJti(tokenId)
    .sign(await importJWK({ ...key }, "ES256"));
}
