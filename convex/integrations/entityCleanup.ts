import { jobStep } from "../core/operations/scheduledWork";
import { systemWriter } from "../core/records/systemWriter";
import { pruneBatch, trashOfSource } from "./entities/removing";
import type { JobStep, JobStepResult } from "../core/operations/scheduledWork";
import type { EntityContext } from "./entities/writing";

/**
 * One batch of what the job `entity.cleanup` is for: all entities of a data source that is in the trash (`dataSourceId`), or a prune that
 * was larger than one transaction (`entityType`, `unseenSince` and `most` besides).
 */
export const step = jobStep(async (ctx, job) => {
  const now = Date.now();
  const work = { noun: "entity", action: "entity.cleanup", isAudited: false, now };
  const unscoped = systemWriter(ctx, work);
  const organization = await unscoped.get("organizations", job.organizationId);
  if (!organization) return { isDone: true };
  const context = { db: unscoped.within(organization), unscoped, scheduler: ctx.scheduler, now };
  const dataSourceId = context.db.idOf("dataSources", String(job.payload["dataSourceId"]));
  if (!dataSourceId) return { isDone: true };
  return job.payload["entityType"] === undefined
    ? cleanUp(context, dataSourceId, job)
    : goOnPruning(context, dataSourceId, job);
});

type DataSourceId = Parameters<typeof trashOfSource>[1];

async function cleanUp(ctx: EntityContext, dataSourceId: DataSourceId, { progress }: JobStep): Promise<JobStepResult> {
  const source = await ctx.db.get("dataSources", dataSourceId);
  const before = Number(progress?.["deleted"] ?? 0);
  // Restored since, or deleted for good, which takes its entities along.
  if (source?.deletedAt === undefined) return { isDone: true, result: { deleted: before } };
  const { deleted, isDone } = await trashOfSource(ctx, dataSourceId);
  const counted = { deleted: before + deleted };
  return isDone ? { isDone, result: counted } : { isDone, progress: counted };
}

async function goOnPruning(
  ctx: EntityContext,
  dataSourceId: DataSourceId,
  { payload, progress = payload }: JobStep,
): Promise<JobStepResult> {
  const entityType = String(payload["entityType"]);
  const [unseenSince, most] = [Number(payload["unseenSince"]), Number(payload["most"])];
  const from = { lastSeenAt: Number(progress["lastSeenAt"]), createdAt: Number(progress["createdAt"]) };
  const before = Number(progress["deleted"]);
  const { deleted, goOn, isCut } = await pruneBatch(ctx, { dataSourceId, entityType, unseenSince, most }, from, before);
  const counted = { deleted: before + deleted };
  if (!goOn) return { isDone: true, result: { ...counted, isCut } };
  return { isDone: false, progress: { ...counted, ...goOn } };
}
