import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { isUnderWay } from "../core/operations/scheduledWork";
import { newDelivery } from "../core/records/events";
import { systemWriter } from "../core/records/systemWriter";
import { fanOutEvents } from "../core/wire/engineTables";
import { beginAllReference } from "./webhooks/references";
import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/*
 * How events become deliveries. A change writes its event and wakes the organization's fan-out, which makes deliveries batch by batch: the
 * event is marked in the transaction of its deliveries, so each endpoint has one, however often a batch is tried. What a batch
 * leaves goes on behind the work of other organizations; the earliest pending event names the function that does, so that the wake-ups
 * of later changes have nothing to do.
 */

/** Events of one batch, of up to 64 KiB each. */
const eventsPerBatch = 50;
/** Deliveries written in one batch, and more only by an event that tells more endpoints. */
const deliveriesPerBatch = 200;
/** Organizations looked at in one transaction of the sweep. */
const organizationsPerSweep = 200;

const fanOutReference = makeFunctionReference<"mutation", FanOut>(fanOutEvents);
const sweepReference = makeFunctionReference<"mutation", { after?: Id<"organizations"> }>(
  "platform/webhookFanOut:sweep",
);

type FanOut = {
  readonly organizationId: Id<"organizations">;
  /** It goes on where a batch has ended: nobody else does. */
  readonly isNextBatch?: boolean;
};

/** Makes the earliest events of an organization into deliveries, unless somebody does already, and has those sent. */
export const fanOut = internalMutation({
  args: { organizationId: v.id("organizations"), isNextBatch: v.optional(v.boolean()) },
  returns: v.null(),
  handler: async (ctx, { organizationId, isNextBatch }) => {
    const writer = writerOf(ctx);
    const organization = await writer.get("organizations", organizationId);
    if (!organization) return null;
    const db = writer.within(organization);
    const [first] = await earliestOf(db, 1);
    if (!first || (!isNextBatch && (await isBeingFannedOut(ctx, first)))) return null;
    const events = await earliestOf(db, eventsPerBatch + 1);
    const told = new Set<Id<"webhookEndpoints">>();
    let [done, written] = [0, 0];
    for (const event of events.slice(0, eventsPerBatch)) {
      if (done > 0 && written + event.endpointIds.length > deliveriesPerBatch) break;
      const endpointIds = await deliverTo(db, event);
      for (const endpointId of endpointIds) told.add(endpointId);
      written += endpointIds.length;
      done += 1;
    }
    const next = events[done];
    if (next) {
      const fanOutId = await ctx.scheduler.runAfter(0, fanOutReference, { organizationId, isNextBatch: true });
      await db.patch("outboxEvents", next, { fanOutId });
    }
    if (told.size > 0) await ctx.scheduler.runAfter(0, beginAllReference, { endpointIds: [...told] });
    return null;
  },
});

/** Finds events that nobody fans out: a wake-up was lost. Organization by organization, however much waits in one of them. */
export const sweep = internalMutation({
  args: { after: v.optional(v.id("organizations")) },
  returns: v.null(),
  handler: async (ctx, { after }) => {
    const writer = writerOf(ctx);
    let last = after;
    for (let seen = 0; seen < organizationsPerSweep; seen++) {
      const first: Doc<"outboxEvents"> | null = await firstPendingAfter(writer, last);
      if (!first) return null;
      last = first.organizationId;
      await ctx.scheduler.runAfter(0, fanOutReference, { organizationId: first.organizationId });
    }
    if (last !== undefined) await ctx.scheduler.runAfter(0, sweepReference, { after: last });
    return null;
  },
});

function writerOf(ctx: MutationCtx): UnscopedWriter {
  const work = { noun: "outboxEvent", action: "outboxEvent.fanOut", isAudited: false, now: Date.now() };
  return systemWriter(ctx, work);
}

function earliestOf(db: TenantWriter, count: number): Promise<Doc<"outboxEvents">[]> {
  return db
    .index("outboxEvents", "by_organizationId_and_status_and_createdAt", (q) => q.eq("status", "pending"))
    .take(count);
}

function firstPendingAfter(
  writer: UnscopedWriter,
  last: Id<"organizations"> | undefined,
): Promise<Doc<"outboxEvents"> | null> {
  return writer
    .query("outboxEvents")
    .withIndex("by_status_and_organizationId", (q) => {
      const pending = q.eq("status", "pending");
      return last === undefined ? pending : pending.gt("organizationId", last);
    })
    .first();
}

async function isBeingFannedOut(ctx: MutationCtx, { fanOutId }: Doc<"outboxEvents">): Promise<boolean> {
  return fanOutId !== undefined && (await isUnderWay(ctx, fanOutId));
}

/**
 * Writes an event's deliveries and marks it, in one transaction; answers who has one now. Endpoints that were deleted or disabled since get
 * none, and who has one already gets no second one.
 */
async function deliverTo(db: TenantWriter, event: Doc<"outboxEvents">): Promise<readonly Id<"webhookEndpoints">[]> {
  const { _id: outboxEventId, eventId, endpointIds, createdAt } = event;
  const known = await db
    .index("webhookDeliveries", "by_organizationId_and_eventId_and_endpointId", (q) => q.eq("eventId", eventId))
    .take(endpointIds.length);
  const having = new Set(known.map(({ endpointId }) => endpointId));
  const told: Id<"webhookEndpoints">[] = [];
  for (const endpointId of endpointIds) {
    if (having.has(endpointId)) continue;
    const endpoint = await db.get("webhookEndpoints", endpointId);
    if (endpoint?.status !== "active") continue;
    await db.insert("webhookDeliveries", { ...newDelivery(endpointId, event, createdAt), outboxEventId });
    told.push(endpointId);
  }
  // Without deliveries, nobody would ever look at it.
  if (told.length + having.size === 0) await db.purge("outboxEvents", event);
  else await db.patch("outboxEvents", event, { status: "fannedOut", fanOutId: undefined });
  return told;
}
