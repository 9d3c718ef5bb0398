import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalAction, internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { isMailedPrefix } from "../core/wire/credentialKinds";
import { minuteMs } from "../core/wire/durations";
import { newSecret } from "../core/wire/secrets";
import { sendingLeaseMs } from "./mail";
import { withToken } from "./templates";
import type { StoredSecret } from "../core/wire/secrets";
import type { Id } from "../_generated/dataModel";
import type { ActionCtx, MutationCtx } from "../_generated/server";
import type { Infer } from "convex/values";

const maxAttempts = 3;
const maxErrorCharacters = 500;
/** Between a failed attempt and the next one. */
const retryAfterMs = 5 * minuteMs;
/** E-mails begun again in one run of the cron; what is beyond waits for the next. */
const retriesPerRun = 100;

const tokenSource = v.object({ issuer: v.string(), prefix: v.string(), rowId: v.string() });
const begun = v.object({
  to: v.string(),
  subject: v.string(),
  html: v.string(),
  text: v.string(),
  templateType: v.string(),
  tokenSource: v.optional(tokenSource),
});
const outcome = v.union(
  v.object({ kind: v.literal("sent"), provider: v.literal("local") }),
  v.object({ kind: v.literal("failed"), error: v.string() }),
  v.object({ kind: v.literal("unwanted") }),
);
type Outcome = Infer<typeof outcome>;

const sendReference = makeFunctionReference<"action", { emailId: Id<"emails"> }>("messaging/sending:send");
const beginReference = makeFunctionReference<"mutation", { emailId: Id<"emails"> }, Infer<typeof begun> | null>(
  "messaging/sending:begin",
);
const endReference = makeFunctionReference<"mutation", { emailId: Id<"emails">; outcome: Outcome }, null>(
  "messaging/sending:end",
);

/** Sends a queued e-mail. An action runs at most once: what ended with its process is begun again by `retryDue`. */
export const send = internalAction({
  args: { emailId: v.id("emails") },
  returns: v.null(),
  handler: async (ctx, { emailId }) => {
    const email = await ctx.runMutation(beginReference, { emailId });
    if (email) await ctx.runMutation(endReference, { emailId, outcome: await outcomeOf(ctx, emailId, email) });
    return null;
  },
});

async function outcomeOf(ctx: ActionCtx, emailId: Id<"emails">, email: Infer<typeof begun>): Promise<Outcome> {
  try {
    const token = email.tokenSource && (await issuedToken(ctx, email.tokenSource));
    if (token === null) return { kind: "unwanted" };
    return { kind: "sent", provider: deliver(emailId, token === undefined ? email : withToken(email, token)) };
  } catch (error) {
    return { kind: "failed", error: error instanceof Error ? error.message : String(error) };
  }
}

/** The secret of an e-mail, made here, where randomness is the system's; null where nobody waits for it any more. */
async function issuedToken(
  ctx: ActionCtx,
  { issuer, prefix, rowId }: Infer<typeof tokenSource>,
): Promise<string | null> {
  if (!isMailedPrefix(prefix)) throw new Error("No secret that is mailed begins like this.");
  const { plaintext, ...secret } = await newSecret(prefix);
  const reference = makeFunctionReference<"mutation", { rowId: string; secret: StoredSecret }, boolean>(issuer);
  return (await ctx.runMutation(reference, { rowId, secret })) ? plaintext : null;
}

/** Where no provider is configured, the log stands in for one, without the address, the body and the secret. */
function deliver(emailId: Id<"emails">, { templateType }: Infer<typeof begun>): "local" {
  // oxlint-disable-next-line no-console -- It is what this provider does.
  console.info(`E-mail ${emailId} (${templateType}) was handed to nobody: this deployment has no mail provider.`);
  return "local";
}

const writerOf = (ctx: MutationCtx, now: number) =>
  systemWriter(ctx, { noun: "email", action: "email.send", isAudited: false, now });

/** Notes an attempt, and answers what to send; null where it is sent or given up, or its organization is gone. */
export const begin = internalMutation({
  args: { emailId: v.id("emails") },
  returns: v.union(begun, v.null()),
  handler: async (ctx, { emailId }) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const email = await writer.get("emails", emailId);
    if (email?.nextRetryAt === undefined || email.attempts >= maxAttempts) return null;
    // Another attempt is under way, or has just failed.
    if (email.attempts > 0 && email.nextRetryAt > now) return null;
    const attempt = { status: "queued", attempts: email.attempts + 1, nextRetryAt: now + sendingLeaseMs } as const;
    await writer.patch("emails", email, attempt);
    const { to, subject, html, text, templateType, tokenSource: source } = email;
    return { to, subject, html, text, templateType, ...(source === undefined ? {} : { tokenSource: source }) };
  },
});

/** Notes how an attempt ended. */
export const end = internalMutation({
  args: { emailId: v.id("emails"), outcome },
  returns: v.null(),
  handler: async (ctx, { emailId, outcome: ended }) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const email = await writer.get("emails", emailId);
    if (!email || email.status === "sent") return null;
    if (ended.kind === "sent") {
      const { provider } = ended;
      await writer.patch("emails", email, { status: "sent", provider, sentAt: now, nextRetryAt: undefined });
      return null;
    }
    const error = ended.kind === "failed" ? ended.error : "Nobody waits for it any more.";
    const isLast = ended.kind === "unwanted" || email.attempts >= maxAttempts;
    await writer.patch("emails", email, {
      status: "failed",
      error: error.slice(0, maxErrorCharacters),
      nextRetryAt: isLast ? undefined : now + retryAfterMs,
    });
    return null;
  },
});

/** Begins again what failed a while ago, and what was begun by a process that has ended. */
export const retryDue = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    for (const status of ["queued", "failed"] as const) {
      const due = await writer
        .query("emails")
        .withIndex("by_status_and_nextRetryAt", (q) =>
          q.eq("status", status).gt("nextRetryAt", 0).lte("nextRetryAt", now),
        )
        .take(retriesPerRun);
      for (const email of due) {
        if (email.attempts < maxAttempts) await ctx.scheduler.runAfter(0, sendReference, { emailId: email._id });
        else
          await writer.patch("emails", email, {
            status: "failed",
            error: "Its sender ended with its process.",
            nextRetryAt: undefined,
          });
      }
    }
    return null;
  },
});
