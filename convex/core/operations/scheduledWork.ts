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
import type { Infer, ObjectType, PropertyValidators } from "convex/values";

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

const jobStepArguments = {
  organizationId: v.id(engineTables.tenants),
  jobId: v.string(),
  payload: v.record(v.string(), v.any()),
  /** What the step before left. */
  cursor: v.optional(v.string()),
  progress: v.optional(v.record(v.string(), v.any())),
};
const jobStepResult = v.object({
  isDone: v.boolean(),
  cursor: v.optional(v.string()),
  progress: v.optional(v.record(v.string(), v.any())),
  result: v.optional(v.record(v.string(), v.any())),
});
/** What a job's runner tells a step. */
export type JobStep = ObjectType<typeof jobStepArguments>;
/** What a step leaves to the next one, or to whoever reads the job. */
export type JobStepResult = Infer<typeof jobStepResult>;

/**
 * Declares what a built-in job does, as an internal mutation that does one step of it: a batch that fits into a transaction. What it throws
 * undoes the step, and the runner tries it again later.
 */
export function jobStep(handler: (ctx: MutationCtx, step: JobStep) => Promise<JobStepResult>) {
  return internalMutation({ args: jobStepArguments, returns: jobStepResult, handler });
}

/** Whether a scheduled function is still to run, or runs now. */
export async function isUnderWay(ctx: MutationCtx, id: Id<"_scheduled_functions">): Promise<boolean> {
  const kind = (await ctx.db.system.get("_scheduled_functions", id))?.state.kind;
  return kind === "pending" || kind === "inProgress";
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
    storage: ctx.storage,
    secret: undefined,
    prepared: undefined,
    unscoped: new UnscopedWriter(ctx, scope),
    db: new TenantWriter(ctx, scope),
  };
}
