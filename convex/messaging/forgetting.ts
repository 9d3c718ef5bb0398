import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { dayMs } from "../core/wire/durations";
import { emailRetentionDays } from "./mail";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** E-mails forgotten or deleted in one transaction; the rest follows in transactions of the same size. */
const emailsAtOnce = 200;
/** What stands for the address of somebody who was forgotten; nothing is ever sent there. */
const forgottenAddress = "forgotten@portico.invalid";

const goOn = makeFunctionReference<"mutation", { userId: Id<"users">; address?: string }>(
  "messaging/forgetting:resume",
);
const deleteAgain = makeFunctionReference<"mutation", Record<string, never>>("messaging/forgetting:deleteExpired");

interface Forgotten {
  readonly userId: Id<"users">;
  /** The person's address, which invitations went to before anybody knew whose it was. */
  readonly address?: string | undefined;
}

interface Writing extends Pick<MutationCtx, "scheduler"> {
  readonly unscoped: UnscopedWriter;
}

/**
 * Has the e-mails of a person say no more who they went to and what they said, and what was not sent yet never go out. That there was one,
 * of which kind and when, stays with its organization.
 */
export async function forgetEmails({ unscoped, scheduler }: Writing, { userId, address }: Forgotten): Promise<void> {
  const emails = await unscoped
    .query("emails")
    .withIndex("by_userId_and_createdAt", (q) => q.eq("userId", userId))
    .take(emailsAtOnce);
  if (address !== undefined && emails.length < emailsAtOnce)
    emails.push(
      ...(await unscoped
        .query("emails")
        .withIndex("by_to", (q) => q.eq("to", address))
        .take(emailsAtOnce)),
    );
  for (const { _id } of emails) {
    const email = await unscoped.get("emails", _id);
    if (email && email.to !== forgottenAddress) await unscoped.patch("emails", email, forgotten(email));
  }
  const optOuts = unscoped.query("emailOptOuts").withIndex("by_userId", (q) => q.eq("userId", userId));
  for (const optOut of await optOuts.take(emailsAtOnce)) await unscoped.discard("emailOptOuts", optOut);
  if (emails.length >= emailsAtOnce)
    await scheduler.runAfter(0, goOn, { userId, ...(address === undefined ? {} : { address }) });
}

function forgotten({ status, nextRetryAt }: Doc<"emails">) {
  return {
    to: forgottenAddress,
    userId: undefined,
    subject: "[forgotten]",
    html: "",
    text: "",
    tokenSource: undefined,
    error: undefined,
    nextRetryAt: undefined,
    ...(nextRetryAt === undefined ? { status } : { status: "failed" as const }),
  };
}

const writerOf = (ctx: MutationCtx) =>
  systemWriter(ctx, { noun: "email", action: "email.forget", isAudited: false, now: Date.now() });

/** Goes on forgetting somebody's e-mails. */
export const resume = internalMutation({
  args: { userId: v.id("users"), address: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, forgottenPerson) => {
    await forgetEmails({ unscoped: writerOf(ctx), scheduler: ctx.scheduler }, forgottenPerson);
    return null;
  },
});

/** Deletes e-mails whose time is over. Those of the version before have none yet, and get one. */
export const deleteExpired = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const unscoped = writerOf(ctx);
    const expired = await unscoped
      .query("emails")
      .withIndex("by_expiresAt", (q) => q.gt("expiresAt", 0).lt("expiresAt", Date.now()))
      .take(emailsAtOnce);
    for (const email of expired) await unscoped.discard("emails", email);
    const undated = await unscoped
      .query("emails")
      .withIndex("by_expiresAt", (q) => q.eq("expiresAt", undefined))
      .take(emailsAtOnce);
    for (const email of undated)
      await unscoped.patch("emails", email, { expiresAt: email.createdAt + emailRetentionDays * dayMs });
    if (expired.length === emailsAtOnce || undated.length === emailsAtOnce)
      await ctx.scheduler.runAfter(0, deleteAgain, {});
    return expired.length;
  },
});
