import { scheduledFunctionsTableName } from "../../../store/catalog";
import { parseJsonObject, textField } from "../../../json";
import { afterPrefix, IndexKeyWriter } from "../../../values/indexKey";
import type { ExecutionHost } from "../transaction/transaction";

/** How long a finished job stays readable. */
const retentionMs = 7 * 86_400_000;
/** How many jobs one batch removes; the caller asks again while it gets as many. */
const removedJobsPerBatch = 1000;

/**
 * Removes jobs that finished more than seven days ago.
 *
 * @param nowMs milliseconds since the epoch
 * @returns how many were removed
 */
export function removeFinishedJobs(host: ExecutionHost, nowMs: number): number {
  const table = host.catalog.ensureTable(scheduledFunctionsTableName);
  const index = table.indexes.get("_by_completed_time");
  if (index === undefined) throw new Error("The scheduler's index is missing");
  const writer = new IndexKeyWriter();
  // Unfinished jobs have no completedTime and sort before every number.
  const lower = writer.reset(index.number).writeFloat64(-Infinity).take();
  const upper = afterPrefix(
    writer
      .reset(index.number)
      .writeFloat64(nowMs - retentionMs)
      .take(),
  );
  const expired = host.store.scan({ index, lower, upper }, "asc", removedJobsPerBatch);
  for (const { text } of expired) {
    const job = parseJsonObject(text);
    host.store.remove(table, textField(job, "_id"), text, job);
  }
  return expired.length;
}
