import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { actorOf, appendAudit } from "../core/records/audit";
import { identifyCaller, isRevoked } from "../core/access/caller";
import { countAtEndpoint } from "../core/access/rateLimits";
import { TenantReader } from "../core/records/reader";
import { TenantWriter } from "../core/records/writer";
import { ProblemError } from "../core/wire/errors";
import { hourMs, minuteMs } from "../core/wire/durations";
import { secretTraceOf } from "../core/wire/secrets";
import { assertUsable, resolveTenant } from "../core/access/tenant";
import { permissionOf } from "../core/access/rights";
import { oauthErrorOf } from "../core/wire/oauthErrors";
import { grantedScope } from "./scopes";
import type { OAuthError } from "../core/wire/oauthErrors";
import type { Caller } from "../core/access/caller";
import type { Credential } from "../core/wire/restProtocol";
import type { Scope } from "../core/records/scope";
import type { MutationCtx } from "../_generated/server";
import type { Tenant } from "../core/access/tenant";

/** What a token may say of its holder; `actor` is the person who owns the API key. */
export interface TokenGrant {
  readonly subject: string;
  readonly organizationId: string;
  readonly scope: string;
  /** Of the secret that the token is exchanged for: a rotation ends both. */
  readonly secretTrace: string;
  readonly actor?: string;
}

/** Of a token, from its issue on. */
export const tokenLifetimeSeconds = 900;
/** Verifiers let a token live a little longer than it says. */
const clockToleranceMs = minuteMs;
const sampleIntervalMs = hourMs;
const maximumSamples = 100;
const origins = { requestId: v.optional(v.string()), ip: v.optional(v.string()), userAgent: v.optional(v.string()) };

/**
 * Decides what the holder of a credential gets, by the same rules as a call with that credential, and leaves an audit
 * row: the first of each credential in an hour, a hundred of an organization in an hour at most.
 */
export const grant = internalMutation({
  args: {
    credential: v.object({ kind: v.union(v.literal("apiKey"), v.literal("agent")), hash: v.string() }),
    scope: v.optional(v.string()),
    ...origins,
  },
  handler: async (ctx, { credential, scope, ...origin }): Promise<TokenGrant | OAuthError> => {
    const now = Date.now();
    const holder = await countedHolder(ctx, credential, origin.ip, now);
    if ("error" in holder) return holder;
    const { caller, tenant } = holder;
    // A scope that reaches some rows only is still that scope; how far it reaches is decided at each use.
    const held = [...tenant.rights].map(permissionOf);
    const granted = grantedScope(held, scope);
    if ("refusal" in granted) return oauthErrorOf("invalid_scope", granted.refusal);

    await sampleAudit(ctx, {
      caller,
      tenant,
      origin,
      now,
      noun: "credential",
      action: "credential.token",
      isAudited: true,
    });
    const common = {
      organizationId: tenant.organization._id,
      scope: granted.scope,
      secretTrace: secretTraceOf(credential.hash),
    };
    const subject = subjectOf(caller);
    if (caller.kind === "agent") return { subject, ...common };
    const { ownerId } = caller.apiKey;
    return { subject, ...common, ...(ownerId ? { actor: ownerId } : {}) };
  },
});

/**
 * Ends a token before its time (RFC 7009), for the client that it was issued to. Whatever else is named is nothing to tell of. No
 * token lives longer than those that are issued now, so nothing is kept for longer.
 */
export const revoke = internalMutation({
  args: {
    credential: v.object({ kind: v.union(v.literal("apiKey"), v.literal("agent")), hash: v.string() }),
    token: v.optional(v.object({ subject: v.string(), tokenId: v.string(), expiresAt: v.number() })),
    ...origins,
  },
  handler: async (ctx, { credential, token, ...origin }): Promise<OAuthError | null> => {
    const now = Date.now();
    const holder = await countedHolder(ctx, credential, origin.ip, now);
    if ("error" in holder) return holder;
    const { caller, tenant } = holder;
    const latest = now + tokenLifetimeSeconds * 1000 + clockToleranceMs;
    if (!token || token.subject !== subjectOf(caller) || token.expiresAt <= now || token.expiresAt > latest)
      return null;
    const scope = {
      caller,
      tenant,
      origin,
      now,
      noun: "credential",
      action: "credential.revokeToken",
      isAudited: true,
    };
    const writer = new TenantWriter(ctx, scope);
    const { subject, tokenId, expiresAt } = token;
    if (await isRevoked(ctx, subject, tokenId)) return null;
    await writer.insert("revokedTokens", { subject, tokenId, expiresAt: expiresAt + clockToleranceMs });
    await auditUse(ctx, scope);
    return null;
  },
});

type Machine = Extract<Caller, { kind: "apiKey" | "agent" }>;

function subjectOf(caller: Machine): string {
  return caller.kind === "agent" ? `agent:${caller.agent._id}` : `apiKey:${caller.apiKey._id}`;
}

/** Who holds the credential, once the request is counted against them, or against the address when nobody does. */
async function countedHolder(
  ctx: MutationCtx,
  credential: Credential,
  address: string | undefined,
  now: number,
): Promise<{ caller: Machine; tenant: Tenant } | OAuthError> {
  const holder = await holderOf(ctx, credential, now);
  const key = "error" in holder ? undefined : subjectOf(holder.caller);
  const retryAfterMs = await countAtEndpoint(ctx, { key, address }, now);
  if (retryAfterMs === 0) return holder;
  const retryAfterSeconds = Math.ceil(retryAfterMs / 1000);
  const description = `Too many requests; the next may be sent in ${retryAfterSeconds} s.`;
  return { ...oauthErrorOf("rate_limited", description), retryAfterSeconds };
}

async function holderOf(
  ctx: MutationCtx,
  credential: Credential,
  now: number,
): Promise<{ caller: Machine; tenant: Tenant } | OAuthError> {
  let caller: Caller;
  try {
    caller = await identifyCaller(ctx, credential, now);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return oauthErrorOf("invalid_client", error.data.detail);
  }
  if (caller.kind !== "apiKey" && caller.kind !== "agent") throw new Error("A machine credential named no machine.");
  try {
    const tenant = await resolveTenant(ctx, caller, { named: undefined, inPath: undefined }, now);
    assertUsable(tenant.organization);
    return { caller, tenant };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return oauthErrorOf("unauthorized_client", error.data.detail);
  }
}

async function sampleAudit(ctx: MutationCtx, scope: Scope & { readonly caller: Machine; readonly tenant: Tenant }) {
  const { caller, now, action } = scope;
  const recent = await new TenantReader(ctx, scope)
    .index("auditLogs", "by_organizationId_and_action_and_createdAt", (q) =>
      q.eq("action", action).gt("createdAt", now - sampleIntervalMs),
    )
    .order("desc")
    .take(maximumSamples);
  const isSame = (row: (typeof recent)[number]) =>
    caller.kind === "apiKey" ? row.apiKeyId === caller.apiKey._id : row.agentId === caller.agent._id;
  if (recent.length === maximumSamples || recent.some(isSame)) return;
  await auditUse(ctx, scope);
}

async function auditUse(ctx: MutationCtx, scope: Scope & { readonly caller: Machine; readonly tenant: Tenant }) {
  const { caller, tenant, origin, now, action } = scope;
  const [tableName, recordId] =
    caller.kind === "apiKey" ? (["apiKeys", caller.apiKey._id] as const) : (["agents", caller.agent._id] as const);
  await appendAudit(
    ctx,
    actorOf(caller),
    tenant.organization,
    origin,
    { action, operation: "access", tableName, recordId },
    now,
  );
}
