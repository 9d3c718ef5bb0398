import { makeFunctionReference } from "convex/server";
import type { EntityContext } from "./writing";
import type { Id } from "../../_generated/dataModel";

/** Relationships ended in one mutation in either direction; the rest follows in scheduled mutations of the same size. */
const endedAtOnce = 100;

const resumeReference = makeFunctionReference<"mutation">("integrations/relationshipCleanup:resume");

/** Ends what an entity that goes into the trash is to others, for good. Answers how many it has ended here. */
export async function endRelationships(ctx: EntityContext, entityId: Id<"entities">): Promise<number> {
  const { db } = ctx;
  const asParent = db.index("entityRelationships", "by_organizationId_and_parentEntityId", (q) =>
    q.eq("parentEntityId", entityId),
  );
  const asChild = db.index("entityRelationships", "by_organizationId_and_childEntityId", (q) =>
    q.eq("childEntityId", entityId),
  );
  const parts = [await asParent.take(endedAtOnce), await asChild.take(endedAtOnce)];
  for (const relationship of parts.flat()) await db.purge("entityRelationships", relationship);
  if (parts.some((part) => part.length === endedAtOnce))
    await ctx.scheduler.runAfter(0, resumeReference, { organizationId: db.organizationId, input: { entityId } });
  return parts.flat().length;
}
