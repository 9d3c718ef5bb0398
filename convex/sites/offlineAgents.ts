import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { minuteMs } from "../core/wire/durations";
import { systemWriter } from "../core/records/systemWriter";
import { recordHealth } from "../observability/recordHealth";
import { isOverdue } from "./agents/rules";
import type { Doc, Id } from "../_generated/dataModel";

/** Each may have its administrators told, so that a batch stays within what a mutation may write. */
const batchSize = 50;
/** No organization's interval is shorter, so that no agent seen within two of these is overdue. */
const shortestIntervalMs = minuteMs;

const markReference = makeFunctionReference<"mutation">("sites/offlineAgents:mark");

/**
 * Marks the agents that missed two check-ins as offline, longest silent first, one batch a mutation. How long is too long
 * is each organization's own setting, so agents of patient organizations are passed over. `before` fixes what "now" is
 * for all batches of a run: what checks in meanwhile leaves the range and is not read again.
 */
export const mark = internalMutation({
  args: { cursor: v.optional(v.string()), before: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { cursor, before }) => {
    const now = before ?? Date.now();
    // No audit rows: the state only follows from `lastCheckinAt`, and nobody decided it.
    const writer = systemWriter(ctx, { noun: "agent", action: "agent.markOffline", isAudited: false, now });
    const { page, isDone, continueCursor } = await writer
      .query("agents")
      .withIndex("by_connectionStatus_and_lastCheckinAt", (q) =>
        q.eq("connectionStatus", "online").lt("lastCheckinAt", now - 2 * shortestIntervalMs),
      )
      .paginate({ cursor: cursor ?? null, numItems: batchSize });

    const organizations = new Map<Id<"organizations">, Doc<"organizations"> | null>();
    for (const agent of page) {
      const { organizationId } = agent;
      if (!organizations.has(organizationId))
        organizations.set(organizationId, await writer.get("organizations", organizationId));
      const organization = organizations.get(organizationId);
      if (!organization || !isOverdue(agent, organization.settings.agentCheckinIntervalSeconds, now)) continue;
      const db = writer.within(organization);
      await db.patch("agents", agent, { connectionStatus: "offline" });
      const silence = { outcome: "failure", errorMessage: "The agent missed its check-ins." } as const;
      const report = { resourceType: "agent", resourceId: agent._id, ...silence } as const;
      await recordHealth({ db, unscoped: writer, now }, organization, report);
    }
    if (!isDone) await ctx.scheduler.runAfter(0, markReference, { cursor: continueCursor, before: now });
    return null;
  },
});
