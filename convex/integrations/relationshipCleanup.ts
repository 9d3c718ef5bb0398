import { v } from "convex/values";
import { tenantJob } from "../core/operations/scheduledWork";
import { endRelationships } from "./entities/relationships";

/** Continues to end the relationships of an entity that went into the trash. Stops if it came out of it in the meantime. */
export const resume = tenantJob({
  noun: "entity",
  action: "entity.delete",
  args: { entityId: v.id("entities") },
  handler: async (ctx, { entityId }) => {
    const entity = await ctx.db.get("entities", entityId);
    if (entity?.deletedAt !== undefined) await endRelationships(ctx, entityId);
  },
});
