import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

const touchIntervalMs = 60_000;
const denialIntervalMs = 60_000;
const dayMs = 86_400_000;

/**
 * What an answer may not write itself: queries cannot write, and a refusal rolls its transaction back. The gateway calls
 * this afterwards, at most once a minute per principal (touch) or per principal and operation (denial).
 */
export const record = internalMutation({
  args: {
    touch: v.optional(v.object({ kind: v.union(v.literal("apiKey"), v.literal("user")), id: v.string() })),
    denial: v.optional(
      v.object({
        organizationId: v.id("organizations"),
        action: v.string(),
        userId: v.optional(v.id("users")),
        apiKeyId: v.optional(v.id("apiKeys")),
        agentId: v.optional(v.id("agents")),
      }),
    ),
    detail: v.optional(v.string()),
    requestId: v.optional(v.string()),
    ip: v.optional(v.string()),
    userAgent: v.optional(v.string()),
  },
  returns: v.null(),
  handler: async (ctx, { touch, denial, detail, ...origin }) => {
    const now = Date.now();
    if (touch) await touchPrincipal(ctx, touch, origin.ip, now);
    if (denial && !(await wasDeniedRecently(ctx, denial, now))) {
      const { action, organizationId, ...actor } = denial;
      const organization = await ctx.db.get("organizations", organizationId);
      await ctx.db.insert("auditLogs", {
        organizationId,
        ...actor,
        actorType: actor.userId ? "user" : actor.apiKeyId ? "apiKey" : "agent",
        action: "rbac.deny",
        operation: "access",
        metadata: { operation: action },
        result: "denied",
        ...(detail === undefined ? {} : { errorMessage: detail.slice(0, 1000) }),
        ...(origin.ip === undefined ? {} : { ipAddress: origin.ip }),
        ...(origin.userAgent === undefined ? {} : { userAgent: origin.userAgent.slice(0, 300) }),
        ...(origin.requestId === undefined ? {} : { requestId: origin.requestId }),
        createdAt: now,
        expiresAt: now + (organization?.settings.auditRetentionDays ?? 365) * dayMs,
      });
    }
    return null;
  },
});

async function touchPrincipal(
  ctx: MutationCtx,
  { kind, id }: { kind: "apiKey" | "user"; id: string },
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

interface Denial {
  readonly organizationId: Id<"organizations">;
  readonly action: string;
  readonly userId?: string;
  readonly apiKeyId?: string;
  readonly agentId?: string;
}

/** Looks at the newest denials of the last minute; more than a hundred in a minute are not told apart any further. */
async function wasDeniedRecently(ctx: MutationCtx, denial: Denial, now: number): Promise<boolean> {
  const recent = await ctx.db
    .query("auditLogs")
    .withIndex("by_organizationId_and_action_and_createdAt", (q) =>
      q.eq("organizationId", denial.organizationId).eq("action", "rbac.deny").gt("createdAt", now - denialIntervalMs),
    )
    .order("desc")
    .take(100);
  const isSame = (row: (typeof recent)[number]) =>
    row.userId === denial.userId &&
    row.apiKeyId === denial.apiKeyId &&
    row.agentId === denial.agentId &&
    Object(row.metadata).operation === denial.action;
  return recent.length === 100 || recent.some(isSame);
}
