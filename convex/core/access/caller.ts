import { env } from "../../_generated/server";
import { ProblemError } from "../wire/errors";
import { ownerStanding, suspensions } from "./keyOwner";
import { builtInRights, rightsWithin } from "./rights";
import { claimAt, noPersonReason, readingOf } from "../wire/identityProviders";
import { canonicalIssuer, storedTokenIdentifiers } from "../wire/issuers";
import { secretTraceOf } from "../wire/secrets";
import type { Rights } from "./rights";
import type { Credential } from "../wire/restProtocol";
import type { Standing } from "./standing";
import type { Doc, Id } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";
import type { UserIdentity } from "convex/server";

/** A verified token, whether or not its user is known yet. */
export interface IdentityCaller {
  readonly kind: "identity";
  readonly identity: UserIdentity;
}

/** An API key: its scopes, as far as its owner's rights reach now, with the owner's rank. */
export interface ApiKeyCaller extends Standing {
  readonly kind: "apiKey";
  readonly apiKey: Doc<"apiKeys">;
  /** The access token that stood for the key, where one did. */
  readonly tokenId?: string | undefined;
}

/** Who sends a request. Rights come later, from the membership or the key. */
export type RequestCaller =
  | { readonly kind: "anonymous" }
  | { readonly kind: "enrollment"; readonly token: Doc<"agentEnrollmentTokens"> }
  | IdentityCaller
  | {
      readonly kind: "user";
      readonly user: Doc<"users">;
      readonly claimedOrganization: string | undefined;
      /** Who acts in the user's name, if the token says that somebody does. */
      readonly impersonator?: string | undefined;
    }
  | ApiKeyCaller
  | {
      readonly kind: "agent";
      readonly agent: Doc<"agents">;
      readonly rights: Rights;
      readonly tokenId?: string | undefined;
    };

/** Who acts: the sender of a request, or the deployment itself in crons and scheduled continuations. */
export type Caller = RequestCaller | { readonly kind: "system" };

/** Issuer and audience of the tokens that this deployment's own token endpoint signs. */
export function gatewayIssuer(): string {
  return canonicalIssuer(env["CONVEX_SITE_URL"] ?? "");
}

/**
 * Identity of the caller's token, its issuer in one spelling; null without one.
 * @throws {ProblemError} 401 when Convex refused the token, or it is no person's by its issuer's preset
 */
export async function verifiedIdentity(ctx: Pick<QueryCtx, "auth">): Promise<UserIdentity | null> {
  const identity = await acceptedIdentity(ctx);
  if (!identity) return null;
  const issuer = canonicalIssuer(identity.issuer);
  if (identity.subject === "") throw new ProblemError("unauthenticated", "The token's claim sub names nobody.");
  const reason = noPersonReason(identity, readingOf(env["AUTH_PROVIDERS"], issuer));
  if (reason !== undefined) throw new ProblemError("unauthenticated", reason);
  return { ...identity, issuer, tokenIdentifier: `${issuer}|${identity.subject}` };
}

async function acceptedIdentity(ctx: Pick<QueryCtx, "auth">): Promise<UserIdentity | null> {
  try {
    return await ctx.auth.getUserIdentity();
  } catch {
    // On HTTP actions a refused token surfaces here; the gateway says why, as it hears it there.
    throw new ProblemError("unauthenticated", "The token was refused.");
  }
}

/** The user's row, found by one token identifier after the other. */
export async function findUser(
  { issuer, subject }: UserIdentity,
  byTokenIdentifier: (tokenIdentifier: string) => Promise<Doc<"users"> | null>,
): Promise<Doc<"users"> | null> {
  for (const tokenIdentifier of storedTokenIdentifiers(issuer, subject)) {
    const user = await byTokenIdentifier(tokenIdentifier);
    if (user) return user;
  }
  return null;
}

/**
 * Finds the principal behind a credential or a verified token; with `asIdentity` a person's token stands for itself, so
 * that an operation can create the user it names.
 * @throws {ProblemError} 401 when the credential is not accepted, 403 when its principal may not act
 */
export async function identifyCaller(
  ctx: QueryCtx,
  credential: Credential | undefined,
  now: number,
  asIdentity = false,
): Promise<RequestCaller> {
  if (credential) return callerOfCredential(ctx, credential, now);
  const identity = await verifiedIdentity(ctx);
  if (!identity) return { kind: "anonymous" };
  if (identity.issuer === gatewayIssuer()) return callerOfMachineToken(ctx, identity, now);
  if (asIdentity) return { kind: "identity", identity };
  const user = await findUser(identity, (tokenIdentifier) =>
    ctx.db
      .query("users")
      .withIndex("by_tokenIdentifier", (q) => q.eq("tokenIdentifier", tokenIdentifier))
      .unique(),
  );
  return {
    kind: "user",
    user: usableUser(user),
    claimedOrganization: claimedOrganization(identity),
    impersonator: impersonatorOf(identity),
  };
}

