import * as z from "zod";
import { described, integer } from "../../core/schema/fields";
import { countWithin } from "../../core/records/counting";
import type { CountLimits } from "../../core/records/counting";
import type { TenantReader } from "../../core/records/reader";
import type { Id } from "../../_generated/dataModel";

const maximumCounted = 1000;
const maximumCountedOnPage = 8000;
/** Half of what a query may read: the rows that reach the limit are read before it is known. */
const maximumBytesOnPage = 8 * 1024 * 1024;

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

/** How much counting the agents of each site may read when a page shows `siteCount` sites, so that one query stays within its reads. */
export function readPerSite(siteCount: number): CountLimits {
  const sites = Math.max(1, siteCount);
  return {
    rows: Math.min(maximumCounted, Math.floor(maximumCountedOnPage / sites)),
    bytes: Math.floor(maximumBytesOnPage / sites),
  };
}

/** Counts the agents of a site that are not deleted, as far as the limits go. */
export async function countAgents(db: TenantReader, siteId: Id<"sites">, limits: CountLimits): Promise<AgentCounts> {
  const agents = db.index("agents", "by_organizationId_and_deletedAt_and_siteId", (q) =>
    q.eq("deletedAt", undefined).eq("siteId", siteId),
  );
  return tally(agents, limits);
}

/** Counts agents by connection, as far as the limits go. */
export async function tally(
  agents: AsyncIterable<{ readonly connectionStatus: "online" | "offline" }>,
  limits: CountLimits,
): Promise<AgentCounts> {
  let online = 0;
  const { count, isCapped } = await countWithin(agents, limits, ({ connectionStatus }) => {
    if (connectionStatus === "online") online += 1;
  });
  return { online, offline: count - online, isCapped };
}
