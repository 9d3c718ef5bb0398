import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { tenantJob } from "../core/operations/scheduledWork";
import { agents } from "./agents/resource";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { Id } from "../_generated/dataModel";

/** Agents deleted in one mutation; the rest follows in scheduled mutations of the same size. */
const batchSize = 200;

const resumeReference = makeFunctionReference<"mutation">("sites/siteCascade:resume");

/** True if the site has an agent that is not deleted. */
export async function hasAgents({ db }: Pick<TenantMutationContext, "db">, siteId: Id<"sites">): Promise<boolean> {
  return (await agentsOf({ db }, siteId).first()) !== null;
}

/** Moves the site's agents to the trash and stops their keys; what one batch does not reach goes on by the scheduler. */
export async function deleteAgentsOf(ctx: TenantMutationContext, siteId: Id<"sites">): Promise<void> {
  const batch = await agentsOf(ctx, siteId).take(batchSize);
  for (const agent of batch) await agents.delete(ctx, agent, {});
  if (batch.length === batchSize) {
    await ctx.scheduler.runAfter(0, resumeReference, { organizationId: ctx.db.organizationId, input: { siteId } });
  }
}

function agentsOf({ db }: Pick<TenantMutationContext, "db">, siteId: Id<"sites">) {
  return db.index("agents", "by_organizationId_and_deletedAt_and_siteId", (q) =>
    q.eq("deletedAt", undefined).eq("siteId", siteId),
  );
}

/** Continues the deletion of a site's agents. Stops if the site was restored in the meantime. */
export const resume = tenantJob({
  noun: "site",
  action: "site.delete",
  args: { siteId: v.id("sites") },
  handler: async (ctx, { siteId }) => {
    const site = await ctx.db.get("sites", siteId);
    if (site?.deletedAt !== undefined) await deleteAgentsOf(ctx, siteId);
  },
});
