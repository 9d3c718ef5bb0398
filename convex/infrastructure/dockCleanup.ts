import { jobStep } from "../core/operations/scheduledWork";
import { systemWriter } from "../core/records/systemWriter";
import { trashOfDock } from "./docks/ending";

/** One batch of the job `dock.cleanup`: what a dock that is in the trash has brought follows it. */
export const step = jobStep(async (ctx, { organizationId, payload, progress }) => {
  const work = { noun: "dock", action: "dock.cleanup", isAudited: false, now: Date.now() };
  const unscoped = systemWriter(ctx, work);
  const organization = await unscoped.get("organizations", organizationId);
  if (!organization) return { isDone: true };
  const db = unscoped.within(organization);
  const dockId = db.idOf("docks", String(payload["dockId"]));
  const dock = dockId && (await db.get("docks", dockId));
  const before = Number(progress?.["deleted"] ?? 0);
  // Restored since, or deleted for good, which takes its resources along.
  if (dock?.deletedAt === undefined) return { isDone: true, result: { deleted: before } };
  const { deleted, isDone } = await trashOfDock(db, dock);
  const counted = { deleted: before + deleted };
  return isDone ? { isDone, result: counted } : { isDone, progress: counted };
});
