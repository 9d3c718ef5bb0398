import { env } from "../_generated/server";
import { ProblemError } from "../core/wire/errors";
import { identityProviders } from "../core/wire/identityProviders";
import { receiveWebhook, webhookSecret } from "./inboundWebhook";
import type { WebhookReceipt } from "./inboundWebhook";
import type { ActionCtx } from "../_generated/server";

/**
 * Stores a message of Clerk's, which is worked on afterwards.
 * @throws {ProblemError} 503 when the deployment is not set up for it, 400 without a valid signature, 413, 415
 */
export async function receiveClerkWebhook(ctx: ActionCtx, request: Request): Promise<WebhookReceipt> {
  const secret = webhookSecret("CLERK_WEBHOOK_SECRET");
  const issuers = identityProviders(env["AUTH_PROVIDERS"]).filter(({ preset }) => preset === "clerk");
  if (issuers.length !== 1)
    throw new ProblemError("webhook_not_configured", "AUTH_PROVIDERS must have one entry of the preset clerk.");
  return receiveWebhook(ctx, request, { provider: "clerk", secret });
}
