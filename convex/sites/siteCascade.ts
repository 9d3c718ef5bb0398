import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemContext } from "../core/system";
import { agents } from "./agentResource";
import type { TenantMutationContext } from "../core/operation";
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
    await ctx.scheduler.runAfter(0, resumeReference, { organizationId: ctx.db.organizationId, siteId });
  }
}

function agentsOf({ db }: Pick<TenantMutationContext, "db">, siteId: Id<"sites">) {
  return db.index("agents", "by_organizationId_and_deletedAt_and_siteId", (q) =>
    q.eq("deletedAt", undefined).eq("siteId", siteId),
  );
}

/** Continues the deletion of a site's agents. Stops if the site was restored in the meantime. */
export const resume = internalMutation({
  args: { organizationId: v.id("organizations"), siteId: v.id("sites") },
  returns: v.null(),
  handler: async (ctx, { organizationId, siteId }) => {
    const work = { noun: "site", action: "site.delete", isAudited: true, now: Date.now() };
    const context = await systemContext(ctx, organizationId, work);
    const site = await context?.db.get("sites", siteId);
    if (context && site?.deletedAt !== undefined) await deleteAgentsOf(context, siteId);
    return null;
  },
});
