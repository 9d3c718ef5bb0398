import { enqueueJob } from "../../jobs/queue";
import { pruneBatch, pruneSize } from "./removing";
import { completeRunsBefore } from "./sightings";
import type { EntityContext, EntityKind } from "./writing";
import type { Doc } from "../../_generated/dataModel";

/** As many as may be pruned by force. */
const everything = 1_000_000_000;

/** What a prune has done by now. */
export interface Pruned {
  readonly deleted: number;
  /** The job that goes on with what one transaction could not do. */
  readonly jobId?: string;
  /** Why nothing was deleted: more is gone than may be pruned unforced. */
  readonly refused?: string;
}

/**
 * Takes for gone what neither a complete run nor the complete one before it has seen, nor anybody written since; nothing before there are
 * two.
 */
export async function pruneAfter(
  ctx: EntityContext,
  kind: EntityKind,
  run: Doc<"syncHistory">,
  { force = false }: { readonly force?: boolean | undefined } = {},
): Promise<Pruned> {
  const { dataSourceId, entityType } = kind;
  const [before] = run.isComplete ? await completeRunsBefore(ctx, kind, run.startedAt) : [];
  if (!before) return { deleted: 0 };
  const unseenSince = before.startedAt;
  const { unseen, most } = await pruneSize(ctx, kind, unseenSince);
  if (unseen === 0) return { deleted: 0 };
  if (unseen > most && !force)
    return { deleted: 0, refused: `${unseen} entities are gone, of ${most} that may go unforced.` };
  const batch = { dataSourceId, entityType, unseenSince, most: force ? everything : most };
  const { deleted, goOn, isCut } = await pruneBatch(ctx, batch, undefined, 0);
  if (isCut) return { deleted, refused: `More than ${most} entities are gone, as many as may go unforced.` };
  if (!goOn) return { deleted };
  const { job } = await enqueueJob(ctx, {
    organizationId: ctx.db.organizationId,
    runner: "builtin",
    action: "entity.cleanup",
    payload: { ...batch, ...goOn, deleted },
    dataSourceId,
    dedupeKey: `entity.prune:${dataSourceId}:${entityType}`,
  });
  return { deleted, jobId: job._id };
}
