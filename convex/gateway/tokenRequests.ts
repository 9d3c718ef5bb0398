import { ProblemError } from "../core/wire/errors";
import { credentialKindOf } from "../core/wire/credentialKinds";
import { claimsOf, credentialOf } from "./credentials";
import { isDryRun, readBody } from "./requests";
import { headersOfProblem } from "./responses";

/** A token request as it is passed on, with the client's secret as a hash only. */
export interface TokenRequest {
  readonly credential: { readonly kind: "apiKey" | "agent"; readonly hash: string };
  readonly scope?: string;
}
/** A revocation request as it is passed on: of the token only what names it. */
export interface RevocationRequest extends Pick<TokenRequest, "credential"> {
  readonly token?: { readonly subject: string; readonly tokenId: string; readonly expiresAt: number };
}
/** Why a token request is refused before anything is looked up; RFC 6749, 5.2. */
export interface TokenRefusal {
  readonly error:
    | "invalid_request"
    | "invalid_client"
    | "unsupported_grant_type"
    | "unsupported_token_type"
    | "dry_run_unsupported";
  readonly description: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every existing scope fits in many times over. */
const maximumFormBytes = 16 * 1024;
const maximumSecretCharacters = 1024;
const tokenIdPattern = /^[0-9a-f-]{36}$/;

/** Reads a client credentials request (RFC 6749, 4.4.2), the client's secret from the body or from HTTP Basic. */
export async function tokenRequestOf(request: Request): Promise<TokenRequest | TokenRefusal> {
  const form = await formOf(request, "A token is issued or not; send the request without Portico-Dry-Run.");
  if ("error" in form) return form;
  const grantType = form.get("grant_type");
  if (!grantType) return refuse("invalid_request", "grant_type is missing.");
  if (grantType !== "client_credentials")
    return refuse("unsupported_grant_type", "Only client_credentials is supported.");

  const client = await clientOf(request, form);
  if ("error" in client) return client;
  const scope = form.get("scope");
  return { ...client, ...(scope ? { scope } : {}) };
}

/** Reads a revocation request (RFC 7009, 2.1), authenticated like one for a token. What is no token of ours is none to revoke. */
export async function revocationRequestOf(request: Request): Promise<RevocationRequest | TokenRefusal> {
  const form = await formOf(request, "A token is revoked or not; send the request without Portico-Dry-Run.");
  if ("error" in form) return form;
  const token = form.get("token");
  if (!token) return refuse("invalid_request", "token is missing.");
  const client = await clientOf(request, form);
  if ("error" in client) return client;
  if (credentialKindOf(token) !== undefined)
    return refuse("unsupported_token_type", "Keys are revoked where they were made, not here.");
  const named = namedBy(token);
  return { ...client, ...(named ? { token: named } : {}) };
}

/** What a token of the token endpoint says of itself. A client ends no tokens but its own, so nothing of it is trusted. */
function namedBy(token: string): RevocationRequest["token"] {
  const { sub, token_id: tokenId, exp } = claimsOf(token) ?? {};
  const isNamed = typeof sub === "string" && typeof tokenId === "string" && typeof exp === "number";
  return isNamed && tokenIdPattern.test(tokenId) ? { subject: sub, tokenId, expiresAt: exp * 1000 } : undefined;
}

async function clientOf(
  request: Request,
  form: URLSearchParams,
): Promise<Pick<TokenRequest, "credential"> | TokenRefusal> {
  const secret = secretOf(request.headers.get("authorization"), form.get("client_secret"));
  if ("error" in secret) return secret;
  const credential = secret.secret.length > maximumSecretCharacters ? undefined : await credentialOf(secret.secret);
  if (!credential || credential.kind === "enrollment") {
    return refuse("invalid_client", "client_secret must be an API key or an agent key.");
  }
  return { credential: { kind: credential.kind, hash: credential.hash } };
}

async function formOf(request: Request, noDryRun: string): Promise<URLSearchParams | TokenRefusal> {
  try {
    const dryRun = isDryRun(request.headers);
    const form = new URLSearchParams(await readBody(request, "application/x-www-form-urlencoded", maximumFormBytes));
    if (dryRun) return refuse("dry_run_unsupported", noDryRun);
    for (const name of form.keys()) {
      if (form.getAll(name).length > 1) return refuse("invalid_request", "A parameter is given more than once.");
    }
    return form;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { detail, status, code } = error.data;
    return { ...refuse("invalid_request", detail), status, headers: headersOfProblem(code) };
  }
}

/** RFC 6749, 2.3: one way to authenticate in a request, never two. */
function secretOf(authorization: string | null, inBody: string | null): { secret: string } | TokenRefusal {
  if (!authorization) return inBody ? { secret: inBody } : refuse("invalid_client", "client_secret is missing.");
  if (inBody) return refuse("invalid_request", "Send the client's secret in the body or by HTTP Basic, not both.");
  const encoded = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  const secret = encoded === undefined ? undefined : passwordOf(encoded);
  return secret ? { secret } : refuse("invalid_client", "Authenticate by HTTP Basic, with the key as password.");
}

function passwordOf(encoded: string): string | undefined {
  try {
    const pair = atob(encoded);
    const colon = pair.indexOf(":");
    // RFC 6749, 2.3.1: both halves are form-encoded before they are joined.
    return colon < 0 ? undefined : decodeURIComponent(pair.slice(colon + 1).replaceAll("+", " "));
  } catch {
    // Not base64, or not form-encoded: no credential this deployment could have issued.
    return undefined;
  }
}

function refuse(error: TokenRefusal["error"], description: string): TokenRefusal {
  return { error, description };
}
