import { TenantWriter, UnscopedWriter } from "./database";
import type { Scope } from "./database";
import type { TenantMutationContext } from "./operation";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** What scheduled work is, for its audit rows. */
export interface SystemWork extends Pick<Scope, "noun" | "action" | "isAudited"> {
  readonly now: number;
}

/** The database of a cron over all organizations: the deployment itself acts, with the same write phases as any caller. */
export function systemWriter(ctx: MutationCtx, work: SystemWork): UnscopedWriter {
  return new UnscopedWriter(ctx, { ...work, caller: { kind: "system" }, tenant: undefined, origin: {} });
}

/**
 * The context of scheduled work inside one organization: what an operation began and left to be continued. Null when the
 * organization is gone.
 */
export async function systemContext(
  ctx: MutationCtx,
  organizationId: Id<"organizations">,
  work: SystemWork,
): Promise<TenantMutationContext | null> {
  const organization = await ctx.db.get("organizations", organizationId);
  if (!organization) return null;
  const caller = { kind: "system" } as const;
  // The system passes every permission check by not being asked: no request reaches these functions.
  const tenant = { organization, membership: undefined, rights: new Set<string>(), rank: 0, needsReadRight: true };
  const scope = { ...work, caller, tenant, origin: {} };
  return {
    caller,
    tenant,
    origin: {},
    now: work.now,
    namedOrganization: undefined,
    scheduler: ctx.scheduler,
    secret: undefined,
    unscoped: new UnscopedWriter(ctx, scope),
    db: new TenantWriter(ctx, scope),
  };
}
