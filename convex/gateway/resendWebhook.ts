import { receiveWebhook, webhookSecret } from "./inboundWebhook";
import type { WebhookReceipt } from "./inboundWebhook";
import type { ActionCtx } from "../_generated/server";

const kept = new Set(["email_id", "tags", "bounce"]);

/**
 * Stores a message of Resend's, which is worked on afterwards.
 * @throws {ProblemError} 503 when the deployment is not set up for it, 400 without a valid signature, 413, 415
 */
export async function receiveResendWebhook(ctx: ActionCtx, request: Request): Promise<WebhookReceipt> {
  const secret = webhookSecret("RESEND_WEBHOOK_SECRET");
  return receiveWebhook(ctx, request, { provider: "resend", secret, keptOf });
}

/** What tells of the e-mail and its fate. The rest may hold a link that somebody clicked, and with it the secret of an invitation. */
function keptOf(data: unknown): unknown {
  if (typeof data !== "object" || data === null) return {};
  return Object.fromEntries(Object.entries(data).filter(([name]) => kept.has(name)));
}
