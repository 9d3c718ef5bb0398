import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalAction, internalMutation, internalQuery } from "../_generated/server";
import { logOutbound } from "../observability/outboundLog";
import { isUnderWay } from "../core/operations/scheduledWork";
import { UnscopedReader } from "../core/records/reader";
import { asSealed, sealedValidator } from "../core/wire/sealed";
import { systemWriter } from "../core/records/systemWriter";
import { abandonReference, beginReference } from "./webhooks/references";
import { sentTo, signingKeysOf } from "./webhooks/sending";
import {
  healthAfter,
  isDelivered,
  isFailing,
  nextRetryAt,
  sendingLeaseMs,
  sendingTimeoutMs,
  tryTimeFrom,
} from "./webhooks/rules";
import { tellOfEndpoint } from "./webhooks/telling";
import type { Attempt } from "./webhooks/rules";
import type { Sealed } from "../core/wire/sealed";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import type { Infer } from "convex/values";

/*
 * How deliveries leave. An endpoint has one sender at a time, which takes up to ten deliveries: a mutation claims them and schedules
 * the action that sends them, another one notes what came of it and claims the next. Senders of all endpoints queue up behind each
 * other, so that whoever has much to send goes round by round. While an endpoint fails, what is due to it waits for its next try, made
 * with one delivery; the tries of all failing endpoints share a sender.
 */

/** Deliveries that one sender takes along for an endpoint, all at once. */
const deliveriesPerRound = 10;
/** Failing endpoints that share a sender; the rest has the next one. */
const endpointsPerTry = 50;
/** Endpoints looked at in one transaction of the sweep. */
const endpointsPerSweep = 200;
/** Deliveries given up in one transaction. */
const abandonedPerRun = 200;

const claim = v.object({ deliveryId: v.id("webhookDeliveries"), attempt: v.number() });
type Claim = Infer<typeof claim>;
const outcome = v.object({
  ...claim.fields,
  status: v.optional(v.number()),
  error: v.optional(v.string()),
  durationMs: v.number(),
  retryAfterMs: v.optional(v.number()),
  /** Nothing was sent, and the endpoint is not to blame. */
  isOwnFault: v.optional(v.boolean()),
  isFinal: v.optional(v.boolean()),
});
type Outcome = Infer<typeof outcome>;

const sendReference = makeFunctionReference<"action", { claims: Claim[] }>("platform/webhookSending:send");
const endReference = makeFunctionReference<"mutation", { outcomes: Outcome[] }, null>("platform/webhookSending:end");
const loadReference = makeFunctionReference<"query", { claims: Claim[] }, Infer<typeof round>>(
  "platform/webhookSending:load",
);
const tryReference = makeFunctionReference<"mutation", Record<string, never>>("platform/webhookSending:tryWaiting");
const sweepReference = makeFunctionReference<"mutation", { after?: Id<"webhookEndpoints"> }>(
  "platform/webhookSending:sweep",
);

/** What one transaction works with. */
interface Work {
  readonly ctx: MutationCtx;
  readonly writer: UnscopedWriter;
  readonly now: number;
}

function workOf(ctx: MutationCtx, action = "webhookEndpoint.send"): Work {
  const now = Date.now();
  return { ctx, now, writer: systemWriter(ctx, { noun: "webhookEndpoint", action, isAudited: false, now }) };
}

/** Sends what an endpoint is due, unless somebody does already; the named delivery whatever the endpoint's state. */
export const begin = internalMutation({
  args: { endpointId: v.id("webhookEndpoints"), deliveryId: v.optional(v.id("webhookDeliveries")) },
  returns: v.null(),
  handler: async (ctx, { endpointId, deliveryId }) => {
    const work = workOf(ctx);
    const endpoint = await work.writer.get("webhookEndpoints", endpointId);
    const asked = deliveryId && (await work.writer.get("webhookDeliveries", deliveryId));
    if (asked?.status === "pending" && !(await isBeingSent(work, asked))) await claimAndSend(work, [asked]);
    else if (endpoint) await sendDue(work, endpoint);
    return null;
  },
});

