import type { IssuedPrefix, MailedPrefix, SealedPrefix } from "./credentialKinds";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secretCharacters = 43; // 43 base62 digits hold 256 bits.
const signingKeyCharacters = 44; // As many are base64 of whole bytes, as which receivers read a signing key.

/** What may be stored of a credential. */
export interface StoredSecret {
  readonly hash: string;
  /** The first twelve characters, enough to recognise the credential in a list. */
  readonly prefix: string;
}

/** A credential as it is issued: the plaintext to hand out once, and what may be stored. */
export interface NewSecret extends StoredSecret {
  readonly plaintext: string;
}

/**
 * Makes `prefix` plus 256 random bits in base62. Only in actions: queries and mutations draw from a seeded generator.
 */
export async function newSecret(prefix: IssuedPrefix | MailedPrefix): Promise<NewSecret> {
  const plaintext = prefix + randomDigits(secretCharacters);
  return { plaintext, hash: await sha256Hex(plaintext), prefix: plaintext.slice(0, 12) };
}

/** Makes a key that both sides sign with: 262 random bits in base62, which is base64 as well. Only in actions. */
export function newSigningKey(prefix: SealedPrefix): string {
  return prefix + randomDigits(signingKeyCharacters);
}

function randomDigits(count: number): string {
  let digits = "";
  while (digits.length < count) {
    // Bytes from 248 on would favour the alphabet's first digits.
    for (const byte of crypto.getRandomValues(new Uint8Array(64))) {
      if (byte < 248 && digits.length < count) digits += alphabet[byte % 62];
    }
  }
  return digits;
}

/** What a token may tell of the secret it was exchanged for: enough to tell it from the next one, nothing to find it by. */
export function secretTraceOf(hash: string): string {
  return hash.slice(0, 16);
}

/** SHA-256 of UTF-8 text, in lower-case hex. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  let hex = "";
  for (const byte of new Uint8Array(digest)) hex += (0x100 + byte).toString(16).slice(1);
  return hex;
}

/**
 * A secret that follows from a key and a name, as long and as hard to guess as a random one: whoever makes it again gets the same.
 * Only in actions, so that no row and no argument ever holds the plaintext.
 */
export async function derivedSecret(prefix: MailedPrefix, key: CryptoKey, name: string): Promise<NewSecret> {
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${prefix}:${name}`)));
  let rest = mac.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
  let digits = "";
  while (digits.length < secretCharacters) {
    digits += alphabet[Number(rest % 62n)];
    rest /= 62n;
  }
  const plaintext = prefix + digits;
  return { plaintext, hash: await sha256Hex(plaintext), prefix: plaintext.slice(0, 12) };
}
