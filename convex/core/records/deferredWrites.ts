import { v } from "convex/values";
import { internalMutation } from "../../_generated/server";
import { actorOf, appendAudit } from "./audit";
import { hourMs, lastUsedIntervalMs, minuteMs } from "../wire/durations";
import { engineTables } from "../wire/engineTables";
import { accessValidator, lastUsedValidator } from "../wire/restProtocol";
import type { AuditEntry, RequestOrigin } from "./audit";
import type { Caller } from "../access/caller";
import type { LastUsed, RecordedAccess } from "../wire/restProtocol";
import type { Tenant } from "../access/tenant";
import type { MutationCtx } from "../../_generated/server";
import type { ObjectType } from "convex/values";

const deniedIntervalMs = minuteMs;
const readIntervalMs = hourMs;

/** `action` of `caller` in `tenant`, for a deferred write. */
export function accessBy(caller: Caller, { organization }: Tenant, action: string): RecordedAccess {
  return { organizationId: organization._id, action, ...actorOf(caller) };
}

/** What the gateway says of the request beside what to write. */
export const circumstances = {
  detail: v.optional(v.string()),
  requestId: v.optional(v.string()),
  ip: v.optional(v.string()),
  userAgent: v.optional(v.string()),
};
type Circumstances = ObjectType<typeof circumstances>;

/**
 * What an answer may not write itself: queries cannot write, and a refusal rolls its transaction back. The gateway calls
 * this afterwards: at most once a minute per principal (lastUsed) or per principal and operation (denied), once an hour per
 * principal for reads that are audited (read).
 */
export const record = internalMutation({
  args: {
    lastUsed: v.optional(lastUsedValidator),
    denied: v.optional(accessValidator),
    read: v.optional(accessValidator),
    ...circumstances,
  },
  returns: v.null(),
  handler: async (ctx, { lastUsed, denied, read, ...rest }) => {
    await writeDeferred(ctx, { lastUsed, denied, read }, rest);
    return null;
  },
});

interface Writes {
  readonly lastUsed: LastUsed | undefined;
  readonly denied: RecordedAccess | undefined;
  readonly read: RecordedAccess | undefined;
}

/** Writes what `record` was asked to. */
export async function writeDeferred(
  ctx: MutationCtx,
  { lastUsed, denied, read }: Writes,
  { detail, ...origin }: Circumstances,
): Promise<void> {
  const now = Date.now();
  if (lastUsed) await noteUse(ctx, lastUsed, origin.ip, now);
  if (denied && !(await wasRecorded(ctx, "rbac.deny", denied, denied.action, now - deniedIntervalMs))) {
    const refusal = { result: "denied", metadata: { operation: denied.action } } as const;
    const told = detail === undefined ? refusal : { ...refusal, errorMessage: detail };
    await recordAccess(ctx, { ...denied, action: "rbac.deny" }, told, origin, now);
  }
  if (read && !(await wasRecorded(ctx, read.action, read, undefined, now - readIntervalMs))) {
    await recordAccess(ctx, read, {}, origin, now);
  }
}

async function noteUse(ctx: MutationCtx, { kind, id }: LastUsed, ip: string | undefined, now: number): Promise<void> {
  if (kind === "apiKey") {
    const apiKeyId = ctx.db.normalizeId(engineTables.apiKeys, id);
    const apiKey = apiKeyId && (await ctx.db.get(engineTables.apiKeys, apiKeyId));
    if (!apiKey || (apiKey.lastUsedAt ?? 0) >= now - lastUsedIntervalMs) return;
    await ctx.db.patch(engineTables.apiKeys, apiKey._id, {
      lastUsedAt: now,
      ...(ip === undefined ? {} : { lastUsedIp: ip }),
    });
    return;
  }
  const userId = ctx.db.normalizeId(engineTables.people, id);
  const user = userId && (await ctx.db.get(engineTables.people, userId));
  if (!user || (user.lastActivityAt ?? 0) >= now - lastUsedIntervalMs) return;
  await ctx.db.patch(engineTables.people, user._id, { lastActivityAt: now });
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
    .query(engineTables.audit)
    .withIndex("by_organizationId_and_action_and_createdAt", (q) =>
      q.eq("organizationId", access.organizationId).eq("action", action).gt("createdAt", sinceMs),
    )
    .order("desc")
    .take(100);
  const isSame = (row: (typeof recent)[number]) =>
    row.userId === access.userId &&
    row.apiKeyId === access.apiKeyId &&
    row.agentId === access.agentId &&
    row.impersonatedBy === access.impersonatedBy &&
    Object(row.metadata).operation === operation;
  return recent.length === 100 || recent.some(isSame);
}

/** An organization that is gone has a trail no more. */
async function recordAccess(
  ctx: MutationCtx,
  { organizationId, action, ...actor }: RecordedAccess,
  entry: Omit<AuditEntry, "action" | "operation">,
  origin: RequestOrigin,
  now: number,
): Promise<void> {
  const organization = await ctx.db.get(engineTables.tenants, organizationId);
  if (organization) await appendAudit(ctx, actor, organization, origin, { ...entry, action, operation: "access" }, now);
}