/** Sends what endpoints are due, each by a sender of its own, unless it has one: those of one batch of events in one transaction. */
export const beginAll = internalMutation({
  args: { endpointIds: v.array(v.id("webhookEndpoints")) },
  returns: v.null(),
  handler: async (ctx, { endpointIds }) => {
    const work = workOf(ctx);
    for (const endpointId of endpointIds) {
      const endpoint = await work.writer.get("webhookEndpoints", endpointId);
      if (endpoint) await sendDue(work, endpoint);
    }
    return null;
  },
});

/** Tries endpoints that wait because they failed or were slow, and whose time has come. */
export const tryWaiting = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const work = workOf(ctx);
    const waiting = await work.writer
      .query("webhookEndpoints")
      .withIndex("by_status_and_nextTryAt", (q) =>
        q.eq("status", "active").gt("nextTryAt", 0).lte("nextTryAt", work.now),
      )
      .take(endpointsPerTry);
    const tries: Doc<"webhookDeliveries">[] = [];
    for (const endpoint of waiting) {
      if (isFailing(endpoint)) tries.push(...(await nextTryOf(work, endpoint)));
      else await sendDue(work, await work.writer.patch("webhookEndpoints", endpoint, { nextTryAt: undefined }));
    }
    if (tries.length > 0) await claimAndSend(work, tries);
    // Those of this try are out of the way once it has ended.
    if (waiting.length === endpointsPerTry) await ctx.scheduler.runAfter(sendingTimeoutMs, tryReference, {});
    return null;
  },
});

/**
 * Finds what nobody sends though it is due: its sender has ended with its process, or a wake-up was lost. Endpoint by endpoint,
 * however much waits at one of them.
 */
export const sweep = internalMutation({
  args: { after: v.optional(v.id("webhookEndpoints")) },
  returns: v.null(),
  handler: async (ctx, { after }) => {
    const work = workOf(ctx);
    if (after === undefined) await ctx.scheduler.runAfter(0, tryReference, {});
    let last = after;
    for (let seen = 0; seen < endpointsPerSweep; seen++) {
      const first: Doc<"webhookDeliveries"> | null = await firstPendingAfter(work, last);
      if (!first) return null;
      last = first.endpointId;
      if (first.nextRetryAt !== undefined && first.nextRetryAt <= work.now) {
        const endpoint = await work.writer.get("webhookEndpoints", first.endpointId);
        if (endpoint) await sendDue(work, endpoint);
      } else if (first.senderId !== undefined && !(await isBeingSent(work, first))) {
        await ctx.scheduler.runAfter(0, beginReference, { endpointId: first.endpointId });
      }
    }
    if (last !== undefined) await ctx.scheduler.runAfter(0, sweepReference, { after: last });
    return null;
  },
});

/** The earliest pending delivery of the first endpoint behind another one that has any. */
function firstPendingAfter(
  { writer }: Work,
  last: Id<"webhookEndpoints"> | undefined,
): Promise<Doc<"webhookDeliveries"> | null> {
  return writer
    .query("webhookDeliveries")
    .withIndex("by_status_and_endpointId_and_nextRetryAt", (q) => {
      const pending = q.eq("status", "pending");
      return last === undefined ? pending : pending.gt("endpointId", last);
    })
    .first();
}

/** Claims what is due to a working endpoint and has no sender. */
async function sendDue(work: Work, endpoint: Doc<"webhookEndpoints">): Promise<void> {
  const { status, nextTryAt = 0 } = endpoint;
  if (status !== "active" || nextTryAt > work.now) return;
  const due = isFailing(endpoint) ? await nextTryOf(work, endpoint) : await dueOf(work, endpoint, deliveriesPerRound);
  if (due.length > 0) await claimAndSend(work, due);
}

