import { createHash, timingSafeEqual } from "node:crypto";
import { AuthError } from "../auth/authError";
import { isOpaqueToken, notJwt } from "../auth/tokenVerifier";
import type { TokenVerifier } from "../auth/tokenVerifier";
import type { Caller, JsonValue, RequestMetadata, UserIdentity } from "../deployment";
import { isJsonObject, parseJson } from "../json";
import { TransportError } from "./transportError";

/** Who sent a request, and whether the admin key came with it (which also opens internal functions). */
export interface ResolvedCaller {
  readonly caller: Caller;
  readonly isAdmin: boolean;
  /** The bearer token that the caller was verified by. */
  readonly authToken?: string;
}

const anonymous: ResolvedCaller = { caller: { kind: "anonymous" }, isAdmin: false };
const refusedOpaque: ResolvedCaller = { caller: { kind: "refused", ...notJwt }, isAdmin: false };
const bearerScheme = "bearer ";

/** Turns `Authorization` headers into callers by Convex's rules. */
export class CallerResolver {
  readonly #verifier: TokenVerifier;
  readonly #adminKeyDigest: Buffer | undefined;

  /** @param adminKey the key of `Authorization: Convex <key>`; without one, no such header is accepted. */
  constructor(verifier: TokenVerifier, adminKey: string | undefined) {
    this.#verifier = verifier;
    this.#adminKeyDigest = adminKey === undefined || adminKey === "" ? undefined : digest(adminKey);
  }

  /**
   * The caller of a function API request: a verified user, the admin (possibly acting as a user), or nobody.
   * @throws {AuthError} before any function runs when the header is malformed or not accepted.
   */
  async resolve(authorization: string | undefined): Promise<ResolvedCaller> {
    if (authorization === undefined) return anonymous;
    const token = bearerTokenOf(authorization);
    if (token !== undefined) {
      const identity = await this.#verifier.verify(token);
      return { caller: { kind: "user", identity }, isAdmin: false, authToken: token };
    }
    if (authorization.slice(0, 7).toLowerCase() === "convex ") return this.#resolveAdmin(authorization.slice(7).trim());
    throw new AuthError(
      "InvalidAuthHeader",
      "The Authorization header must be 'Bearer <token>' or 'Convex <key>'.",
      400,
    );
  }

  /**
   * The caller of an HTTP action. Convex never answers 401 here: credentials that are not Convex's own (Basic, API keys,
   * refused tokens) reach the action, and surface as an error only when it asks for the identity.
   */
  async resolveForHttpAction(authorization: string | undefined): Promise<ResolvedCaller> {
    const token = authorization === undefined ? undefined : bearerTokenOf(authorization);
    // Most machine clients send API keys; an error with a stack for each would cost more than the action.
    if (token !== undefined && isOpaqueToken(token)) return refusedOpaque;
    try {
      return await this.resolve(authorization);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return { caller: { kind: "refused", code: error.code, message: error.message }, isAdmin: false };
    }
  }

  /**
   * Lets only the admin key pass. A deployment without one has no admin routes at all.
   * @throws {TransportError} 404 without a configured key, {AuthError} 401 for any other credential than it.
   */
  async requireAdmin(authorization: string | undefined): Promise<void> {
    if (this.#adminKeyDigest === undefined) {
      throw new TransportError(404, "NotFound", "This deployment has no admin key, so it answers no admin request.");
    }
    const { isAdmin } = await this.resolve(authorization);
    if (!isAdmin) throw new AuthError("BadAdminKey", "This request needs the deployment's admin key.");
  }

  #resolveAdmin(credentials: string): ResolvedCaller {
    if (this.#isAdminKey(credentials)) return { caller: { kind: "admin" }, isAdmin: true };
    // `<key>:<base64 JSON>` acts as a user; the base64 alphabet has no colon, so the last one separates.
    const separator = credentials.lastIndexOf(":");
    if (separator > 0 && this.#isAdminKey(credentials.slice(0, separator))) {
      return { caller: { kind: "user", identity: actingUser(credentials.slice(separator + 1)) }, isAdmin: true };
    }
    throw new AuthError("BadAdminKey", "The provided admin key was invalid for this deployment.");
  }

  #isAdminKey(key: string): boolean {
    return this.#adminKeyDigest !== undefined && timingSafeEqual(digest(key), this.#adminKeyDigest);
  }
}

/** What the functions that a caller starts learn about the request. */
export function metadataFor(metadata: RequestMetadata, { authToken }: ResolvedCaller): RequestMetadata {
  return authToken === undefined ? metadata : { ...metadata, authToken };
}

function bearerTokenOf(authorization: string): string | undefined {
  if (authorization.length <= bearerScheme.length) return undefined;
  const scheme = authorization.slice(0, bearerScheme.length).toLowerCase();
  return scheme === bearerScheme ? authorization.slice(bearerScheme.length).trim() : undefined;
}

// Digests have one length, so that the comparison tells nothing about the length of the key either.
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The user an admin acts as: `tokenIdentifier`, or `issuer` and `subject`; all other attributes become claims. */
function actingUser(encoded: string): UserIdentity {
  const malformed = (cause?: unknown): AuthError =>
    new AuthError("HeaderParseFailure", "Malformed Authorization header.", 400, { cause });
  let attributes: JsonValue;
  try {
    attributes = parseJson(Buffer.from(encoded, "base64").toString("utf8"));
  } catch (cause) {
    throw malformed(cause);
  }
  if (!isJsonObject(attributes)) throw malformed();
  const given = attributes["tokenIdentifier"];
  const separator = typeof given === "string" ? given.lastIndexOf("|") : -1;
  const issuer =
    attributes["issuer"] ?? (typeof given === "string" ? given.slice(0, Math.max(separator, 0)) : undefined);
  const subject = attributes["subject"] ?? (typeof given === "string" ? given.slice(separator + 1) : undefined);
  if (typeof issuer !== "string" || typeof subject !== "string") throw malformed();
  return {
    ...attributes,
    issuer,
    subject,
    tokenIdentifier: typeof given === "string" ? given : `${issuer}|${subject}`,
  };
}
