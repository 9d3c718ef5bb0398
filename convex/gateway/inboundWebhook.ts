import { makeFunctionReference } from "convex/server";
import { env } from "../_generated/server";
import { ProblemError } from "../core/wire/errors";
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

/** The secret that a provider signs with. @throws {ProblemError} 503 where the variable is not set */
export function webhookSecret(variable: string): string {
  const secret = env[variable];
  if (!secret) throw new ProblemError("webhook_not_configured", `${variable} is not set.`);
  return secret;
}

/**
 * Stores a message that a provider has signed, which is worked on afterwards.
 * @throws {ProblemError} 400 without a valid signature or message, 413, 415
 */
export async function receiveWebhook(
  ctx: ActionCtx,
  request: Request,
  {
    provider,
    secret,
    keptOf = (data) => data,
  }: {
    readonly provider: "clerk" | "resend";
    readonly secret: string;
    /** What is stored of the data; all of it unless given. */
    readonly keptOf?: (data: unknown) => unknown;
  },
): Promise<WebhookReceipt> {
  const body = await readBody(request, "application/json", maximumBytes);
  const { id, sentAtMs } = await signedMessage(request.headers, body, secret, Date.now());
  const { type, data, timestamp } = messageOf(body);
  return ctx.runMutation(receive, {
    provider,
    eventId: id,
    type,
    payload: JSON.stringify(keptOf(data)),
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
