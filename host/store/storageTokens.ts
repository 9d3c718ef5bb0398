import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { decodeDocumentId } from "../values/documentId";

const uploadLifetimeMs = 60 * 60 * 1000;
const expiryBytes = 6;
const tableNumberBytes = 4;
const nonceBytes = 16;
const payloadBytes = expiryBytes + tableNumberBytes + nonceBytes;
const signatureBytes = 32;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A verified upload token: until when it may be used, and the name under which its use is recorded. */
export interface UploadToken {
  readonly expiresAtMs: number;
  /** The `_storage` table of the component that asked for the upload. */
  readonly tableNumber: number;
  /** Sorts by expiry, so that expired records are found first. */
  readonly useKey: string;
}

/**
 * The secrets of file storage: URLs that cannot be guessed from storage ids, and signed upload URLs. Both come from the
 * deployment's own key, so nothing is stored per URL.
 */
export class StorageTokens {
  readonly #urlKey: Buffer;
  readonly #uploadKey: Buffer;

  /** @param secret the deployment's random key */
  constructor(secret: string) {
    this.#urlKey = Buffer.from(hkdfSync("sha256", secret, "", "storage urls", 16));
    this.#uploadKey = Buffer.from(hkdfSync("sha256", secret, "", "storage uploads", 32));
  }

  /** The UUID under which a file is served: its 16 internal bytes as one enciphered block, a keyed permutation. */
  urlNameOf(storageId: string): string {
    const cipher = createCipheriv("aes-128-ecb", this.#urlKey, null).setAutoPadding(false);
    const hex = cipher.update(decodeDocumentId(storageId).internalId).toString("hex");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  /**
   * The internal part of the storage id behind a URL's UUID; null for any other text. Which component's file it is, and
   * whether it exists, are other questions.
   */
  internalIdOf(urlName: string): Buffer | null {
    if (!uuidPattern.test(urlName)) return null;
    const decipher = createDecipheriv("aes-128-ecb", this.#urlKey, null).setAutoPadding(false);
    return decipher.update(Buffer.from(urlName.replaceAll("-", ""), "hex"));
  }

  /** A token for one upload into a component's `_storage` table within the hour. */
  newUploadToken(tableNumber: number, nowMs: number): string {
    const payload = Buffer.alloc(payloadBytes);
    payload.writeUIntBE(nowMs + uploadLifetimeMs, 0, expiryBytes);
    payload.writeUInt32BE(tableNumber, expiryBytes);
    randomBytes(nonceBytes).copy(payload, expiryBytes + tableNumberBytes);
    return Buffer.concat([payload, this.#sign(payload)]).toString("base64url");
  }

  /** Verifies a token; null when it is malformed, forged or expired. */
  readUploadToken(token: string, nowMs: number): UploadToken | null {
    const bytes = Buffer.from(token, "base64url");
    if (bytes.length !== payloadBytes + signatureBytes) return null;
    // The last character has spare bits that decoding ignores, and one token must not have several spellings.
    if (bytes.toString("base64url") !== token) return null;
    const payload = bytes.subarray(0, payloadBytes);
    if (!timingSafeEqual(bytes.subarray(payload.length), this.#sign(payload))) return null;
    const expiresAtMs = payload.readUIntBE(0, expiryBytes);
    const tableNumber = payload.readUInt32BE(expiryBytes);
    return expiresAtMs < nowMs ? null : { expiresAtMs, tableNumber, useKey: payload.toString("hex") };
  }

  #sign(payload: Uint8Array): Buffer {
    return createHmac("sha256", this.#uploadKey).update(payload).digest();
  }
}

/** When the token behind a recorded use expires, milliseconds since the epoch. */
export function expiryOfUse(useKey: string): number {
  return Number.parseInt(useKey.slice(0, 2 * expiryBytes), 16);
}
