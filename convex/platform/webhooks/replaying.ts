import type { TenantWriter } from "../../core/records/writer";
import type { Doc, Id } from "../../_generated/dataModel";

/** Deliveries that become due again in one transaction. */
const replayedAtOnce = 200;

/** What makes a delivery due again, as if it had never been sent. */
export function dueAgain(now: number) {
  return { status: "pending", attempts: 0, nextRetryAt: now, senderId: undefined } as const;
}

/** Makes failed deliveries of events from a span of time due again, earliest first; `cursor` says where the rest begins. */
export async function replayBatch(
  db: TenantWriter,
  endpointId: Id<"webhookEndpoints">,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
): Promise<{ readonly replayed: number; readonly cursor: number | undefined }> {
  const failed: Doc<"webhookDeliveries">[] = await db
    .index("webhookDeliveries", "by_organizationId_and_endpointId_and_status_and_createdAt", (q) =>
      q.eq("endpointId", endpointId).eq("status", "failed").gte("createdAt", from).lt("createdAt", to),
    )
    .take(replayedAtOnce);
  for (const delivery of failed) await db.patch("webhookDeliveries", delivery, dueAgain(now));
  // What is due is failed no more, so that the next batch may begin with the same time.
  return { replayed: failed.length, cursor: failed.length === replayedAtOnce ? failed.at(-1)?.createdAt : undefined };
}
