import * as z from "zod";
import { lazily } from "../../core/operations/once";
import { definedOf } from "../../core/records/documents";
import { described, exampleRowId, rowId, text, timestampMs } from "../../core/schema/fields";
import { scheduledJobFields } from "../../jobs/tables";
import type { Doc } from "../../_generated/dataModel";

const { status, attempts, willRetry, progress, result, error, startedAt, completedAt, cancelRequestedAt } =
  scheduledJobFields;

/** A job as a run of its service. */
export const runDocument = lazily(() =>
  z.object({
    jobId: described(
      rowId("scheduledJobs"),
      "The job, by which it is cancelled (`DELETE /v1/scheduled-jobs/{jobId}`).",
    ),
    operation: described(z.string(), "What it does.", "backup"),
    params: described(z.record(z.string(), z.any()), "What it was asked for with.", {}),
    projectId: described(rowId("projects"), "The project that it is for.").optional(),
    resourceTable: described(z.string(), "The table of the resource that it is for.", "webServices").optional(),
    resourceId: described(text(1, 64), "The resource that it is for.", exampleRowId).optional(),
    requestedBy: described(rowId("users"), "Who asked for it; absent where no person did.").optional(),
    requestedAt: described(timestampMs(), "When it was asked for."),
    status,
    attempts,
    willRetry,
    progress,
    result,
    error,
    startedAt,
    completedAt,
    cancelRequestedAt,
  }),
);

/** How a job is shown as one. */
export function runOf({ _id: jobId, payload, createdAt, ...job }: Doc<"scheduledJobs">) {
  const { operation, params, projectId, resourceTable, resourceId, requestedBy, requestedAt = createdAt } = payload;
  const { status: state, attempts: begun, willRetry: goesOn, progress: done, result: found, error: failure } = job;
  return {
    jobId,
    operation,
    params,
    requestedAt,
    status: state,
    attempts: begun,
    ...definedOf({ projectId, resourceTable, resourceId, requestedBy, willRetry: goesOn, progress: done }),
    ...definedOf({ result: found, error: failure, startedAt: job.startedAt, completedAt: job.completedAt }),
    ...definedOf({ cancelRequestedAt: job.cancelRequestedAt }),
  };
}
