import { dayMs } from "../core/wire/durations";
import { writerOf } from "./organizationScope";
import type { ServiceContext } from "./organizationScope";
import type { Doc, Id } from "../_generated/dataModel";

/** How long an event is kept, processed or not. */
const retentionMs = 30 * dayMs;

/** Something that happened. */
export interface NewEventLog {
  readonly organizationId: Id<"organizations">;
  readonly entityId?: string | undefined;
  readonly eventType: string;
  /** No secrets: who may read event logs may read it. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * Notes that something happened, with the change that it tells of, for processors to claim. Webhooks are told by the tables' own events, so
 * that neither waits for the other.
 */
export async function recordEventLog(
  ctx: ServiceContext,
  { organizationId, entityId, eventType, payload }: NewEventLog,
): Promise<Doc<"eventLogs">> {
  const db = await writerOf(ctx, organizationId);
  return db.insert("eventLogs", {
    ...(entityId === undefined ? {} : { entityId }),
    eventType,
    status: "pending",
    payload: { ...payload },
    retryCount: 0,
    expiresAt: ctx.now + retentionMs,
  });
}
