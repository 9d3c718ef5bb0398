const clientId = "browser-live";
const kept = "sign-in";

/** Sends the person to the provider's page: authorization code with PKCE (RFC 7636), as any OpenID Connect provider takes it. */
export async function signIn(issuer: string): Promise<void> {
  const { authorization_endpoint } = await discovered(issuer);
  const verifier = base64Url(crypto.getRandomValues(new Uint8Array(32)));
  const state = base64Url(crypto.getRandomValues(new Uint8Array(16)));
  // Lives as long as the tab, and is of no use to anybody without the code.
  sessionStorage.setItem(kept, JSON.stringify({ verifier, state }));
  const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const url = new URL(authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: ownAddress(),
    scope: "openid profile email",
    state,
    code_challenge: base64Url(new Uint8Array(challenge)),
    code_challenge_method: "S256",
  }).toString();
  location.assign(url);
}

/**
 * The access token, once the provider has sent the person back with a code; undefined before.
 *
 * @throws {Error} when the provider refuses, or the answer belongs to no sign-in of this tab
 */
export async function tokenAfterSignIn(issuer: string): Promise<string | undefined> {
  const answer = new URL(location.href).searchParams;
  const code = answer.get("code");
  if (answer.has("error")) throw new Error(`The sign-in was refused: ${answer.get("error_description")}`);
  if (code === null) return undefined;
  // The code works once; a reload begins anew.
  history.replaceState(null, "", ownAddress());
  const { verifier, state }: { verifier?: string; state?: string } = JSON.parse(sessionStorage.getItem(kept) ?? "{}");
  sessionStorage.removeItem(kept);
  if (verifier === undefined || state !== answer.get("state")) throw new Error("Nobody signed in from this tab.");
  const { token_endpoint } = await discovered(issuer);
  const response = await fetch(token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: clientId,
      redirect_uri: ownAddress(),
      code,
      code_verifier: verifier,
    }),
  });
  if (!response.ok) throw new Error(`The sign-in answered ${response.status}.`);
  const { access_token }: { access_token: string } = await response.json();
  return access_token;
}

async function discovered(issuer: string): Promise<{ authorization_endpoint: string; token_endpoint: string }> {
  return (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
}

function ownAddress(): string {
  return location.origin + location.pathname;
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
