import type { PorticoEvent } from "./receiver";
import { importKey, keyBytes, signatureOf, signedContent } from "./signature";

/** A message as Portico would send it: a `Message` for `Webhooks`, or what to post to a receiver. */
export interface SignedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Signs an event for the test of a receiver.
 *
 * @param event - The event, or a body as text where the test is about what is no event.
 * @param options - `secret` of the endpoint; `id` and `sentAtMs` are the event's own and now unless given.
 * @example
 * const { headers, body } = await signMessage(event, { secret });
 * const response = await fetch("http://localhost:8080/portico", { method: "POST", headers, body });
 */
export async function signMessage(
  event: PorticoEvent | string,
  options: { readonly secret: string; readonly id?: string | undefined; readonly sentAtMs?: number | undefined },
): Promise<SignedMessage> {
  const body = typeof event === "string" ? event : JSON.stringify(event);
  const { secret, id = typeof event === "string" ? "evt_test" : event.id, sentAtMs = Date.now() } = options;
  const timestamp = String(Math.floor(sentAtMs / 1_000));
  const key = await importKey(keyBytes(secret));
  const signature = await signatureOf(key, signedContent(id, timestamp, new TextEncoder().encode(body)));
  return {
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signature,
    },
    body,
  };
}
