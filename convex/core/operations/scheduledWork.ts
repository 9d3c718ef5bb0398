import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalAction, internalMutation } from "../../_generated/server";
import { engineTables, reportJob, settleJob } from "../wire/engineTables";
import { TenantWriter, UnscopedWriter } from "../records/writer";
import { everyRow } from "../access/reach";
import { noStanding } from "../access/standing";
import type { SystemWork } from "../records/systemWriter";
import type { TenantMutationContext } from "./declaration";
import type { Id } from "../../_generated/dataModel";
import type { ActionCtx, MutationCtx } from "../../_generated/server";
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

const jobActionArguments = {
  ...jobStepArguments,
  action: v.string(),
  dataSourceId: v.optional(v.string()),
  /** What shows that the job is this attempt's. */
  lockToken: v.string(),
  attempts: v.number(),
};
/** The validator of {@link JobActionResult}. */
export const jobActionResult = v.object({
  result: v.optional(v.record(v.string(), v.any())),
  cursor: v.optional(v.string()),
  /** Of a sync: whether it has seen all that the source has, to the proven end of its pages. */
  isComplete: v.optional(v.boolean()),
  /** Why it failed, in a sentence that may be shown; absent where it did not. */
  error: v.optional(v.string()),
  /** False where another attempt would fail as well. */
  isRetryable: v.optional(v.boolean()),
  /** How long a provider wants to be left alone. */
  retryAfterSeconds: v.optional(v.number()),
  /** Of one that is not done: when another action goes on from its cursor, in the same attempt. Jobs that are due have their turn before. */
  goesOnAt: v.optional(v.number()),
});
/** What a job's runner tells an action. */
export type JobAction = ObjectType<typeof jobActionArguments>;
/** How an action ended. */
export type JobActionResult = Infer<typeof jobActionResult>;

/** What shows that a job is an action's own; a type, as arguments of functions are. */
type Held = Pick<JobAction, "jobId" | "lockToken">;
/** What an action has done so far, and what it goes on with after a failure. */
type JobReport = Pick<JobAction, "cursor" | "progress">;
const settleReference = makeFunctionReference<"mutation", Held & { outcome: JobActionResult }>(settleJob);
const reportReference = makeFunctionReference<"mutation", Held & JobReport, { goesOn: boolean }>(reportJob);

/**
 * Declares what a built-in job does where others have to be asked, as an internal action that does all of it, from its `cursor` on, or as
 * much as an action has time for (`goesOnAt`). What it throws fails the attempt, and the runner tries again later.
 */
export function jobAction(handler: (ctx: ActionCtx, job: JobAction) => Promise<JobActionResult>) {
  return internalAction({
    args: jobActionArguments,
    returns: v.null(),
    handler: async (ctx, job) => {
      const { jobId, lockToken } = job;
      const outcome = await handler(ctx, job).catch((error: unknown) => ({ error: firstLineOf(error) }));
      await ctx.runMutation(settleReference, { jobId, lockToken, outcome });
      return null;
    },
  });
}

/**
 * Saves where an action is, so that the next attempt goes on from there, and says that it lives: at least once in five minutes. It stops
 * where this answers false: the job was cancelled, or is somebody else's by now.
 */
export async function reportProgress(
  ctx: Pick<ActionCtx, "runMutation">,
  { jobId, lockToken }: Held,
  report: JobReport,
): Promise<boolean> {
  return (await ctx.runMutation(reportReference, { jobId, lockToken, ...report })).goesOn;
}

/** What went wrong, without the stack that Convex may add. */
export function firstLineOf(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line.replace(/^Uncaught (Error: )?/, "");
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
