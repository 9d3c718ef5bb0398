import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { actorOf } from "./audit";
import type { Caller } from "./caller";
import type { Tenant } from "./tenant";
import type { MutationCtx } from "../_generated/server";
import type { Infer } from "convex/values";

const touchIntervalMs = 60_000;
const denialIntervalMs = 60_000;
const accessIntervalMs = 3_600_000;
const dayMs = 86_400_000;

/** A principal whose last use is due to be noted. */
export const touchValidator = v.object({ kind: v.union(v.literal("apiKey"), v.literal("user")), id: v.string() });

/** Who did what in which organization: a denied operation, or a read that is itself audited. */
export const accessValidator = v.object({
  organizationId: v.id("organizations"),
  action: v.string(),
  userId: v.optional(v.id("users")),
  apiKeyId: v.optional(v.id("apiKeys")),
  agentId: v.optional(v.id("agents")),
});
type RecordedAccess = Infer<typeof accessValidator>;

/** `action` of `caller` in `tenant`, for a follow-up. */
export function accessBy(caller: Caller, { organization }: Tenant, action: string): RecordedAccess {
  const { actorType: _, ...actor } = actorOf(caller);
  return { organizationId: organization._id, action, ...actor };
}

/**
 * What an answer may not write itself: queries cannot write, and a refusal rolls its transaction back. The gateway calls
 * this afterwards: at most once a minute per principal (touch) or per principal and operation (denial), once an hour per
 * principal for reads that are audited (access).
 */
export const record = internalMutation({
  args: {
    touch: v.optional(touchValidator),
    denial: v.optional(accessValidator),
    access: v.optional(accessValidator),
    detail: v.optional(v.string()),
    requestId: v.optional(v.string()),
    ip: v.optional(v.string()),
    userAgent: v.optional(v.string()),
  },
  returns: v.null(),
  handler: async (ctx, { touch, denial, access, detail, ...origin }) => {
    const now = Date.now();
    if (touch) await touchPrincipal(ctx, touch, origin.ip, now);
    if (denial && !(await wasRecorded(ctx, "rbac.deny", denial, denial.action, now - denialIntervalMs))) {
      await recordAccess(
        ctx,
        { ...denial, action: "rbac.deny", result: "denied", operation: denial.action },
        detail,
        origin,
        now,
      );
    }
    if (access && !(await wasRecorded(ctx, access.action, access, undefined, now - accessIntervalMs))) {
      await recordAccess(ctx, { ...access, result: "success" }, undefined, origin, now);
    }
    return null;
  },
});

async function touchPrincipal(
  ctx: MutationCtx,
  { kind, id }: Infer<typeof touchValidator>,
  ip: string | undefined,
  now: number,
): Promise<void> {
  if (kind === "apiKey") {
    const apiKeyId = ctx.db.normalizeId("apiKeys", id);
    const apiKey = apiKeyId && (await ctx.db.get("apiKeys", apiKeyId));
    if (!apiKey || (apiKey.lastUsedAt ?? 0) >= now - touchIntervalMs) return;
    await ctx.db.patch("apiKeys", apiKey._id, { lastUsedAt: now, ...(ip === undefined ? {} : { lastUsedIp: ip }) });
    return;
  }
  const userId = ctx.db.normalizeId("users", id);
  const user = userId && (await ctx.db.get("users", userId));
  if (!user || (user.lastActivityAt ?? 0) >= now - touchIntervalMs) return;
  await ctx.db.patch("users", user._id, { lastActivityAt: now });
}

/** Looks at the newest rows of the action since `sinceMs`; more than a hundred are not told apart any further. */
async function wasRecorded(
  ctx: MutationCtx,
  action: string,
  access: RecordedAccess,
  operation: string | undefined,
  sinceMs: number,
) {
  const recent = await ctx.db
    .query("auditLogs")
    .withIndex("by_organizationId_and_action_and_createdAt", (q) =>
      q.eq("organizationId", access.organizationId).eq("action", action).gt("createdAt", sinceMs),
    )
    .order("desc")
    .take(100);
  const isSame = (row: (typeof recent)[number]) =>
    row.userId === access.userId &&
    row.apiKeyId === access.apiKeyId &&
    row.agentId === access.agentId &&
    Object(row.metadata).operation === operation;
  return recent.length === 100 || recent.some(isSame);
}

async function recordAccess(
  ctx: MutationCtx,
  {
    result,
    operation,
    ...access
  }: RecordedAccess & { readonly result: "success" | "denied"; readonly operation?: string },
  detail: string | undefined,
  origin: { readonly requestId?: string; readonly ip?: string; readonly userAgent?: string },
  now: number,
): Promise<void> {
  const organization = await ctx.db.get("organizations", access.organizationId);
  await ctx.db.insert("auditLogs", {
    ...access,
    actorType: access.userId ? "user" : access.apiKeyId ? "apiKey" : "agent",
    operation: "access",
    ...(operation === undefined ? {} : { metadata: { operation } }),
    result,
    ...(detail === undefined ? {} : { errorMessage: detail.slice(0, 1000) }),
    ...(origin.ip === undefined ? {} : { ipAddress: origin.ip }),
    ...(origin.userAgent === undefined ? {} : { userAgent: origin.userAgent.slice(0, 300) }),
    ...(origin.requestId === undefined ? {} : { requestId: origin.requestId }),
    createdAt: now,
    expiresAt: now + (organization?.settings.auditRetentionDays ?? 365) * dayMs,
  });
}
