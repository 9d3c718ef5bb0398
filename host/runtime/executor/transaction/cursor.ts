import { createCipheriv, createDecipheriv, createHmac, createSecretKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import { RecentMap } from "../../../recentMap";
import { SystemConvexError } from "../../functions/errors";

const ivBytes = 12;
const tagBytes = 16;
const fingerprintBytes = 16;
/** More than one client watches; each of its queries has up to two cursors, which come back with every refresh. */
const maxKnownCursors = 32_768;
/** Longer ones are worked out each time, which bounds the memory of those that are known. */
const maxKnownCursorLength = 1024;

/** Where a page ended: after an index key, or at the end of the query. */
export type CursorPosition = { readonly kind: "after"; readonly key: Buffer } | { readonly kind: "end" };

interface OpenedCursor {
  readonly fingerprint: Buffer;
  readonly position: CursorPosition;
}

/** Seals and opens pagination cursors: encrypted, authenticated, and bound to the query that made them. */
export class CursorCodec {
  readonly #key: KeyObject;
  /** Cursors made lately, by query and position, and where those and others that were opened lead. */
  readonly #sealed = new RecentMap<string>(maxKnownCursors);
  readonly #opened = new RecentMap<OpenedCursor>(maxKnownCursors);

  /** @param keyBase64 32 bytes that belong to the deployment */
  constructor(keyBase64: string) {
    this.#key = createSecretKey(keyBase64, "base64");
  }

  /** Encrypts a position into a cursor that only the query with this fingerprint can open. */
  seal(position: CursorPosition, fingerprint: Buffer): string {
    const plain = position.kind === "end" ? Buffer.alloc(0) : Buffer.concat([Buffer.of(1), position.key]);
    const name = Buffer.concat([fingerprint, plain]).toString("latin1");
    const known = this.#sealed.get(name);
    if (known !== undefined) return known;
    const cursor = this.#encrypt(plain, fingerprint);
    if (cursor.length <= maxKnownCursorLength) {
      this.#sealed.set(name, cursor);
      this.#opened.set(cursor, { fingerprint, position });
    }
    return cursor;
  }

  #encrypt(plain: Buffer, fingerprint: Buffer): string {
    // Derived from the content, so that one position always yields the same cursor and an unchanged page compares equal.
    const iv = createHmac("sha256", this.#key).update(fingerprint).update(plain).digest().subarray(0, ivBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#key, iv);
    cipher.setAAD(fingerprint);
    return Buffer.concat([iv, fingerprint, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString(
      "base64url",
    );
  }

  /** Opens a cursor, or gives null for one that this deployment has not made for this query. */
  openOwn(cursor: string, fingerprint: Buffer): CursorPosition | null {
    try {
      return this.open(cursor, fingerprint);
    } catch (error) {
      if (error instanceof SystemConvexError) return null;
      throw error;
    }
  }

  /** @throws {SystemConvexError} Convex's InvalidCursor, which clients answer by starting over */
  open(cursor: string, fingerprint: Buffer): CursorPosition {
    const known = this.#opened.get(cursor);
    if (known?.fingerprint.equals(fingerprint) === true) return known.position;
    const position = this.#decrypt(cursor, fingerprint);
    if (cursor.length <= maxKnownCursorLength) this.#opened.set(cursor, { fingerprint, position });
    return position;
  }

  #decrypt(cursor: string, fingerprint: Buffer): CursorPosition {
    const bytes = Buffer.from(cursor, "base64url");
    const dataAt = ivBytes + fingerprintBytes;
    // Decoding skips what is no base64url, so one cursor would have endless spellings.
    if (bytes.toString("base64url") !== cursor) throw invalidCursor();
    if (bytes.length < dataAt + tagBytes || !bytes.subarray(ivBytes, dataAt).equals(fingerprint)) throw invalidCursor();
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, ivBytes));
      decipher.setAAD(fingerprint);
      decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
      const sealed = bytes.subarray(dataAt, bytes.length - tagBytes);
      const plain = Buffer.concat([decipher.update(sealed), decipher.final()]);
      return plain.length === 0 ? { kind: "end" } : { kind: "after", key: plain.subarray(1) };
    } catch (error) {
      // Any failure to authenticate means that this deployment did not make the cursor.
      if (error instanceof Error) throw invalidCursor();
      throw error;
    }
  }
}

function invalidCursor(): SystemConvexError {
  return new SystemConvexError(
    "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
    { isConvexSystemError: true, paginationError: "InvalidCursor" },
  );
}
