import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { env, internalAction, internalMutation, internalQuery } from "../_generated/server";
import { UnscopedReader } from "../core/records/reader";
import { systemWriter } from "../core/records/systemWriter";
import { isMailedPrefix } from "../core/wire/credentialKinds";
import { dayMs, hourMs, minuteMs } from "../core/wire/durations";
import { derivedSecret } from "../core/wire/secrets";
import { wants } from "./categories";
import { sendingLeaseMs } from "./mail";
import { mailKey } from "./mailKey";
import { messageValidator } from "./message";
import { sendByResend } from "./resend";
import { suppressionOf } from "./suppression";
import { emailCategories } from "./tables";
import { filled } from "./templates";
import { transportOf } from "./transport";
import { unsubscribeUrlOf } from "./unsubscribeTokens";
import type { Message } from "./message";
import type { Transport } from "./transport";
import type { UnscopedWriter } from "../core/records/writer";
import type { StoredSecret } from "../core/wire/secrets";
import type { Doc, Id } from "../_generated/dataModel";
import type { ActionCtx, MutationCtx } from "../_generated/server";
import type { Infer } from "convex/values";

const maxAttempts = 3;
const maxErrorCharacters = 500;
/** After the first failed attempt and after the second, less up to half of it: what failed together does not come back together. */
const retryAfterMs = [10 * minuteMs, 2 * hourMs] as const;
/** Where a provider has no room, unless it says when it has. */
const postponedMs = 5 * minuteMs;
const longestPauseMs = dayMs;
/** What was not sent by then is no news any more. */
const giveUpAfterMs = 3 * dayMs;
/** E-mails looked at in one run of the cron, or by whoever writes them to files; what is beyond waits for the next. */
const emailsPerRun = 100;
/** Those that an operator asks for again. */
const emailsLookedAt = 1000;

const tokenSource = v.object({ issuer: v.string(), prefix: v.string(), rowId: v.string() });
const begun = v.object({
  to: v.string(),
  subject: v.string(),
  html: v.string(),
  text: v.string(),
  createdAt: v.number(),
  organizationId: v.optional(v.id("organizations")),
  userId: v.optional(v.id("users")),
  category: v.optional(v.union(...emailCategories.map((name) => v.literal(name)))),
  tokenSource: v.optional(tokenSource),
});
const outcome = v.union(
  v.object({
    kind: v.literal("sent"),
    provider: v.union(v.literal("local"), v.literal("resend")),
    providerMessageId: v.optional(v.string()),
  }),
  v.object({ kind: v.literal("postponed"), error: v.string(), retryAfterMs: v.optional(v.number()) }),
  v.object({
    kind: v.literal("failed"),
    error: v.string(),
    isFinal: v.boolean(),
    retryAfterMs: v.optional(v.number()),
  }),
);
type Outcome = Infer<typeof outcome>;
type Begun = Infer<typeof begun>;

const sendReference = makeFunctionReference<"action", { emailId: Id<"emails"> }>("messaging/sending:send");
const beginReference = makeFunctionReference<"mutation", { emailId: Id<"emails"> }, Begun | null>(
  "messaging/sending:begin",
);
const reopenReference = makeFunctionReference<"mutation", { emailId: Id<"emails"> }>("messaging/sending:reopen");
const endReference = makeFunctionReference<"mutation", { emailId: Id<"emails">; outcome: Outcome }, null>(
  "messaging/sending:end",
);

/**
 * Sends a queued e-mail by the provider. An action runs at most once: what ended with its process is begun again by `retryDue`.
 * Where there is no provider, the e-mail waits for {@link take}.
 */
export const send = internalAction({
  args: { emailId: v.id("emails") },
  returns: v.null(),
  handler: async (ctx, { emailId }) => {
    const transport = transportOf(env);
    if (transport.kind === "local") {
      // oxlint-disable-next-line no-console -- Whoever runs the deployment has to know where it is; neither address nor body is told.
      console.info(`E-mail ${emailId} waits for npm run mail: this deployment has no mail provider.`);
      return null;
    }
    const email = await ctx.runMutation(beginReference, { emailId });
    if (email) await ctx.runMutation(endReference, { emailId, outcome: await sentBy(transport, ctx, emailId, email) });
    return null;
  },
});

/**
 * Hands a waiting e-mail, secrets included, to whoever runs the deployment, who writes it to a file and says so by {@link end}. Null
 * where there is nothing to write. What is not said to be written is handed out again, the same.
 */
export const take = internalAction({
  args: { emailId: v.id("emails"), isAgain: v.optional(v.boolean()) },
  returns: v.union(messageValidator, v.null()),
  handler: async (ctx, { emailId, isAgain = false }): Promise<Message | null> => {
    const transport = transportOf(env);
    if (transport.kind === "local" && isAgain) await ctx.runMutation(reopenReference, { emailId });
    const email = transport.kind === "local" ? await ctx.runMutation(beginReference, { emailId }) : null;
    if (transport.kind !== "local" || !email) return null;
    const composed = await composedOf(ctx, emailId, email, transport.from);
    if ("emailId" in composed) return composed;
    await ctx.runMutation(endReference, { emailId, outcome: composed });
    return null;
  },
});