/** The one delivery that a failing endpoint is tried with; without one, the endpoint waits until there is one. */
async function nextTryOf(work: Work, endpoint: Doc<"webhookEndpoints">): Promise<Doc<"webhookDeliveries">[]> {
  const due = await dueOf(work, endpoint, 1);
  if (due.length > 0) return due;
  const next = await firstPendingOf(work, endpoint._id);
  const later = next?.nextRetryAt === undefined ? undefined : tryTimeFrom(Math.max(next.nextRetryAt, work.now + 1));
  if (later !== endpoint.nextTryAt) {
    await work.writer.patch("webhookEndpoints", endpoint, { nextTryAt: later });
    if (later !== undefined) await work.ctx.scheduler.runAt(later, tryReference, {});
  }
  return [];
}

function firstPendingOf({ writer }: Work, endpointId: Id<"webhookEndpoints">) {
  return writer
    .query("webhookDeliveries")
    .withIndex("by_status_and_endpointId_and_nextRetryAt", (q) =>
      q.eq("status", "pending").eq("endpointId", endpointId),
    )
    .first();
}

/** What is due to an endpoint, the longest first; nothing while a sender is under way, what a dead one had at once. */
async function dueOf(work: Work, { _id }: Doc<"webhookEndpoints">, count: number): Promise<Doc<"webhookDeliveries">[]> {
  const { writer, now } = work;
  const claimed = await writer
    .query("webhookDeliveries")
    .withIndex("by_endpointId_and_senderId", (q) => q.eq("endpointId", _id).gt("senderId", undefined))
    .take(2 * deliveriesPerRound);
  for (const delivery of claimed) if (await isBeingSent(work, delivery)) return [];
  for (const delivery of claimed)
    await writer.patch("webhookDeliveries", delivery, { senderId: undefined, nextRetryAt: now });
  return writer
    .query("webhookDeliveries")
    .withIndex("by_status_and_endpointId_and_nextRetryAt", (q) =>
      q.eq("status", "pending").eq("endpointId", _id).gt("nextRetryAt", 0).lte("nextRetryAt", now),
    )
    .take(count);
}

async function isBeingSent({ ctx, now }: Work, delivery: Doc<"webhookDeliveries">): Promise<boolean> {
  const { senderId, nextRetryAt: leaseEndsAt = 0 } = delivery;
  return senderId !== undefined && leaseEndsAt > now && (await isUnderWay(ctx, senderId));
}

/** Notes that deliveries are being sent, and has them sent: the claim is there before anything leaves. */
async function claimAndSend(
  { ctx, writer, now }: Work,
  deliveries: readonly Doc<"webhookDeliveries">[],
): Promise<void> {
  const claims = deliveries.map(({ _id, attempts }) => ({ deliveryId: _id, attempt: attempts + 1 }));
  const senderId = await ctx.scheduler.runAfter(0, sendReference, { claims });
  for (const delivery of deliveries) {
    await writer.patch("webhookDeliveries", delivery, {
      attempts: delivery.attempts + 1,
      lastAttemptAt: now,
      nextRetryAt: now + sendingLeaseMs,
      senderId,
    });
  }
}

const loaded = v.object({
  ...claim.fields,
  eventId: v.string(),
  /** Absent where the event was forgotten before its delivery. */
  payload: v.optional(v.string()),
  endpointId: v.id("webhookEndpoints"),
});
const target = v.object({
  endpointId: v.id("webhookEndpoints"),
  organizationId: v.id("organizations"),
  url: v.string(),
  /** What to sign with: one, and for a while after a rotation the one before it. */
  secrets: v.array(sealedValidator),
});
const round = v.object({ deliveries: v.array(loaded), targets: v.array(target) });

/** What is sent, and where: of the claims that hold still. */
export const load = internalQuery({
  args: { claims: v.array(claim) },
  returns: round,
  handler: async (ctx, { claims }) => {
    const now = Date.now();
    const reader = new UnscopedReader(ctx);
    const deliveries: Infer<typeof loaded>[] = [];
    const targets = new Map<Id<"webhookEndpoints">, Infer<typeof target>>();
    for (const { deliveryId, attempt } of claims) {
      const delivery = await reader.get("webhookDeliveries", deliveryId);
      const endpoint = delivery && (await reader.get("webhookEndpoints", delivery.endpointId));
      if (!endpoint || delivery.status !== "pending" || delivery.attempts !== attempt) continue;
      const { eventId, endpointId, organizationId } = delivery;
      const payload = await payloadOf(reader, delivery);
      const body = payload === undefined ? {} : { payload };
      deliveries.push({ deliveryId, attempt, eventId, ...body, endpointId });
      targets.set(endpointId, { endpointId, organizationId, url: endpoint.url, secrets: secretsOf(endpoint, now) });
    }
    return { deliveries, targets: [...targets.values()] };
  },
});

