import * as z from "zod";
import { described, integer, rowId, timestampMs } from "../../core/schema/fields";
import { lazily } from "../../core/operations/once";
import { nextAllowedAt, stateOf, syncKeyOf } from "./rules";
import type { TenantQueryContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

/** Jobs of one state that are counted. */
const mostCounted = 100;
const states = ["pending", "running", "failed", "completed"] as const;

const typeStatus = lazily(() =>
  z.object({
    type: described(z.string(), "The type.", "tickets"),
    lastJob: described(
      z.object({
        jobId: rowId("scheduledJobs"),
        status: described(z.enum(states), "How far it is."),
        scheduledAt: described(timestampMs(), "When it began or begins at the earliest."),
        completedAt: described(timestampMs(), "When it ended; absent before.").optional(),
        error: described(
          z.string(),
          "Why its last attempt failed; absent where it did not.",
          "The provider answered 502.",
        ).optional(),
      }),
      "The job that was asked for last; absent before the first.",
    ).optional(),
    lastSuccessAt: described(timestampMs(), "When a sync of it last succeeded; absent before the first.").optional(),
    pendingCount: described(integer(0, mostCounted), "Jobs of it that wait for their time.", 0),
    runningCount: described(integer(0, mostCounted), "Jobs of it that run.", 1),
    failedCount: described(integer(0, mostCounted), `Jobs of it that failed, ${mostCounted} at most.`, 0),
    nextAllowedAt: described(timestampMs(), "From when it may be synced again without `force`."),
  }),
);

/** The answer of `getDataSourceSyncStatus`. */
export const syncStatusDocument = lazily(() =>
  z.object({
    dataSourceId: rowId("dataSources"),
    types: described(z.array(typeStatus()), "Every type that the integration brings."),
  }),
);

/** How the syncs of a data source are, type by type. */
export async function syncStatusOf(
  { db, now }: TenantQueryContext,
  source: Doc<"dataSources">,
  integration: Doc<"integrations">,
) {
  const types: object[] = [];
  for (const type of integration.supportedTypes) {
    const counts: Record<string, number> = {};
    let last: Doc<"scheduledJobs"> | undefined;
    for (const status of states) {
      const jobs = db
        .index("scheduledJobs", "by_organizationId_and_dedupeKey_and_status", (q) =>
          q.eq("dedupeKey", syncKeyOf(source._id, type)).eq("status", status),
        )
        .order("desc");
      // Of those that completed only the last one matters, and of others the number.
      const some = await jobs.take(status === "completed" ? 1 : mostCounted);
      counts[status] = some.length;
      const [newest] = some;
      if (newest && (!last || newest._creationTime > last._creationTime)) last = newest;
    }
    const { lastSyncAt } = stateOf(source, type);
    types.push({
      type,
      ...(last ? { lastJob: shownJob(last) } : {}),
      ...(lastSyncAt === undefined ? {} : { lastSuccessAt: lastSyncAt }),
      pendingCount: counts["pending"],
      runningCount: counts["running"],
      failedCount: counts["failed"],
      nextAllowedAt: Math.max(now, nextAllowedAt(integration, source, type)),
    });
  }
  return { dataSourceId: source._id, types };
}

function shownJob({ _id: jobId, status, scheduledAt, completedAt, error }: Doc<"scheduledJobs">) {
  return { jobId, status, scheduledAt, completedAt, error };
}
