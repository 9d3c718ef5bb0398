import { makeFunctionReference } from "convex/server";
import { env } from "../_generated/server";
import { failureOf, ProblemError } from "../core/wire/errors";
import { identityProviders } from "../core/wire/identityProviders";
import { stripeSignedMessage } from "../core/wire/stripeSignature";
import { signedMessage } from "../core/wire/webhookSignature";
import { readBody } from "./requests";
import type { SentMessage } from "../core/wire/webhookSignature";
import type { ActionCtx } from "../_generated/server";

/** What a sender gets: whether the message is new here. */
export interface WebhookReceipt {
  readonly status: "accepted" | "known";
}

/** What a message says, whoever sent it. */
interface Message {
  readonly type: string;
  readonly data: unknown;
  /** When it happened at the provider, where the message says so. */
  readonly occurredAt?: number;
  /** What names it, where its signature does not. */
  readonly id?: string;
}

/** A provider whose messages this deployment takes, each at `/v1/webhooks/<name>`. */
interface Provider {
  readonly secretVariable: "CLERK_WEBHOOK_SECRET" | "RESEND_WEBHOOK_SECRET" | "STRIPE_WEBHOOK_SECRET";
  /** @throws {ProblemError} 400 for a message that the provider has not signed */
  verify(
    headers: Headers,
    body: string,
    secret: string,
    nowMs: number,
  ): Promise<SentMessage & { readonly id?: string }>;
  /** @throws {ProblemError} 503 when the deployment is not set up for its messages */
  assertConfigured?(): void;
  messageOf(body: string): Message;
}

const providers = {
  clerk: {
    secretVariable: "CLERK_WEBHOOK_SECRET",
    verify: signedMessage,
    assertConfigured: () => {
      const issuers = identityProviders(env["AUTH_PROVIDERS"]).filter(({ preset }) => preset === "clerk");
      if (issuers.length !== 1)
        throw new ProblemError("webhook_not_configured", "AUTH_PROVIDERS must have one entry of the preset clerk.");
    },
    messageOf: typedMessage,
  },
  resend: {
    secretVariable: "RESEND_WEBHOOK_SECRET",
    verify: signedMessage,
    messageOf: (body) => {
      const message = typedMessage(body);
      return { ...message, data: fateOf(message.data) };
    },
  },
  stripe: {
    secretVariable: "STRIPE_WEBHOOK_SECRET",
    verify: stripeSignedMessage,
    messageOf: stripeEvent,
  },
} as const satisfies Readonly<Record<string, Provider>>;
export type ProviderName = keyof typeof providers;

const receive = makeFunctionReference<"mutation", Record<string, unknown>, WebhookReceipt>(
  "platform/webhookEvents:receive",
);
const refuse = makeFunctionReference<"mutation", { provider: ProviderName; reason: string }>(
  "platform/webhookEvents:refuse",
);
const maximumBytes = 64 * 1024;

/**
 * Stores a message of a provider's, which is worked on afterwards. The bytes are checked as they came; what is not signed leaves a
 * trace.
 * @throws {ProblemError} 503 when the deployment is not set up for it, 400 without a valid signature, 413, 415
 */
export async function receiveWebhook(ctx: ActionCtx, name: ProviderName, request: Request): Promise<WebhookReceipt> {
  const provider: Provider = providers[name];
  const secret = env[provider.secretVariable];
  if (!secret) throw new ProblemError("webhook_not_configured", `${provider.secretVariable} is not set.`);
  provider.assertConfigured?.();
  const body = await readBody(request, "application/json", maximumBytes);
  const signed = await verified(ctx, name, () => provider.verify(request.headers, body, secret, Date.now()));
  const { type, data, occurredAt = signed.sentAtMs, id = signed.id } = provider.messageOf(body);
  if (id === undefined) throw new ProblemError("validation_failed", "The message has no id.");
  return ctx.runMutation(receive, { provider: name, eventId: id, type, payload: JSON.stringify(data), occurredAt });
}

async function verified<Signed extends SentMessage>(
  ctx: ActionCtx,
  provider: ProviderName,
  verify: () => Promise<Signed>,
): Promise<Signed> {
  try {
    return await verify();
  } catch (error) {
    const { problem } = failureOf(error);
    if (problem?.code === "invalid_signature") await ctx.runMutation(refuse, { provider, reason: problem.detail });
    throw error;
  }
}

/** A message of `{type, data, timestamp?}`. */
function typedMessage(body: string): Message {
  const message = parsed(body);
  if (typeof message === "object" && message !== null && "type" in message && "data" in message) {
    const { type, data } = message;
    const timestamp = "timestamp" in message ? message.timestamp : undefined;
    const isTime = Number.isSafeInteger(timestamp) && Number(timestamp) >= 0;
    if (typeof type === "string" && type.length <= 100)
      return { type, data, ...(isTime ? { occurredAt: Number(timestamp) } : {}) };
  }
  throw new ProblemError("validation_failed", "The body is no message with `type` and `data`.");
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Signed, and still no message: who reads it refuses what is none.
    return undefined;
  }
}

const toldOfPayments = new Set([
  "id",
  "object",
  "customer",
  "created",
  "status",
  "items",
  "current_period_end",
  "cancel_at",
  "cancel_at_period_end",
  "trial_end",
  "metadata",
  "client_reference_id",
  "subscription",
  "subscription_details",
  "parent",
  "lines",
]);

/** An event of Stripe's (`{id, type, created, data: {object}}`) without what it tells of people, such as addresses. */
function stripeEvent(body: string): Message {
  const event = parsed(body);
  const object = memberOf(memberOf(event, "data"), "object");
  const [id, type, created] = ["id", "type", "created"].map((name) => memberOf(event, name));
  const isTold = typeof id === "string" && id.length <= 255 && typeof type === "string" && type.length <= 100;
  if (!isTold || !Number.isSafeInteger(created) || Number(created) < 0 || typeof object !== "object" || object === null)
    throw new ProblemError("validation_failed", "The body is no event with `id`, `type`, `created` and `data.object`.");
  const told = Object.fromEntries(Object.entries(object).filter(([name]) => toldOfPayments.has(name)));
  const data = { account: memberOf(event, "account"), apiVersion: memberOf(event, "api_version"), object: told };
  return { id, type, data, occurredAt: Number(created) * 1000 };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

const toldOfEmails = new Set(["email_id", "tags", "bounce"]);

/** What tells of an e-mail and its fate. The rest may hold a link that somebody clicked, and with it the secret of an invitation. */
function fateOf(data: unknown): unknown {
  if (typeof data !== "object" || data === null) return {};
  return Object.fromEntries(Object.entries(data).filter(([name]) => toldOfEmails.has(name)));
}
