import { env } from "../_generated/server";

const name = "EMAIL_TOKEN_KEY";
const shortestBytes = 32;

/**
 * The key that the secrets and the unsubscribe links of e-mails follow from. It has to last: links in old e-mails end with it.
 * @throws {Error} when `EMAIL_TOKEN_KEY` is missing or no base64 text of 32 bytes
 */
export async function mailKey(): Promise<CryptoKey> {
  const text = env[name];
  if (text === undefined || text === "") throw new Error(`${name} is not set.`);
  const bytes = bytesOf(text);
  if (!bytes || bytes.length < shortestBytes)
    throw new Error(`${name} must be base64 text of ${shortestBytes} random bytes.`);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    // The parser's message would tell of the key.
    return undefined;
  }
}
