import { receiveWebhook, webhookSecret } from "./inboundWebhook";
import type { WebhookReceipt } from "./inboundWebhook";
import type { ActionCtx } from "../_generated/server";

/**
 * Stores a message of Resend's, which is worked on afterwards.
 * @throws {ProblemError} 503 when the deployment is not set up for it, 400 without a valid signature, 413, 415
 */
export async function receiveResendWebhook(ctx: ActionCtx, request: Request): Promise<WebhookReceipt> {
  const secret = webhookSecret("RESEND_WEBHOOK_SECRET");
  return receiveWebhook(ctx, request, { provider: "resend", secret });
}
