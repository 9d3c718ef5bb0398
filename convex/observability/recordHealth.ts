import { definedOf } from "../core/records/documents";
import { administratorsOf } from "../messaging/administrators";
import { notify } from "../messaging/notify";
import { healthAfter, healthEvent, thresholdsOf } from "./healthChecks/rules";
import type { HealthOutcome } from "./healthChecks/rules";
import type { HealthResourceType } from "./tables";
import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

/** What recording needs of an operation's context, or of a cron's. */
export interface HealthContext {
  readonly db: TenantWriter;
  readonly unscoped: Pick<UnscopedWriter, "query">;
  readonly now: number;
}

/** How a resource was found, by whoever looked. */
export interface HealthReport {
  readonly resourceType: HealthResourceType;
  readonly resourceId: string;
  readonly outcome: HealthOutcome;
  readonly errorMessage?: string | undefined;
  readonly latencyMs?: number | undefined;
  readonly metadata?: Record<string, unknown> | undefined;
}

/**
 * Writes what a check found, in the transaction of the caller, and tells the administrators of what is down or up again. That the
 * resource exists is the caller's knowledge. With `onChange`, a check that finds what is known writes nothing.
 */
export async function recordHealth(
  ctx: HealthContext,
  { settings }: Pick<Doc<"organizations">, "settings">,
  { resourceType, resourceId, outcome, errorMessage, latencyMs, metadata }: HealthReport,
  { onChange = false }: { readonly onChange?: boolean } = {},
): Promise<Doc<"healthChecks">> {
  const { db, now } = ctx;
  const known = await healthOf(ctx, resourceType, resourceId);
  const health = healthAfter(known ?? undefined, outcome, thresholdsOf(settings));
  const isFailure = outcome === "failure";
  const message = isFailure ? errorMessage : undefined;
  const isNews = known?.status !== health.status || known.errorMessage !== message || health.status === "degraded";
  if (known && onChange && !isNews && known.successCount === health.successCount) return known;
  const found = {
    status: health.status,
    failureCount: health.failureCount,
    lastCheckAt: now,
    ...(isFailure ? { lastFailureAt: now } : { lastSuccessAt: now }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const passing = { successCount: health.successCount, errorMessage: message };
  const check = known
    ? await db.patch("healthChecks", known, { ...found, ...passing })
    : await db.insert("healthChecks", { resourceType, resourceId, ...found, ...definedOf(passing) });
  const event = healthEvent(known?.status, check.status);
  if (event) await announceHealth(ctx, event, check);
  return check;
}

/** Removes what is known of the health of a resource that goes. */
export async function forgetHealth(
  ctx: Pick<HealthContext, "db">,
  resourceType: HealthResourceType,
  resourceId: string,
): Promise<void> {
  const known = await healthOf(ctx, resourceType, resourceId);
  if (known) await ctx.db.purge("healthChecks", known);
}

function healthOf({ db }: Pick<HealthContext, "db">, resourceType: HealthResourceType, resourceId: string) {
  return db
    .index("healthChecks", "by_organizationId_and_resourceType_and_resourceId", (q) =>
      q.eq("resourceType", resourceType).eq("resourceId", resourceId),
    )
    .unique();
}

/** Tells owners and administrators, by a notification, that something is down or healthy again; webhooks learn it by the table's events. */
export async function announceHealth(
  ctx: HealthContext,
  event: "health.down" | "health.recovered",
  { _id, resourceType, resourceId }: Doc<"healthChecks">,
): Promise<void> {
  const type = event === "health.down" ? "health_down" : "health_recovered";
  for (const userId of await administratorsOf(ctx)) {
    const data = { healthCheckId: _id, resourceType, resourceId };
    await notify(ctx, { userId, type, data, groupKey: `${type}:${_id}` });
  }
}
