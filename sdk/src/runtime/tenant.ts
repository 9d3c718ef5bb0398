import { TenantMismatchError } from "../errors";
import { asText, isRecord } from "./json";

/** The claims of a JWT, not verified: only ever used to refuse or to renew early. Undefined for opaque tokens. */
export function claimsOf(token: string): Record<string, unknown> | undefined {
  const payload = token.split(".")[1] ?? "";
  try {
    const binary = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(claims) ? claims : undefined;
  } catch {
    // Not base64url of JSON, so not a JWT: an opaque token, which may contain dots.
    return undefined;
  }
}

/**
 * Refuses a token of another organization before anything is sent. A name of one kind (Convex id, issuer's id, slug)
 * says nothing about a name of another kind; then the server decides, which refuses too.
 *
 * @throws {TenantMismatchError} when both name one of the same kind and they differ
 */
export function assertTenant(token: string, organization: string): void {
  const claims = claimsOf(token) ?? {};
  const nested = [claims["o"], claims["app_metadata"]].filter(isRecord);
  const ids = [claims["org_id"], claims["activeOrganizationId"], ...nested.flatMap(({ id, org_id }) => [id, org_id])];
  const slugs = [claims["org_slug"], ...nested.map(({ slg }) => slg)];
  if ([...ids, ...slugs].includes(organization)) return;
  const kind = kindOf(organization);
  // An id in the form of a slug is an issuer's, which no slug can be compared with.
  const rival = (kind === "slug" ? slugs : ids).map(asText).find((name) => name !== undefined && kindOf(name) === kind);
  if (rival === undefined) return;
  throw new TenantMismatchError({
    code: "tenant_mismatch",
    title: "The token belongs to another organization",
    detail: `the client is for ${organization}, the token for ${rival}`,
  });
}

function kindOf(name: string): "convex" | "issuer" | "slug" {
  if (/^[0-9a-z]{31,37}$/.test(name)) return "convex";
  return name.startsWith("org_") ? "issuer" : "slug";
}
