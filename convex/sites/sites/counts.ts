import * as z from "zod";
import { described, integer } from "../../core/schema/fields";
import type { TenantReader } from "../../core/records/reader";
import type { Id } from "../../_generated/dataModel";

const maximumCounted = 1000;
const maximumCountedOnPage = 8000;

/** Agents of a site by connection. Convex counts by reading, so a count ends at a bound and says that it did. */
export const agentCountsSchema = () =>
  described(
    z.object({
      online: described(integer(0, maximumCounted), "Agents that check in as they should."),
      offline: described(integer(0, maximumCounted), "Agents whose check-in is overdue."),
      isCapped: described(z.boolean(), "The site has more agents than were counted: both numbers are lower bounds."),
    }),
    "How many agents the site has, by connection; those in the trash do not count.",
  );
export type AgentCounts = z.output<ReturnType<typeof agentCountsSchema>>;

/** How many agents of each site are counted when a page shows `siteCount` sites, so that one query stays within its reads. */
export function countedPerSite(siteCount: number): number {
  return Math.min(maximumCounted, Math.floor(maximumCountedOnPage / Math.max(1, siteCount)));
}

/** Counts what was read; one row more than `bound` shows that there are more. */
export function tally(
  agents: readonly { readonly connectionStatus: "online" | "offline" }[],
  bound: number,
): AgentCounts {
  const counted = agents.slice(0, bound);
  const online = counted.filter(({ connectionStatus }) => connectionStatus === "online").length;
  return { online, offline: counted.length - online, isCapped: agents.length > bound };
}

/** Counts the agents of a site that are not deleted, at most `bound` of them. */
export async function countAgents(db: TenantReader, siteId: Id<"sites">, bound: number): Promise<AgentCounts> {
  const agents = await db
    .index("agents", "by_organizationId_and_deletedAt_and_siteId", (q) =>
      q.eq("deletedAt", undefined).eq("siteId", siteId),
    )
    .take(bound + 1);
  return tally(agents, bound);
}
