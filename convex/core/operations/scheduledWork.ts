import { v } from "convex/values";
import { internalMutation } from "../../_generated/server";
import { engineTables } from "../wire/engineTables";
import { TenantWriter, UnscopedWriter } from "../records/writer";
import { everyRow } from "../access/reach";
import { noStanding } from "../access/standing";
import type { SystemWork } from "../records/systemWriter";
import type { TenantMutationContext } from "./declaration";
import type { Id } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";
import type { ObjectType, PropertyValidators } from "convex/values";

/**
 * Declares scheduled work inside one organization, as an internal mutation: what an operation began and left to be
 * continued. It ends quietly when the organization is gone.
 */
export function tenantJob<Arguments extends PropertyValidators>(job: {
  readonly noun: string;
  readonly action: string;
  readonly args: Arguments;
  handler(ctx: TenantMutationContext, args: ObjectType<Arguments>): Promise<void>;
}) {
  return internalMutation({
    args: { organizationId: v.id(engineTables.tenants), input: v.object(job.args) },
    returns: v.null(),
    handler: async (ctx, { organizationId, input }) => {
      const work = { noun: job.noun, action: job.action, isAudited: true, now: Date.now() };
      const context = await systemContext(ctx, organizationId, work);
      if (context) await job.handler(context, asArguments<Arguments>(input));
      return null;
    },
  });
}

/** Convex has validated the input by the validators that the type is computed from. */
function asArguments<Arguments extends PropertyValidators>(input: unknown): ObjectType<Arguments> {
  return input as ObjectType<Arguments>;
}

async function systemContext(
  ctx: MutationCtx,
  organizationId: Id<"organizations">,
  work: SystemWork,
): Promise<TenantMutationContext | null> {
  const organization = await ctx.db.get(engineTables.tenants, organizationId);
  if (!organization) return null;
  const caller = { kind: "system" } as const;
  // The system passes every permission check by not being asked: no request reaches these functions.
  const tenant = { organization, membership: undefined, ...noStanding };
  const scope = { ...work, caller, tenant, origin: {} };
  return {
    caller,
    tenant,
    reach: everyRow,
    origin: {},
    now: work.now,
    namedOrganization: undefined,
    scheduler: ctx.scheduler,
    secret: undefined,
    unscoped: new UnscopedWriter(ctx, scope),
    db: new TenantWriter(ctx, scope),
  };
}