/**
 * The e-mails of the last three days that are noted as written to files, the newest first. Their files may be gone: no backup holds
 * them, and versions before files were written noted so what they had only logged.
 */
export const written = internalQuery({
  args: {},
  returns: v.array(v.id("emails")),
  handler: async (ctx) => {
    const rows = await new UnscopedReader(ctx)
      .query("emails")
      .withIndex("by_createdAt", (q) => q.gt("createdAt", Date.now() - giveUpAfterMs))
      .order("desc")
      .take(emailsLookedAt);
    return rows.filter(isWritten).map(({ _id }) => _id);
  },
});

function isWritten({ status, provider }: Doc<"emails">): boolean {
  return status === "sent" && provider === "local";
}

/** Has an e-mail that was written to a file wait for {@link take} once more. */
export const reopen = internalMutation({
  args: { emailId: v.id("emails") },
  returns: v.null(),
  handler: async (ctx, { emailId }) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const email = await writer.get("emails", emailId);
    const waiting = { status: "queued", attempts: 0, nextRetryAt: now + sendingLeaseMs } as const;
    if (email && isWritten(email))
      await writer.patch("emails", email, { ...waiting, provider: undefined, sentAt: undefined });
    return null;
  },
});

/** The e-mails that wait for {@link take}, the oldest first. */
export const waiting = internalQuery({
  args: {},
  returns: v.array(v.id("emails")),
  handler: async (ctx) => {
    if (transportOf(env).kind !== "local") return [];
    const now = Date.now();
    const due: Doc<"emails">[] = [];
    for (const status of ["queued", "failed"] as const) {
      const rows = await new UnscopedReader(ctx)
        .query("emails")
        .withIndex("by_status_and_nextRetryAt", (q) => q.eq("status", status).gt("nextRetryAt", 0))
        .take(emailsPerRun);
      due.push(...rows.filter((row) => isDue(row, now, true)));
    }
    return due.map(({ _id }) => _id);
  },
});

async function sentBy(
  transport: Exclude<Transport, { kind: "local" }>,
  ctx: ActionCtx,
  emailId: Id<"emails">,
  email: Begun,
): Promise<Outcome> {
  if (transport.kind === "faulty") return { kind: "failed", error: transport.reason, isFinal: false };
  const composed = await composedOf(ctx, emailId, email, transport.from);
  return "emailId" in composed ? sendByResend(transport, composed) : composed;
}

