import { openSecret } from "../../core/records/sealedSecrets";
import { outboundFetch } from "../../core/wire/outboundFetch";
import { signatureOf } from "../../core/wire/webhookSignature";
import { askedWaitMs, isDelivered, sendingTimeoutMs } from "./rules";
import type { Attempt } from "./rules";
import type { Sealed } from "../../core/wire/sealed";
import type { Id } from "../../_generated/dataModel";
import type { ActionCtx } from "../../_generated/server";

/** Of an answer nothing but its status counts. */
const maxBodyBytes = 4096;

/** An endpoint as its sender knows it; its keys are a promise that its deliveries share. */
interface Receiver {
  readonly url: string;
  readonly keys: Promise<readonly string[]>;
}

/** The keys that an endpoint's deliveries are signed with, one for each secret that it has. */
export async function signingKeysOf(
  ctx: Pick<ActionCtx, "runMutation">,
  {
    endpointId,
    organizationId,
    secrets,
  }: {
    readonly endpointId: Id<"webhookEndpoints">;
    readonly organizationId: Id<"organizations">;
    readonly secrets: readonly Sealed[];
  },
): Promise<readonly string[]> {
  const place = { table: "webhookEndpoints", organizationId, recordId: endpointId } as const;
  return Promise.all(secrets.map((sealed) => openSecret(ctx, { ...place, sealed })));
}

/** Sends one delivery, signed as Standard Webhooks has it. Does not throw: what went wrong is what came of it. */
export async function sentTo(
  { url, keys }: Receiver,
  { eventId, payload }: { readonly eventId: string; readonly payload?: string | undefined },
): Promise<Attempt & { readonly isOwnFault?: true }> {
  const sentAtMs = Date.now();
  const timestamp = String(Math.floor(sentAtMs / 1000));
  let signatures: readonly string[];
  try {
    // Whatever is sent, the keys' promise has been waited for.
    const known = await keys;
    if (payload === undefined)
      return { error: "The event is not kept any more.", durationMs: 0, isOwnFault: true, isFinal: true };
    signatures = await Promise.all(known.map((key) => signatureOf(key, eventId, timestamp, payload)));
  } catch {
    return { error: "The endpoint's secret cannot be read here.", durationMs: 0, isOwnFault: true };
  }
  const result = await outboundFetch({
    url,
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "Portico-Webhooks/1",
      "webhook-id": eventId,
      "webhook-timestamp": timestamp,
      "webhook-signature": signatures.join(" "),
    },
    body: payload,
    timeoutMs: sendingTimeoutMs,
    maxBodyBytes,
  });
  const { durationMs } = result;
  if (result.kind === "failed" && result.reason === "url_not_allowed")
    return { error: `Nothing may be sent to this URL any more. ${result.message}`, durationMs, isFinal: true };
  if (result.kind === "failed") return { error: result.message, durationMs };
  const { status, headers } = result;
  const attempt = { status, durationMs };
  if (isDelivered(attempt)) return attempt;
  const retryAfterMs = askedWaitMs(status, headers.get("retry-after"), sentAtMs);
  return {
    ...attempt,
    error: `The endpoint answered ${status}.`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
