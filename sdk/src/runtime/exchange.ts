import { type IssuedToken, renewalTimeoutMs } from "./credential";
import type { Engine } from "./engine";
import { dataOf, invalidResponse } from "./call";
import { asText, isRecord } from "./json";

/**
 * Exchanges an API key or agent key for a short-lived JWT at the token endpoint (RFC 6749 section 4.4, client
 * credentials in the body). The JWT opens the deployment's Convex functions.
 *
 * @throws {AuthenticationError} (`invalid_client`) when the key is not accepted.
 */
export async function exchangeKey(
  engine: Engine,
  baseUrl: string,
  key: string,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "portico-sdk",
    client_secret: key,
  });
  const plan = {
    operation: "oauth.token",
    method: "POST",
    url: `${baseUrl}/v1/oauth/token`,
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: form.toString(),
    repeatable: true,
  };
  // One try: the calls that wait for it have limits and retries of their own, and drop it together.
  const limits = { timeoutMs: renewalTimeoutMs, attemptTimeoutMs: renewalTimeoutMs, maxRetries: 0 };
  const reply = await engine.send(plan, { signal, ...limits });
  const answer = dataOf(reply, (text) => engine.clean(text));
  const token = isRecord(answer) ? asText(answer["access_token"]) : undefined;
  const lifetimeSeconds = isRecord(answer) ? answer["expires_in"] : undefined;
  if (token === undefined) throw invalidResponse(reply, "The token endpoint answered without an access token");
  return {
    token,
    lifetimeMs: typeof lifetimeSeconds === "number" ? lifetimeSeconds * 1_000 : undefined,
  };
}