/** The e-mail as its recipient gets it, or why it is not sent. */
async function composedOf(
  ctx: ActionCtx,
  emailId: Id<"emails">,
  email: Begun,
  from: string,
): Promise<Message | Extract<Outcome, { kind: "failed" }>> {
  try {
    const { to, subject, createdAt } = email;
    const token = email.tokenSource && (await issuedToken(ctx, emailId, email.tokenSource));
    if (token === null) return { kind: "failed", error: "Nobody waits for it any more.", isFinal: true };
    const unsubscribe = await unsubscribeUrlOf(email);
    const { html, text } = filled(email, {
      ...(token === undefined ? {} : { token }),
      ...(unsubscribe === undefined ? {} : { unsubscribe }),
    });
    const headers: Record<string, string> =
      unsubscribe === undefined
        ? {}
        : { "List-Unsubscribe": `<${unsubscribe}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
    for (const value of [to, subject, ...Object.values(headers)]) {
      if (/\p{Cc}/u.test(value))
        return { kind: "failed", error: "Address or subject would end a header.", isFinal: true };
    }
    return { emailId, createdAt, from, to, subject, text, html, headers };
  } catch (error) {
    return { kind: "failed", error: error instanceof Error ? error.message : String(error), isFinal: false };
  }
}

/** The secret of an e-mail, the same for each attempt; null where nobody waits for it any more. */
async function issuedToken(
  ctx: ActionCtx,
  emailId: Id<"emails">,
  { issuer, prefix, rowId }: Infer<typeof tokenSource>,
): Promise<string | null> {
  if (!isMailedPrefix(prefix)) throw new Error("No secret that is mailed begins like this.");
  const { plaintext, ...secret } = await derivedSecret(prefix, await mailKey(), emailId);
  const reference = makeFunctionReference<"mutation", { rowId: string; secret: StoredSecret }, boolean>(issuer);
  return (await ctx.runMutation(reference, { rowId, secret })) ? plaintext : null;
}

const writerOf = (ctx: MutationCtx, now: number) =>
  systemWriter(ctx, { noun: "email", action: "email.send", isAudited: false, now });

/**
 * Neither sent nor given up, and no other attempt is under way or has just failed. Attempts to write a file are not counted: a disk that
 * was full thrice says nothing of the e-mail.
 */
function isDue({ attempts, nextRetryAt }: Doc<"emails">, now: number, isLocal: boolean): boolean {
  const isLeft = isLocal || attempts < maxAttempts;
  return nextRetryAt !== undefined && isLeft && (attempts === 0 || nextRetryAt <= now);
}

/** Notes an attempt, and answers what to send; null where it is sent, given up or not wanted, or its organization is gone. */
export const begin = internalMutation({
  args: { emailId: v.id("emails") },
  returns: v.union(begun, v.null()),
  handler: async (ctx, { emailId }): Promise<Begun | null> => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const email = await writer.get("emails", emailId);
    if (!email || !isDue(email, now, transportOf(env).kind === "local")) return null;
    if (await isGivenUp(writer, email, now)) return null;
    const reason = await reasonAgainst(writer, email);
    if (reason !== undefined) {
      await writer.patch("emails", email, { status: "suppressed", error: reason, nextRetryAt: undefined });
      return null;
    }
    const attempts = Math.min(email.attempts + 1, maxAttempts);
    const attempt = { status: "queued", attempts, nextRetryAt: now + sendingLeaseMs } as const;
    await writer.patch("emails", email, attempt);
    const { to, subject, html, text, createdAt, organizationId, userId, category, tokenSource: source } = email;
    return {
      to,
      subject,
      html,
      text,
      createdAt,
      ...(organizationId === undefined ? {} : { organizationId }),
      ...(userId === undefined ? {} : { userId }),
      ...(category === undefined ? {} : { category }),
      ...(source === undefined ? {} : { tokenSource: source }),
    };
  },
});

/** Why an e-mail must not be sent, in words for whoever administers its organization. */
async function reasonAgainst(
  writer: UnscopedWriter,
  { to, userId, category, organizationId }: Doc<"emails">,
): Promise<string | undefined> {
  // Whoever sent the e-mail that it follows from may be another organization: no more is said than that it is so.
  const suppression = await suppressionOf(writer, to);
  if (suppression?.reason === "bounce") return "The address takes no e-mails.";
  if (category === undefined) return undefined;
  if (suppression) return "The address takes no e-mails that can be turned off.";
  if (userId !== undefined && !(await wants(writer, { userId, category, organizationId })))
    return "The recipient has turned such e-mails off.";
  return undefined;
}

/** Gives an e-mail up that has waited for days; answers whether it has. */
async function isGivenUp(writer: UnscopedWriter, email: Doc<"emails">, now: number): Promise<boolean> {
  if (email.createdAt + giveUpAfterMs > now) return false;
  await writer.patch("emails", email, {
    status: "failed",
    error: email.error ?? "Nothing has carried it in three days.",
    nextRetryAt: undefined,
  });
  return true;
}

/** Notes how an attempt ended. */
export const end = internalMutation({
  args: { emailId: v.id("emails"), outcome },
  returns: v.null(),
  handler: async (ctx, { emailId, outcome: ended }) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const email = await writer.get("emails", emailId);
    // What the provider has told of it meanwhile says more.
    if (!email || (email.status !== "queued" && email.status !== "failed")) return null;
    if (ended.kind === "sent") {
      const { provider, providerMessageId } = ended;
      await writer.patch("emails", email, {
        status: "sent",
        provider,
        ...(providerMessageId === undefined ? {} : { providerMessageId }),
        sentAt: now,
        nextRetryAt: undefined,
        error: undefined,
      });
      return null;
    }
    const error = ended.error.slice(0, maxErrorCharacters);
    const attempts = ended.kind === "postponed" ? email.attempts - 1 : email.attempts;
    const waitMs = ended.kind === "postponed" ? postponedMs : retryAfterMs[attempts - 1];
    if (waitMs === undefined || (ended.kind === "failed" && ended.isFinal)) {
      await writer.patch("emails", email, { status: "failed", error, nextRetryAt: undefined });
      return null;
    }
    const jitteredMs = waitMs * (1 + Math.random()) * 0.5;
    const nextRetryAt = Math.round(now + Math.min(Math.max(jitteredMs, ended.retryAfterMs ?? 0), longestPauseMs));
    await writer.patch("emails", email, { status: "failed", attempts, error, nextRetryAt });
    await ctx.scheduler.runAt(nextRetryAt, sendReference, { emailId });
    return null;
  },
});

/** Begins again what was begun by a process that has ended, and gives up what has waited for days. */
export const retryDue = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const isLocal = transportOf(env).kind === "local";
    for (const status of ["queued", "failed"] as const) {
      const due = await writer
        .query("emails")
        .withIndex("by_status_and_nextRetryAt", (q) =>
          q.eq("status", status).gt("nextRetryAt", 0).lte("nextRetryAt", now),
        )
        .take(emailsPerRun);
      for (const email of due) {
        if ((await isGivenUp(writer, email, now)) || isLocal) continue;
        if (email.attempts >= maxAttempts)
          await writer.patch("emails", email, {
            status: "failed",
            error: "Its sender ended with its process.",
            nextRetryAt: undefined,
          });
        else await ctx.scheduler.runAfter(0, sendReference, { emailId: email._id });
      }
    }
    return null;
  },
});
