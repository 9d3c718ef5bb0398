import { makeFunctionReference } from "convex/server";
import { minuteMs } from "../core/wire/durations";
import { actionsInTrash, builtInOf } from "./builtIns";
import { newLockToken, runningHere } from "./rules";
import { jobsInTurn } from "./turns";
import type { SettlingContext } from "./settling";
import type { Id } from "../_generated/dataModel";

/** After this long without a step the runner's cron looks whether one is under way. */
export const jobLeaseMs = 5 * minuteMs;
/** Jobs of one organization that are under way at a time. */
const jobsAtOnce = 2;

/** Does a step of a job. */
export const stepReference = makeFunctionReference<"mutation", { jobId: Id<"scheduledJobs">; attempts: number }>(
  "jobs/runner:step",
);

/** Begins what an organization is due, as far as it may have more under way. */
export async function dispatchDue({ db, organization, scheduler, now }: SettlingContext): Promise<void> {
  const running = await db
    .index("scheduledJobs", "by_organizationId_and_queue_and_scheduledAt", (q) => q.eq("queue", runningHere))
    .take(jobsAtOnce);
  const count = jobsAtOnce - running.length;
  if (count === 0) return;
  const actions = organization.deletedAt === undefined ? undefined : actionsInTrash;
  for (const job of await jobsInTurn(db, { runner: "builtin", actions, now, count })) {
    const attempts = job.attempts + 1;
    const lockToken = newLockToken();
    const builtIn = builtInOf(job.action);
    const { _id: jobId, organizationId, action, payload, dataSourceId } = job;
    const source = dataSourceId === undefined ? {} : { dataSourceId };
    const told = { organizationId, jobId, action, payload, ...source, attempts, lockToken, ...goingOn(job) };
    const stepId =
      builtIn?.kind === "action"
        ? await scheduler.runAfter(0, builtIn.run, told)
        : await scheduler.runAfter(0, stepReference, { jobId, attempts });
    await db.patch("scheduledJobs", job, {
      status: "running",
      queue: runningHere,
      attempts,
      startedAt: now,
      lockToken,
      lockExpiresAt: now + jobLeaseMs,
      stepId,
    });
  }
}

/** Where a job goes on, and what of it is done, as far as there is any. */
export function goingOn({
  cursor,
  progress,
}: {
  readonly cursor?: string | undefined;
  readonly progress?: Record<string, unknown> | undefined;
}) {
  return { ...(cursor === undefined ? {} : { cursor }), ...(progress === undefined ? {} : { progress }) };
}
