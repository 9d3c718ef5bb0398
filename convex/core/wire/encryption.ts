import { env } from "../../_generated/server";
import { ProblemError } from "./errors";
import { asSealed } from "./sealed";
import type { Sealed } from "./sealed";
import type { TableNames } from "../../_generated/dataModel";

const format = 1;
const ivBytes = 12;
const headerBytes = 2 + ivBytes;
const tagBytes = 16;
const bindingBytes = 16;
const maxKeyVersion = 255;

/** Where a secret is stored: it is read nowhere else. */
export interface SecretPlace {
  readonly table: TableNames;
  readonly organizationId: string;
}

/**
 * Encrypts a secret that is needed again (AES-256-GCM, the present master key). Only in actions, so that the plaintext is no argument
 * of a mutation; the row that it is for need not be there yet.
 * @throws {ProblemError} 503 `encryption_not_configured` without a master key
 * @throws {Error} in queries and mutations, which have no cryptographic randomness
 */
export async function encryptSecret({
  plaintext,
  ...place
}: SecretPlace & { readonly plaintext: string }): Promise<Sealed> {
  if (!plaintext.isWellFormed()) throw new Error("A secret must be well-formed text.");
  const keyVersion = presentKeyVersion();
  const key = await masterKeyOf(keyVersion);
  const random = await systemRandomness();
  const bindingId = hexOf(random.subarray(0, bindingBytes));
  const iv = random.slice(bindingBytes, bindingBytes + ivBytes);
  const additionalData = bindingOf(place, bindingId, keyVersion);
  const encrypted = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData },
    key,
    new TextEncoder().encode(plaintext),
  );
  const bytes = new Uint8Array(headerBytes + encrypted.byteLength);
  bytes.set([format, keyVersion, ...iv]);
  bytes.set(new Uint8Array(encrypted), headerBytes);
  return { ciphertext: bytes.buffer, bindingId };
}

/**
 * Reads what {@link encryptSecret} made for the same place. Only in actions; `openSecret` of `core/records` also leaves the trail of
 * who read it.
 * @throws {ProblemError} 503 `encryption_not_configured` where its key is missing or another one, and for bytes that were changed or moved
 * @throws {Error} in queries and mutations
 */
export async function decryptSecret({
  sealed: { ciphertext, bindingId },
  ...place
}: SecretPlace & { readonly sealed: Sealed }): Promise<string> {
  await systemRandomness();
  const bytes = new Uint8Array(ciphertext);
  const keyVersion = keyVersionOf({ ciphertext });
  if (keyVersion === undefined) throw unreadable(place);
  const key = await masterKeyOf(keyVersion);
  const iv = bytes.slice(2, headerBytes);
  const additionalData = bindingOf(place, bindingId, keyVersion);
  const decrypted = await crypto.subtle
    .decrypt({ name: "AES-GCM", iv, additionalData }, key, bytes.slice(headerBytes))
    .catch(() => {
      throw unreadable(place);
    });
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(decrypted);
}

/**
 * Tells that two secrets of one place are the same, and nothing else of them: a hash that nobody makes without the master key. Whatever
 * remembers one forgets it with a change of that key, by which the same secret gets another.
 * @throws {ProblemError} 503 `encryption_not_configured` without a master key
 */
export async function secretFingerprint({
  plaintext,
  table,
  organizationId,
}: SecretPlace & { readonly plaintext: string }): Promise<string> {
  const master = await keyedHash(masterBytesOf(presentKeyVersion()), `fingerprint:${table}:${organizationId}`);
  return hexOf(await keyedHash(master, plaintext));
}

async function keyedHash(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, new TextEncoder().encode(text)));
}

/** With which version of the master key a secret is encrypted; undefined for bytes of no known form. */
export function keyVersionOf({ ciphertext }: Pick<Sealed, "ciphertext">): number | undefined {
  const [form, keyVersion] = new Uint8Array(ciphertext);
  return form === format && ciphertext.byteLength >= headerBytes + tagBytes ? keyVersion : undefined;
}

/**
 * The version that new secrets are encrypted with.
 * @throws {ProblemError} 503 `encryption_not_configured` when it is set to no version
 */
export function presentKeyVersion(): number {
  const text = env["ENCRYPTION_KEY_VERSION"] || "1";
  const version = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (version < 1 || version > maxKeyVersion)
    throw notConfigured(`ENCRYPTION_KEY_VERSION must be a whole number from 1 to ${maxKeyVersion}.`);
  return version;
}

/** With which key a sealed field of a row is encrypted; a dry run has encrypted none, and shows what it would have taken. */
export function shownKeyVersion(field: Parameters<typeof asSealed>[0] | undefined): number | undefined {
  if (!field) return undefined;
  const sealed = asSealed(field);
  return sealed.ciphertext.byteLength === 0 ? presentKeyVersion() : keyVersionOf(sealed);
}

function masterKeyOf(keyVersion: number): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", masterBytesOf(keyVersion), "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** The master key of a version. Nothing of a wrong value is repeated. */
function masterBytesOf(keyVersion: number): Uint8Array<ArrayBuffer> {
  const name = keyVersion === presentKeyVersion() ? "ENCRYPTION_MASTER_KEY" : `ENCRYPTION_MASTER_KEY_V${keyVersion}`;
  const text = env[name];
  if (text === undefined || text === "") throw notConfigured(`${name} is not set.`);
  if (!/^[0-9a-f]{64}$/i.test(text)) throw notConfigured(`${name} must be 64 hexadecimal digits.`);
  return Uint8Array.from({ length: 32 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** Bytes that can neither be moved to another table, organization or row, nor be passed for those of another key. */
function bindingOf({ table, organizationId }: SecretPlace, bindingId: string, keyVersion: number) {
  return new TextEncoder().encode(JSON.stringify([format, keyVersion, table, organizationId, bindingId]));
}

/**
 * 256 bits of the system's randomness. A new key is what Convex draws from it; in queries and mutations, whose arguments and results are
 * kept and whose randomness is seeded, Convex refuses to make one, and so neither can read or make a secret.
 */
async function systemRandomness(): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (0x100 + byte).toString(16).slice(1)).join("");
}

function notConfigured(detail: string): ProblemError {
  return new ProblemError("encryption_not_configured", detail);
}

function unreadable({ table }: SecretPlace): ProblemError {
  return notConfigured(
    `A stored secret of ${table} cannot be read: another master key encrypted it, or it was changed.`,
  );
}
