import { administratorsOf } from "../messaging/administrators";
import { notify } from "../messaging/notify";
import { ProblemError } from "../core/wire/errors";
import { retryWaitMs } from "./rules";
import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

/** How often the processing of an event fails before nobody tries it again. */
export const mostFailures = 5;
const mostErrorCharacters = 1000;

/** An event that nobody processes. */
export const unprocessed = { lockToken: undefined, lockExpiresAt: undefined };

/**
 * Refuses whoever does not process the event.
 * @throws {ProblemError} 409 `invalid_state_transition` of one that is processed or was never claimed, else `lock_lost`
 */
export function assertProcessing(
  { status, lockToken, retryCount }: Pick<Doc<"eventLogs">, "status" | "lockToken" | "retryCount">,
  shown: string,
): void {
  if (status === "processing" && lockToken === shown) return;
  if (status === "completed" || (status === "pending" && retryCount === 0))
    throw new ProblemError("invalid_state_transition", `The event is ${status}; only one that is processed can end.`);
  throw new ProblemError("lock_lost", "The event is not held by this lock token, or not any more.");
}

/** Counts a failure; the event is pending again later, or stays failed and administrators are told. */
export async function failEvent(
  ctx: { readonly db: TenantWriter; readonly unscoped: Pick<UnscopedWriter, "query">; readonly now: number },
  event: Doc<"eventLogs">,
  error: string,
): Promise<Doc<"eventLogs">> {
  const { db, now } = ctx;
  const retryCount = event.retryCount + 1;
  const willRetry = retryCount < mostFailures;
  const failed = await db.patch("eventLogs", event, {
    ...unprocessed,
    status: "failed",
    retryCount,
    error: error.slice(0, mostErrorCharacters),
    ...(willRetry
      ? { nextRetryAt: now + retryWaitMs(retryCount, Math.random()) }
      : { nextRetryAt: undefined, processedAt: now }),
  });
  if (willRetry) return failed;
  const data = { eventLogId: failed._id, eventType: failed.eventType };
  for (const userId of await administratorsOf(ctx))
    await notify(ctx, { userId, type: "job_failed", data, groupKey: `event_failed:${failed.eventType}` });
  return failed;
}
