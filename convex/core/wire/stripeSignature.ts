import { ProblemError } from "./errors";
import type { SentMessage } from "./webhookSignature";

/** Further off, a message may have been recorded and sent again. */
const toleranceSeconds = 300;
/** Stripe signs with a secret, or two while one is replaced. Each costs a stranger's body a digest. */
const maximumSignatures = 8;

/**
 * Checks the header `Stripe-Signature` (`t=…,v1=…`): HMAC-SHA256 over time and body, keyed with the endpoint's secret as it is written.
 * @throws {ProblemError} 400 when no signature is right, or the time is more than five minutes off
 */
export async function stripeSignedMessage(
  headers: Headers,
  body: string,
  secret: string,
  nowMs: number,
): Promise<SentMessage> {
  const parts = (headers.get("stripe-signature") ?? "").split(",", 2 * maximumSignatures);
  const [timestamp] = valuesOf(parts, "t");
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp))
    throw refusal("The header Stripe-Signature is missing, or has no time.");
  const sentAtSeconds = Number(timestamp);
  if (Math.abs(nowMs / 1000 - sentAtSeconds) > toleranceSeconds)
    throw refusal("The message is more than five minutes old, or of the future.");
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
  const signed = encoder.encode(`${timestamp}.${body}`);
  for (const signature of valuesOf(parts, "v1").slice(0, maximumSignatures)) {
    const mac = bytesOfHex(signature);
    // WebCrypto compares in a time that does not depend on where the two differ.
    if (mac && (await crypto.subtle.verify("HMAC", key, mac, signed))) return { sentAtMs: sentAtSeconds * 1000 };
  }
  throw refusal("The signature is not one of the body as it was sent.");
}

function valuesOf(parts: readonly string[], name: string): readonly string[] {
  return parts
    .map((part) => part.trim())
    .flatMap((part) => (part.startsWith(`${name}=`) ? [part.slice(name.length + 1)] : []));
}

function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\da-f]{64}$/i.test(hex)) return undefined;
  return Uint8Array.from({ length: 32 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

function refusal(detail: string): ProblemError {
  return new ProblemError("invalid_signature", detail);
}
