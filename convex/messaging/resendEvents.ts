import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { suppress } from "./suppression";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";

const maxDetailCharacters = 300;

interface Outcome {
  readonly status: "processed" | "ignored";
  readonly reason?: string;
  readonly organizationId?: Id<"organizations"> | undefined;
}

/** Notes what Resend tells of an e-mail, and has addresses that take none, or whose person complained, get no more. */
export const process = internalMutation({
  args: { eventId: v.id("webhookEvents") },
  returns: v.null(),
  handler: async (ctx, { eventId }) => {
    const now = Date.now();
    const writer = systemWriter(ctx, { now, noun: "webhookEvent", action: "webhookEvent.process", isAudited: false });
    const event = await writer.get("webhookEvents", eventId);
    if (event?.status !== "pending" && event?.status !== "failed") return null;
    const { status, reason, organizationId } = await outcomeOf(writer, event, now);
    await writer.patch("webhookEvents", event, {
      status,
      attempts: event.attempts + 1,
      processedAt: now,
      error: reason,
      ...(organizationId === undefined ? {} : { organizationId }),
    });
    return null;
  },
});

async function outcomeOf(writer: UnscopedWriter, event: Doc<"webhookEvents">, now: number): Promise<Outcome> {
  const told = toldBy(JSON.parse(event.payload));
  const email = told.emailId === undefined ? null : await writer.get("emails", told.emailId);
  if (!email) return { status: "ignored", reason: "It tells of no e-mail of this deployment." };
  const { organizationId } = email;
  const carried = { provider: "resend", sentAt: email.sentAt ?? now, nextRetryAt: undefined } as const;
  switch (event.type) {
    case "email.delivered": {
      await writer.patch("emails", email, { ...carried, deliveredAt: event.occurredAt });
      // Told before its sender has noted that it was sent, or where that sender has ended.
      if (email.status === "queued" || email.status === "failed")
        await writer.patch("emails", email, { ...carried, status: "sent", error: undefined });
      return { status: "processed", organizationId };
    }
    case "email.bounced": {
      const detail = told.detail ?? "The recipient's server did not take it.";
      // A full mailbox or a server that is down takes the next one, perhaps.
      const lasts = told.bounceType !== "Transient" && told.bounceType !== "Undetermined";
      if (lasts) await suppress(writer, email.to, { reason: "bounce", createdAt: now });
      await writer.patch("emails", email, { ...carried, status: "bounced", error: detail });
      return { status: "processed", organizationId };
    }
    case "email.complained":
      await suppress(writer, email.to, { reason: "complaint", createdAt: now });
      // That it had come back says more.
      if (email.status !== "bounced")
        await writer.patch("emails", email, {
          ...carried,
          status: "complained",
          error: "The recipient called it spam.",
        });
      return { status: "processed", organizationId };
    default:
      return { status: "ignored", reason: "Messages of this type change nothing here.", organizationId };
  }
}

interface Told {
  /** Ours, which the e-mail was tagged with. */
  readonly emailId?: string;
  readonly bounceType?: string;
  readonly detail?: string;
}

/** What is of use in the data of a message, whose form is the provider's. */
function toldBy(data: unknown): Told {
  const bounce = memberOf(data, "bounce");
  const detail = textOf(memberOf(bounce, "message"))
    ?.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .slice(0, maxDetailCharacters)
    .toWellFormed();
  const emailId = tagOf(memberOf(data, "tags"));
  const bounceType = textOf(memberOf(bounce, "type"));
  return {
    ...(emailId === undefined ? {} : { emailId }),
    ...(bounceType === undefined ? {} : { bounceType }),
    ...(detail ? { detail } : {}),
  };
}

/** Resend has told of tags as an object and as a list of names and values. */
function tagOf(tags: unknown): string | undefined {
  const listed: readonly unknown[] = Array.isArray(tags) ? tags : [];
  const found = listed.find((tag) => memberOf(tag, "name") === "emailId");
  return textOf(found === undefined ? memberOf(tags, "emailId") : memberOf(found, "value"));
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
