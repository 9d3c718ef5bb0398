import { makeFunctionReference } from "convex/server";
import { builtInOf } from "./builtIns";
import { writerOf } from "./organizationScope";
import { isKeyOf, pendingOf } from "./rules";
import type { Runner } from "./rules";
import type { ServiceContext } from "./organizationScope";
import type { TenantWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** Begins what an organization is due of the jobs that this deployment runs itself. */
export const dispatchReference = makeFunctionReference<"mutation", { organizationId: Id<"organizations"> }>(
  "jobs/runner:dispatch",
);

/** Which jobs of the same key stand in the way of a new one: with `pending` one more waits while one runs, so that no change is lost. */
export type Dedupe = "pending" | "pendingOrRunning";

/** A job to be done. */
export interface NewJob {
  readonly organizationId: Id<"organizations">;
  /** `worker` where workers claim it; `builtin` where `builtIns.ts` has its action. */
  readonly runner: Runner;
  readonly action: string;
  /** No secrets: who may read jobs may read it. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly integrationId?: Id<"integrations"> | undefined;
  readonly dataSourceId?: Id<"dataSources"> | undefined;
  readonly operationServiceId?: Id<"operationServices"> | undefined;
  /** 1 before 10; 5 unless given. */
  readonly priority?: number | undefined;
  /** When it begins at the earliest; at once unless given. */
  readonly scheduledAt?: number | undefined;
  /** 5 unless given. */
  readonly attemptsMax?: number | undefined;
  /** What it is for: a job of the same key that waits, or runs, is answered instead of a new one. */
  readonly dedupeKey?: string | undefined;
  /** `pendingOrRunning` unless given. */
  readonly dedupe?: Dedupe | undefined;
}

/**
 * Enqueues a job with the change that asks for it: both are written or neither. Answers the job that waits or runs under its key, if one
 * does, and whether it is new.
 * @throws {Error} for a built-in job whose action this deployment does not run, and for a key that is another's
 */
export async function enqueueJob(
  ctx: ServiceContext & { readonly scheduler: MutationCtx["scheduler"] },
  { organizationId, runner, action, payload, ...given }: NewJob,
): Promise<{ readonly job: Doc<"scheduledJobs">; readonly created: boolean }> {
  if (runner === "builtin" && !builtInOf(action)) throw new Error(`This deployment runs no jobs of ${action}.`);
  const { priority = 5, scheduledAt = ctx.now, attemptsMax = 5 } = given;
  const { integrationId, dataSourceId, operationServiceId, dedupeKey, dedupe = "pendingOrRunning" } = given;
  if (dedupeKey !== undefined && !isKeyOf(action, dedupeKey)) throw new Error(`No job of ${action} has ${dedupeKey}.`);
  const db = await writerOf(ctx, organizationId);
  const same = dedupeKey === undefined ? null : await liveJob(db, dedupeKey, dedupe);
  if (same) return { job: same, created: false };
  const job = await db.insert("scheduledJobs", {
    runner,
    action,
    payload: { ...payload },
    priority,
    ...pendingOf({ runner, priority }, scheduledAt),
    attempts: 0,
    attemptsMax,
    ...(integrationId === undefined ? {} : { integrationId }),
    ...(dataSourceId === undefined ? {} : { dataSourceId }),
    ...(operationServiceId === undefined ? {} : { operationServiceId }),
    ...(dedupeKey === undefined ? {} : { dedupeKey }),
  });
  if (runner === "builtin") await ctx.scheduler.runAt(scheduledAt, dispatchReference, { organizationId });
  return { job, created: true };
}

/** The job of a key that waits, for its time or for a retry, or runs. */
export async function liveJob(
  db: TenantWriter,
  dedupeKey: string,
  dedupe: Dedupe,
): Promise<Doc<"scheduledJobs"> | null> {
  const newest = (status: Doc<"scheduledJobs">["status"]) =>
    db
      .index("scheduledJobs", "by_organizationId_and_dedupeKey_and_status", (q) =>
        q.eq("dedupeKey", dedupeKey).eq("status", status),
      )
      .order("desc")
      .first();
  const pending = await newest("pending");
  if (pending) return pending;
  // Of those that failed only the newest can be waiting for a retry.
  const failed = await newest("failed");
  if (failed?.willRetry) return failed;
  return dedupe === "pendingOrRunning" ? newest("running") : null;
}
