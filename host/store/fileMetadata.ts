import { Buffer } from "node:buffer";

/** The bytes of a file are not those that its sender announced. */
export class DigestMismatch extends Error {
  override readonly name = "DigestMismatch";
}

/**
 * Compares a digest with the announced one.
 *
 * @param expected base64 as in a `Digest` header, or hexadecimal; null when the sender announced none
 * @throws {DigestMismatch} when they differ
 */
export function assertDigest(actual: Buffer, expected: string | null): void {
  if (expected === null) return;
  const bytes = Buffer.from(expected, /^[0-9a-f]{64}$/i.test(expected) ? "hex" : "base64");
  if (!bytes.equals(actual))
    throw new DigestMismatch(
      `The file's sha256 is ${actual.toString("base64")}, but ${expected} was expected. Nothing was stored.`,
    );
}

/** A content type fit for a header, or null. */
export function mediaTypeOf(contentType: unknown): string | null {
  return typeof contentType === "string" && /^[\x20-\x7e]{1,255}$/.test(contentType) ? contentType : null;
}
