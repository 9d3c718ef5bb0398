import { makeFunctionReference } from "convex/server";
import { env } from "../_generated/server";
import { ProblemError } from "../core/wire/errors";
import { identityProviders } from "../core/wire/identityProviders";
import { signedMessage } from "../core/wire/webhookSignature";
import { readBody } from "./requests";
import type { ActionCtx } from "../_generated/server";

/** What a sender gets: whether the message is new here. */
export interface WebhookReceipt {
  readonly status: "accepted" | "known";
}

const receive = makeFunctionReference<"mutation", Record<string, unknown>, WebhookReceipt>(
  "platform/webhookEvents:receive",
);
const maximumBytes = 64 * 1024;

/**
 * Stores a message of Clerk's, which is worked on afterwards.
 * @throws {ProblemError} 503 when the deployment is not set up for it, 400 without a valid signature, 413, 415
 */
export async function receiveClerkWebhook(ctx: ActionCtx, request: Request): Promise<WebhookReceipt> {
  const secret = env["CLERK_WEBHOOK_SECRET"];
  if (!secret) throw new ProblemError("webhook_not_configured", "CLERK_WEBHOOK_SECRET is not set.");
  const issuers = identityProviders(env["AUTH_PROVIDERS"]).filter(({ preset }) => preset === "clerk");
  if (issuers.length !== 1)
    throw new ProblemError("webhook_not_configured", "AUTH_PROVIDERS must have one entry of the preset clerk.");
  const body = await readBody(request, "application/json", maximumBytes);
  const { id, sentAtMs } = await signedMessage(request.headers, body, secret, Date.now());
  const { type, data, timestamp } = messageOf(body);
  return ctx.runMutation(receive, {
    provider: "clerk",
    eventId: id,
    type,
    payload: JSON.stringify(data),
    occurredAt: timestamp ?? sentAtMs,
  });
}

function messageOf(body: string): { readonly type: string; readonly data: unknown; readonly timestamp?: number } {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    // Signed, and still no message: the last refusal below says so.
    message = undefined;
  }
  if (typeof message === "object" && message !== null && "type" in message && "data" in message) {
    const { type, data } = message;
    const timestamp = "timestamp" in message ? message.timestamp : undefined;
    if (typeof type === "string" && type.length <= 100)
      return {
        type,
        data,
        ...(Number.isSafeInteger(timestamp) && Number(timestamp) >= 0 ? { timestamp: Number(timestamp) } : {}),
      };
  }
  throw new ProblemError("validation_failed", "The body is no message with `type` and `data`.");
}