async function payloadOf(
  reader: UnscopedReader,
  { payload, outboxEventId }: Doc<"webhookDeliveries">,
): Promise<string | undefined> {
  if (payload !== undefined || outboxEventId === undefined) return payload;
  return (await reader.get("outboxEvents", outboxEventId))?.payload;
}

function secretsOf(endpoint: Doc<"webhookEndpoints">, now: number): Sealed[] {
  const { sealedSecret, previousSecret, previousSecretExpiresAt = 0 } = endpoint;
  const living = previousSecret && previousSecretExpiresAt > now ? [sealedSecret, previousSecret] : [sealedSecret];
  return living.map(asSealed);
}

/** Sends deliveries that were claimed. An action runs at most once: what ended with its process is found by `sweep`. */
export const send = internalAction({
  args: { claims: v.array(claim) },
  returns: v.null(),
  handler: async (ctx, { claims }) => {
    const { deliveries, targets } = await ctx.runQuery(loadReference, { claims });
    const keys = new Map(targets.map((each) => [each.endpointId, { url: each.url, keys: signingKeysOf(ctx, each) }]));
    const outcomes = await Promise.all(
      deliveries.map(async ({ deliveryId, attempt, endpointId, eventId, payload }) => {
        const receiver = keys.get(endpointId);
        if (!receiver) throw new Error("A delivery was loaded without its endpoint.");
        return { deliveryId, attempt, ...(await sentTo(receiver, { eventId, payload })) };
      }),
    );
    if (outcomes.length > 0) await ctx.runMutation(endReference, { outcomes });
    return null;
  },
});

/** Notes what came of attempts and how their endpoints are, and goes on with what else is due to those. */
export const end = internalMutation({
  args: { outcomes: v.array(outcome) },
  returns: v.null(),
  handler: async (ctx, { outcomes }) => {
    const work = workOf(ctx);
    const ended = new Map<Id<"webhookEndpoints">, Ended[]>();
    for (const attempt of outcomes) {
      const delivery = await work.writer.get("webhookDeliveries", attempt.deliveryId);
      // It may be gone with its endpoint, or be in the hands of a later sender.
      if (delivery?.status !== "pending" || delivery.attempts !== attempt.attempt) continue;
      ended.set(delivery.endpointId, [...(ended.get(delivery.endpointId) ?? []), { delivery, attempt }]);
    }
    for (const [endpointId, attempts] of ended) await endRound(work, endpointId, attempts);
    return null;
  },
});

interface Ended {
  readonly delivery: Doc<"webhookDeliveries">;
  readonly attempt: Outcome;
}

