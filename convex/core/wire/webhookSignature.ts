import { ProblemError } from "./errors";

/** The two spellings of the headers of Standard Webhooks: Svix's own, and the specification's. */
const prefixes = ["svix", "webhook"] as const;
/** Further off, a message may have been recorded and sent again. */
const toleranceSeconds = 300;
const secretPrefix = "whsec_";
/** A sender signs with a secret or two. Each costs a stranger's body another digest, and a header has room for hundreds. */
const maximumSignatures = 8;

/** A message whose sender has proved to know the secret. */
export interface SentMessage {
  readonly sentAtMs: number;
}

/** One that is signed with its id. */
export interface SignedMessage extends SentMessage {
  readonly id: string;
}

/**
 * Checks the signature of a webhook as Standard Webhooks has it: HMAC-SHA256 over id, time and body, one of several if the
 * secret is being replaced.
 * @throws {ProblemError} 400 when no signature is right, or the time is more than five minutes off
 */
export async function signedMessage(
  headers: Headers,
  body: string,
  secret: string,
  nowMs: number,
): Promise<SignedMessage> {
  const prefix = prefixes.find((each) => headers.has(`${each}-id`));
  if (prefix === undefined) throw refusal("The headers svix-id, svix-timestamp and svix-signature are missing.");
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => headers.get(`${prefix}-${name}`));
  if (!id || !timestamp || !signatures || id.length > 255 || !/^\d{1,12}$/.test(timestamp))
    throw refusal(`The headers ${prefix}-id, ${prefix}-timestamp and ${prefix}-signature are not all there.`);
  const sentAtSeconds = Number(timestamp);
  if (Math.abs(nowMs / 1000 - sentAtSeconds) > toleranceSeconds)
    throw refusal("The message is more than five minutes old, or of the future.");
  const key = await keyOf(secret);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const signature of signatures.split(" ", maximumSignatures)) {
    const mac = signature.startsWith("v1,") ? bytesOf(signature.slice(3)) : undefined;
    // WebCrypto compares in a time that does not depend on where the two differ.
    if (mac && (await crypto.subtle.verify("HMAC", key, mac, signed))) return { id, sentAtMs: sentAtSeconds * 1000 };
  }
  throw refusal("The signature is not one of the body as it was sent.");
}

/** The signature of a body that this deployment sends at a time, in seconds, under an id. */
export async function signatureOf(secret: string, id: string, timestamp: string, body: string): Promise<string> {
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", await keyOf(secret), signed));
  return `v1,${btoa(String.fromCharCode(...mac))}`;
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = bytesOf(secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret);
  if (!bytes || bytes.length < 16)
    throw new ProblemError("webhook_not_configured", "The webhook's secret is no base64 text of `whsec_…`.");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    // Not base64, which no signature and no secret is.
    return undefined;
  }
}

function refusal(detail: string): ProblemError {
  return new ProblemError("invalid_signature", detail);
}
