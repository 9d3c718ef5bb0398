import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { env, internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { identityProviders } from "../core/wire/identityProviders";
import { applied } from "./clerk/applying";
import { clerkChange, isLater, organizationIn, subjectOf } from "./clerk/changes";
import { isListedSubject } from "../core/access/platformAdmins";
import type { Outcome } from "./clerk/applying";
import type { ClerkChange } from "./clerk/changes";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

/** Messages worked on in one mutation; what has become possible beyond them follows in another. */
const maximumPerRun = 50;
/** Messages of one subject at one time, which a burst of changes does not reach. */
const maximumRivals = 50;
const processReference = makeFunctionReference<"mutation">("tenancy/clerkEvents:process");

/** Applies a message of Clerk's, and those that have waited for what it brings. */
export const process = internalMutation({
  args: { eventId: v.id("webhookEvents") },
  returns: v.null(),
  handler: async (ctx, { eventId }) => {
    const now = Date.now();
    const writer = systemWriter(ctx, { now, noun: "webhookEvent", action: "webhookEvent.process", isAudited: true });
    const queue = [eventId];
    for (let done = 0; done < maximumPerRun; done++) {
      const next = queue.shift();
      if (next === undefined) return null;
      const event = await writer.get("webhookEvents", next);
      if (!event || event.status === "processed" || event.status === "ignored") continue;
      const settled = await settle({ writer, scheduler: ctx.scheduler, now }, event);
      for (const waitsFor of settled) {
        const waiting = writer.query("webhookEvents").withIndex("by_waitsFor", (q) => q.eq("waitsFor", waitsFor));
        queue.push(...(await waiting.take(maximumPerRun)).map(({ _id }) => _id));
      }
    }
    for (const rest of queue) await ctx.scheduler.runAfter(0, processReference, { eventId: rest });
    return null;
  },
});

type Work = Pick<Parameters<typeof applied>[0], "writer" | "scheduler" | "now">;

/** Works on one message, writes down what came of it, and answers what others may have waited for. */
async function settle(work: Work, event: Doc<"webhookEvents">): Promise<readonly string[]> {
  const { writer, now } = work;
  const outcome = await outcomeOf(work, event);
  await writer.patch("webhookEvents", (await writer.get("webhookEvents", event._id)) ?? event, {
    status: outcome.status,
    attempts: event.attempts + 1,
    processedAt: now,
    error: outcome.status === "processed" ? undefined : outcome.reason.slice(0, 1000),
    waitsFor: outcome.status === "failed" ? outcome.waitsFor : undefined,
    ...(outcome.status === "processed" && outcome.organizationId ? { organizationId: outcome.organizationId } : {}),
  });
  return outcome.status === "ignored" ? [] : (outcome.settled ?? []);
}

async function outcomeOf(work: Work, event: Doc<"webhookEvents">): Promise<Outcome> {
  const { writer } = work;
  let change: ClerkChange | undefined;
  try {
    change = clerkChange(event.type, JSON.parse(event.payload));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { status: "failed", reason: `The data is not as Clerk documents it: ${text}` };
  }
  if (!change) return { status: "ignored", reason: "Messages of this type change nothing here." };
  const subject = subjectOf(change);
  const organizationId = await knownOrganization(writer, organizationIn(change));
  const known = await writer.patch("webhookEvents", event, { subject, ...organizationId });
  const issuers = identityProviders(env["AUTH_PROVIDERS"]).filter(({ preset }) => preset === "clerk");
  const [issuer, ...others] = issuers;
  if (!issuer || others.length > 0)
    return { status: "failed", reason: "AUTH_PROVIDERS must have one entry of the preset clerk." };
  if (await isOvertaken(writer, known, subject))
    return { status: "ignored", reason: "A later message tells how it is now." };
  const isPlatformAdmin = (token: string) => isListedSubject(env["PLATFORM_ADMIN_SUBJECTS"], token);
  return applied({ ...work, issuer: issuer.issuer, isPlatformAdmin }, change);
}

/** The organization here that a message is about, so that its administrators see what came of the message. */
async function knownOrganization(writer: UnscopedWriter, externalId: string | undefined) {
  if (externalId === undefined) return {};
  const organization = await writer
    .query("organizations")
    .withIndex("by_externalId", (q) => q.eq("externalId", externalId))
    .unique();
  return organization ? { organizationId: organization._id } : {};
}

/** Whether a later message of the same subject has been worked on: each tells all of it, so the latest holds. */
async function isOvertaken(writer: UnscopedWriter, event: Doc<"webhookEvents">, subject: string): Promise<boolean> {
  const rivals = await writer
    .query("webhookEvents")
    .withIndex("by_provider_and_subject_and_occurredAt", (q) =>
      q.eq("provider", event.provider).eq("subject", subject).gte("occurredAt", event.occurredAt),
    )
    .order("desc")
    .take(maximumRivals);
  return rivals.some((rival) => rival._id !== event._id && isLater(rival, event));
}
