import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { resource } from "../core/resources/resource";
import { dayMs, minuteMs } from "../core/wire/durations";
import { ProblemError } from "../core/wire/errors";
import { webhookEventFields } from "./tables";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

const retentionMs = 30 * dayMs;
const maximumAttempts = 5;
/** Failed messages looked at in one run of the cron. */
const retriedPerRun = 100;
/** Refused messages of a provider leave one row of the audit trail in this time, whoever sends them. */
const refusalIntervalMs = minuteMs;
const refusalsRead = 20;

const processingBy = (name: string) => makeFunctionReference<"mutation", { eventId: Id<"webhookEvents"> }>(name);

/** What works on the messages of a provider. */
const processing = {
  clerk: processingBy("tenancy/clerkEvents:process"),
  resend: processingBy("messaging/resendEvents:process"),
  stripe: processingBy("billing/stripeEvents:process"),
};
const provider = v.union(v.literal("clerk"), v.literal("resend"), v.literal("stripe"));
type Provider = keyof typeof processing;

const webhookEvents = resource({
  name: "platform/webhookEvents",
  table: "webhookEvents",
  path: "/webhook-events",
  idParameter: "eventId",
  fields: webhookEventFields,
  permissions: "webhook",
  list: { ranges: { createdAt: ["from", "to"] }, sorts: ["createdAt"], created: false, access: "permission" },
});

export const list = webhookEvents.list("list", {
  summary: "List messages of providers",
  description:
    "What identity and payment providers have told of the organization, and what came of it; newest first unless sorted otherwise. Their data is left out. A message is kept for 30 days.",
});

export const replay = webhookEvents.change("replay", {
  summary: "Work on a failed message of a provider again",
  description: "Once what kept it from being applied is mended. It is tried after the answer.",
  permission: "manage",
  problems: ["invalid_state_transition"],
  handler: async (ctx) => {
    const { row, scheduler, unscoped, tenant } = ctx;
    assertFailed(row);
    const pending = await webhookEvents.patch(ctx, row, { status: "pending" });
    await scheduleProcessing(scheduler, pending);
    const about = { tableName: "webhookEvents", recordId: pending._id } as const;
    await unscoped
      .within(tenant.organization)
      .appendAudit({ action: "webhookEvent.replay", operation: "other", ...about });
    return pending;
  },
});

/** Has a message that failed tried again, whoever's it is. Throws 409 for one that did not fail. */
export const retry = internalMutation({
  args: { eventId: v.id("webhookEvents") },
  returns: v.null(),
  handler: async (ctx, { eventId }) => {
    const writer = writerOf(ctx, "webhookEvent.replay", true);
    const event = await writer.get("webhookEvents", eventId);
    assertFailed(event);
    await writer.patch("webhookEvents", event, { status: "pending" });
    await scheduleProcessing(ctx.scheduler, event);
    return null;
  },
});

/** Tries messages again that have failed less than five times. */
export const retryFailed = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const failed = await writerOf(ctx, "webhookEvent.retry")
      .query("webhookEvents")
      .withIndex("by_status_and_createdAt", (q) => q.eq("status", "failed"))
      .order("desc")
      .take(retriedPerRun);
    for (const event of failed) if (event.attempts < maximumAttempts) await scheduleProcessing(ctx.scheduler, event);
    return null;
  },
});

/** Keeps a message that a provider signed, once for each of its ids, and has it worked on afterwards. */
export const receive = internalMutation({
  args: {
    provider,
    eventId: v.string(),
    type: v.string(),
    payload: v.string(),
    occurredAt: v.number(),
  },
  returns: v.object({ status: v.union(v.literal("accepted"), v.literal("known")) }),
  handler: async (ctx, message) => {
    const now = Date.now();
    const writer = writerOf(ctx, "webhookEvent.receive");
    const known = await writer
      .query("webhookEvents")
      .withIndex("by_provider_and_eventId", (q) => q.eq("provider", message.provider).eq("eventId", message.eventId))
      .first();
    if (known) return { status: "known" as const };
    const event = await writer.insert("webhookEvents", {
      ...message,
      status: "pending",
      attempts: 0,
      createdAt: now,
      expiresAt: now + retentionMs,
    });
    await scheduleProcessing(ctx.scheduler, event);
    return { status: "accepted" as const };
  },
});

/** Notes that somebody has sent a message that no provider signed, or an old one: a row a minute, however many there are. */
export const refuse = internalMutation({
  args: { provider, reason: v.string() },
  returns: v.null(),
  handler: async (ctx, { provider: sender, reason }) => {
    const now = Date.now();
    const writer = writerOf(ctx, "webhookEvent.refuse", true);
    const recent = await writer
      .query("auditLogs")
      .withIndex("by_organizationId_and_action_and_createdAt", (q) =>
        q
          .eq("organizationId", undefined)
          .eq("action", "webhookEvent.refuse")
          .gt("createdAt", now - refusalIntervalMs),
      )
      .take(refusalsRead);
    if (recent.some(({ metadata }) => Object(metadata).provider === sender)) return null;
    await writer.appendAudit({
      action: "webhookEvent.refuse",
      operation: "access",
      result: "denied",
      errorMessage: reason,
      metadata: { provider: sender },
    });
    return null;
  },
});

function writerOf(ctx: MutationCtx, action: string, isAudited = false): UnscopedWriter {
  return systemWriter(ctx, { now: Date.now(), noun: "webhookEvent", action, isAudited });
}

function assertFailed(event: Doc<"webhookEvents"> | null): asserts event {
  if (event?.status !== "failed")
    throw new ProblemError("invalid_state_transition", "Only what has failed is tried again.");
}

async function scheduleProcessing(
  scheduler: MutationCtx["scheduler"],
  { _id, provider: sender }: Pick<Doc<"webhookEvents">, "_id" | "provider">,
): Promise<void> {
  if (isKnown(sender)) await scheduler.runAfter(0, processing[sender], { eventId: _id });
}

function isKnown(sender: string): sender is Provider {
  return Object.hasOwn(processing, sender);
}