const maximumImpersonatorCharacters = 255;

/** Who acts in the person's name by the token's `act` claim (RFC 8693, 4.1); a claim without a readable subject still says that somebody does. */
export function impersonatorOf(identity: UserIdentity): string | undefined {
  const subject = claimAt(identity, "act.sub");
  if (typeof subject === "string" && subject !== "") return storable(subject);
  const isNamed = Object.keys(identity).some((claim) => claim.startsWith("act."));
  return isNamed || (identity["act"] ?? undefined) !== undefined ? "unknown" : undefined;
}

/** Convex stores no half of a surrogate pair, whether a token has one or the cut makes one. */
function storable(text: string): string {
  return text.slice(0, maximumImpersonatorCharacters).replaceAll(/\p{Surrogate}/gu, "\uFFFD");
}

/**
 * Finds a principal by its kind and id, for what was given to it before and holds as long as it may act.
 * @throws {ProblemError} 401 or 403 when it may not act now
 */
export async function callerOfPrincipal(
  ctx: QueryCtx,
  principal: `${"user" | "apiKey" | "agent"}:${string}`,
  now: number,
): Promise<Extract<RequestCaller, { kind: "user" | "apiKey" | "agent" }>> {
  const [kind, id = ""] = principal.split(":");
  if (kind === "apiKey") {
    const apiKeyId = ctx.db.normalizeId("apiKeys", id);
    return callerOfApiKey(ctx, apiKeyId && (await ctx.db.get("apiKeys", apiKeyId)), undefined, now);
  }
  if (kind === "agent") {
    const agentId = ctx.db.normalizeId("agents", id);
    return callerOfAgent(agentId && (await ctx.db.get("agents", agentId)));
  }
  const userId = ctx.db.normalizeId("users", id);
  const user = userId && (await ctx.db.get("users", userId));
  return { kind: "user", user: usableUser(user), claimedOrganization: undefined };
}

/** @throws {ProblemError} when the user is not known, was deleted or is inactive */
function usableUser(user: Doc<"users"> | null): Doc<"users"> {
  if (!user) throw new ProblemError("user_not_provisioned", "This user has not signed in here before.");
  if (user.deletedAt !== undefined) throw new ProblemError("user_deleted", "This user was deleted.");
  if (user.status === "inactive") throw new ProblemError("user_inactive", "This user is inactive.");
  return user;
}

async function callerOfCredential(ctx: QueryCtx, { kind, hash }: Credential, now: number): Promise<RequestCaller> {
  if (kind === "enrollment") {
    const token = await ctx.db
      .query("agentEnrollmentTokens")
      .withIndex("by_tokenHash", (q) => q.eq("tokenHash", hash))
      .unique();
    return callerOfEnrollmentToken(token, now);
  }
  if (kind === "agent") {
    const agent = await ctx.db
      .query("agents")
      .withIndex("by_keyHash", (q) => q.eq("keyHash", hash))
      .unique();
    return callerOfAgent(agent);
  }
  const current = await ctx.db
    .query("apiKeys")
    .withIndex("by_keyHash", (q) => q.eq("keyHash", hash))
    .unique();
  if (current) return callerOfApiKey(ctx, current, undefined, now);
  const previous = await ctx.db
    .query("apiKeys")
    .withIndex("by_previousKeyHash", (q) => q.eq("previousKeyHash", hash))
    .unique();
  return callerOfApiKey(ctx, previous && previousHash(previous, now) === undefined ? null : previous, undefined, now);
}

/** The hash of a rotated key's former secret, while that still opens it. */
function previousHash({ previousKeyHash, previousKeyExpiresAt }: Doc<"apiKeys">, now: number): string | undefined {
  return previousKeyExpiresAt !== undefined && previousKeyExpiresAt > now ? previousKeyHash : undefined;
}