async function endRound(work: Work, endpointId: Id<"webhookEndpoints">, ended: readonly Ended[]): Promise<void> {
  const before = await work.writer.get("webhookEndpoints", endpointId);
  if (!before) return;
  const endpoint = await noteHealth(work, before, ended);
  const organization = await work.writer.get("organizations", endpoint.organizationId);
  let nextWakeAt = Number.POSITIVE_INFINITY;
  for (const { delivery, attempt } of ended) {
    const isTriedAgain = endpoint.status === "active" && !attempt.isFinal;
    const retryAt = isTriedAgain ? nextRetryAt(delivery.attempts, attempt, work.now, Math.random()) : undefined;
    const { status: responseStatus, error, durationMs } = attempt;
    const isDone = isDelivered(attempt);
    await work.writer.patch("webhookDeliveries", delivery, {
      status: isDone ? "delivered" : retryAt === undefined ? "failed" : "pending",
      senderId: undefined,
      nextRetryAt: isDone ? undefined : retryAt,
      responseStatus,
      error,
      durationMs,
    });
    // What was not sent at all is no request.
    if (organization && !attempt.isOwnFault)
      await logOutbound(work, organization, {
        url: endpoint.url,
        method: "POST",
        statusCode: responseStatus,
        durationMs,
        requestId: delivery.eventId,
        isFailed: !isDone,
      });
    if (!isDone && retryAt !== undefined) nextWakeAt = Math.min(nextWakeAt, retryAt);
  }
  if (endpoint.status !== "active") return;
  await sendDue(work, endpoint);
  if (isFailing(endpoint)) await wakeFailing(work, endpoint);
  else {
    const wakeAt = Math.max(endpoint.nextTryAt ?? 0, Number.isFinite(nextWakeAt) ? nextWakeAt : 0);
    if (endpoint.nextTryAt !== undefined) await work.ctx.scheduler.runAt(endpoint.nextTryAt, tryReference, {});
    else if (wakeAt > 0) await work.ctx.scheduler.runAt(wakeAt, beginReference, { endpointId });
  }
}

/** The next try is due when the endpoint may be tried and a delivery is due, whichever is later. */
async function wakeFailing(work: Work, endpoint: Doc<"webhookEndpoints">): Promise<void> {
  const next = await firstPendingOf(work, endpoint._id);
  const nextTryAt =
    next?.nextRetryAt === undefined ? undefined : tryTimeFrom(Math.max(next.nextRetryAt, endpoint.nextTryAt ?? 0));
  await work.writer.patch("webhookEndpoints", endpoint, { nextTryAt });
  if (nextTryAt !== undefined) await work.ctx.scheduler.runAt(nextTryAt, tryReference, {});
}

/** Writes how an endpoint is now, where that has changed, and tells its administrators what they should know. */
async function noteHealth(
  work: Work,
  endpoint: Doc<"webhookEndpoints">,
  ended: readonly Ended[],
): Promise<Doc<"webhookEndpoints">> {
  const attempts: readonly Attempt[] = ended.map(({ attempt }) => attempt).filter(({ isOwnFault }) => !isOwnFault);
  if (endpoint.status !== "active" || attempts.length === 0) return endpoint;
  const health = healthAfter(endpoint, attempts, work.now);
  if (health.status === "active") {
    const next = await work.writer.patch("webhookEndpoints", endpoint, health);
    const reason = attempts.find(({ isFinal }) => isFinal)?.error;
    if ((next.warnings ?? 0) > (endpoint.warnings ?? 0)) await tellOfEndpoint(work, next, reason);
    return next;
  }
  const { ctx, now } = work;
  const audited = systemWriter(ctx, {
    noun: "webhookEndpoint",
    action: "webhookEndpoint.disable",
    isAudited: true,
    now,
  });
  const next = await audited.patch("webhookEndpoints", endpoint, health);
  await ctx.scheduler.runAfter(0, abandonReference, { endpointId: endpoint._id });
  await tellOfEndpoint(work, next);
  return next;
}

/** Gives up what waits for a disabled endpoint. It can be sent again once the endpoint is active. */
export const abandon = internalMutation({
  args: { endpointId: v.id("webhookEndpoints") },
  returns: v.null(),
  handler: async (ctx, { endpointId }) => {
    const { writer } = workOf(ctx);
    const endpoint = await writer.get("webhookEndpoints", endpointId);
    if (endpoint?.status !== "disabled") return null;
    const waiting = await writer
      .query("webhookDeliveries")
      .withIndex("by_status_and_endpointId_and_nextRetryAt", (q) =>
        q.eq("status", "pending").eq("endpointId", endpointId),
      )
      .take(abandonedPerRun);
    for (const delivery of waiting) {
      const error = "The endpoint was disabled.";
      await writer.patch("webhookDeliveries", delivery, {
        status: "failed",
        nextRetryAt: undefined,
        senderId: undefined,
        error,
      });
    }
    if (waiting.length === abandonedPerRun) await ctx.scheduler.runAfter(0, abandonReference, { endpointId });
    return null;
  },
});
