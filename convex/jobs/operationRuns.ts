import { recordEventLog } from "./eventLog";
import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

/** What an operation service keeps of an error. */
const mostErrorCharacters = 1000;

interface SettledContext {
  readonly db: TenantWriter;
  readonly unscoped: UnscopedWriter;
  readonly now: number;
}

/**
 * What is known of an operation service once a run of it has ended for good, in the transaction that ends the job, so that a crash or a
 * cancellation is told as well. What somebody cancelled says nothing of the service, and neither does a run of the configuration that a
 * service had before it went through the trash.
 */
export async function settleOperation(ctx: SettledContext, job: Doc<"scheduledJobs">): Promise<void> {
  const { db, now } = ctx;
  const { operationServiceId, organizationId, status, payload, result, error, attempts, _id: jobId } = job;
  if (operationServiceId === undefined) return;
  const isDone = status === "completed";
  const outcome = isDone ? { result: result ?? {} } : { error: error ?? "It failed." };
  await recordEventLog(ctx, {
    organizationId,
    eventType: isDone ? "operation.completed" : "operation.failed",
    payload: { jobId, operationServiceId, operation: payload["operation"], attempt: attempts, ...outcome },
  });
  const service = await db.get("operationServices", operationServiceId);
  if (!service || service.deletedAt !== undefined) return;
  const isOfService = job.cancelRequestedAt === undefined && service.encryptedConfig !== undefined;
  await db.patch("operationServices", service, { lastRunAt: now, ...(isOfService ? saidOf(service, job) : {}) });
}

/** What a run says of its service; whether that is disabled, people say. */
function saidOf({ status: before }: Doc<"operationServices">, { status, error }: Doc<"scheduledJobs">) {
  const isDone = status === "completed";
  const worksOrNot: Doc<"operationServices">["status"] = isDone ? "active" : "error";
  return {
    status: before === "disabled" ? before : worksOrNot,
    lastRunError: isDone ? undefined : (error ?? "It failed.").slice(0, mostErrorCharacters),
  };
}