async function callerOfApiKey(
  ctx: QueryCtx,
  apiKey: Doc<"apiKeys"> | null,
  tokenScopes: string | undefined,
  now: number,
): Promise<ApiKeyCaller> {
  if (!apiKey) throw new ProblemError("unauthenticated", "The API key is not known.");
  if (apiKey.status === "revoked") throw new ProblemError("key_revoked", "The API key was revoked.");
  if (apiKey.expiresAt !== undefined && apiKey.expiresAt <= now) {
    throw new ProblemError("key_expired", "The API key has expired.");
  }
  const owner = await ownerStanding(ctx, apiKey, now);
  if ("suspension" in owner)
    throw new ProblemError("key_suspended", `The API key's owner ${suspensions[owner.suspension]}.`);
  const narrowed = tokenScopes === undefined ? undefined : new Set(tokenScopes.split(" "));
  const scopes = narrowed ? apiKey.scopes.filter((scope) => narrowed.has(scope)) : apiKey.scopes;
  return { kind: "apiKey", apiKey, rights: rightsWithin(owner.standing.rights, scopes), rank: owner.standing.rank };
}

function callerOfEnrollmentToken(token: Doc<"agentEnrollmentTokens"> | null, now: number): RequestCaller {
  if (!token) throw new ProblemError("invalid_enrollment_token", "The enrolment token is not known.");
  if (token.revokedAt !== undefined)
    throw new ProblemError("invalid_enrollment_token", "The enrolment token was revoked.");
  if (token.expiresAt <= now) throw new ProblemError("enrollment_expired", "The enrolment token has expired.");
  return { kind: "enrollment", token };
}

function callerOfAgent(
  agent: Doc<"agents"> | null,
  scopes?: readonly string[],
): Extract<RequestCaller, { kind: "agent" }> {
  if (!agent) throw new ProblemError("unauthenticated", "The agent key is not known.");
  if (agent.deletedAt !== undefined || agent.credentialStatus === "revoked") {
    throw new ProblemError("agent_revoked", "The agent's key was revoked.");
  }
  const rights = builtInRights("agent");
  return { kind: "agent", agent, rights: scopes ? rightsWithin(rights, scopes) : rights };
}

/**
 * Tokens of the token endpoint name a key, not a person: `apiKey:<id>` or `agent:<id>`. They live no longer than the secret
 * that they were exchanged for, which a rotation ends.
 */
async function callerOfMachineToken(ctx: QueryCtx, identity: UserIdentity, now: number): Promise<RequestCaller> {
  const [kind, id = ""] = identity.subject.split(":");
  const { scope: claimed, token_id: claimedId } = identity;
  const tokenId = typeof claimedId === "string" ? claimedId : undefined;
  const scope = typeof claimed === "string" ? claimed : "";
  if (tokenId !== undefined && (await isRevoked(ctx, identity.subject, tokenId)))
    throw new ProblemError("unauthenticated", "The token was revoked.");
  if (kind === "agent") {
    const agentId = ctx.db.normalizeId("agents", id);
    const agent = agentId && (await ctx.db.get("agents", agentId));
    const caller = callerOfAgent(agent, scope.split(" "));
    assertSecretAlive(identity, [agent?.keyHash]);
    return { ...caller, tokenId };
  }
  const apiKeyId = kind === "apiKey" ? ctx.db.normalizeId("apiKeys", id) : null;
  const apiKey = apiKeyId && (await ctx.db.get("apiKeys", apiKeyId));
  const caller = await callerOfApiKey(ctx, apiKey, scope, now);
  assertSecretAlive(identity, apiKey ? [apiKey.keyHash, previousHash(apiKey, now)] : []);
  return { ...caller, tokenId };
}

/** Whether a token of the token endpoint was ended by the client that it was issued to. */
export async function isRevoked(ctx: Pick<QueryCtx, "db">, subject: string, tokenId: string): Promise<boolean> {
  const revoked = await ctx.db
    .query("revokedTokens")
    .withIndex("by_subject_and_tokenId", (q) => q.eq("subject", subject).eq("tokenId", tokenId))
    .first();
  return revoked !== null;
}

function assertSecretAlive(identity: UserIdentity, hashes: readonly (string | undefined)[]): void {
  const trace = identity["key_trace"];
  if (hashes.some((hash) => hash !== undefined && secretTraceOf(hash) === trace)) return;
  throw new ProblemError("unauthenticated", "The key that the token was exchanged for has been replaced.");
}

/** The organization a user's token names, in the claim that its issuer's configuration names and in no other. */
function claimedOrganization(identity: UserIdentity): string | undefined {
  const claim = readingOf(env["AUTH_PROVIDERS"], identity.issuer).tenantClaim(identity);
  const value = claimAt(identity, claim);
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new ProblemError("unauthenticated", `The token's claim ${claim} must be one organization's id, as a text.`);
}

/** The user a write is attributed to: the caller, or the owner of the API key. */
export function actingUser(caller: Caller): Id<"users"> | undefined {
  if (caller.kind === "user") return caller.user._id;
  return caller.kind === "apiKey" ? caller.apiKey.ownerId : undefined;
}
