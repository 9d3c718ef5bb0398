import { Buffer } from "node:buffer";
import { isJsonObject } from "../json";
import { specialPayload, specialTagOf } from "./convexJson";
import type { ConvexJson, ConvexJsonObject } from "./convexJson";

// Tags in Convex's type order: undefined < null < Int64 < Float64 < boolean < string < bytes < array < object.
const tagUndefined = 1;
const tagNull = 2;
const tagInt64 = 3;
const tagFloat64 = 4;
const tagFalse = 5;
const tagTrue = 6;
const tagString = 7;
const tagBytes = 8;
const tagArray = 9;
const tagObject = 10;
const endByte = 0;
const escapedZero = 0xff;
const aboveEveryTag = 0xff;
const largestInt64LittleEndian = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];

/**
 * Writes index keys whose byte order is Convex's value order. One writer is reused for every key: `reset`, then one
 * `write…` per field, then `take` copies the result out.
 */
export class IndexKeyWriter {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;

  /** Begins a new key of this index: its number comes first, so that indexes never mix. */
  reset(indexNumber: number): this {
    this.#length = 0;
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32BE(indexNumber, 0);
    return this;
  }

  /** Starts from the bytes of an earlier key, for example the shared prefix of a range's two bounds. */
  resetTo(prefix: Uint8Array): this {
    this.#length = 0;
    this.#reserve(prefix.length);
    this.#bytes.set(prefix, 0);
    this.#length = prefix.length;
    return this;
  }

  /** The key that was written, as bytes of its own that later writes do not change. */
  take(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /**
   * Appends a value so that bytes compare as Convex orders values: undefined, null, bigint, number, boolean, string,
   * bytes, array, object.
   */
  write(value: ConvexJson | undefined): this {
    if (value === undefined) return this.#byte(tagUndefined);
    if (value === null) return this.#byte(tagNull);
    switch (typeof value) {
      case "number":
        return this.writeFloat64(value);
      case "boolean":
        return this.#byte(value ? tagTrue : tagFalse);
      case "string":
        return this.writeString(value);
      default:
        return isJsonObject(value) ? this.#writeObject(value) : this.#writeArray(value);
    }
  }

  /** Appends a number without looking at its type, for `_creationTime`. */
  writeFloat64(value: number): this {
    this.#reserve(9);
    this.#bytes[this.#length] = tagFloat64;
    this.#bytes.writeDoubleBE(value, this.#length + 1);
    this.#orderFloat64(this.#length + 1);
    this.#length += 9;
    return this;
  }

  /** Appends a text as UTF-8 with its zero bytes escaped and an end, so that no text is a prefix of another. */
  writeString(value: string): this {
    this.#reserve(value.length * 3 + 2);
    this.#bytes[this.#length++] = tagString;
    const start = this.#length;
    this.#length += this.#bytes.write(value, start, "utf8");
    if (value.includes("\0")) this.#escapeZeros(start);
    return this.#byte(endByte);
  }

  #writeArray(values: readonly ConvexJson[]): this {
    this.#byte(tagArray);
    for (const value of values) this.write(value);
    return this.#byte(endByte);
  }

  #writeObject(value: ConvexJsonObject): this {
    switch (specialTagOf(value)) {
      case "$undefined":
        return this.#byte(tagUndefined);
      case "$integer":
        return this.#writeInt64(Buffer.from(specialPayload(value, "$integer"), "base64"));
      case "$float": {
        this.#reserve(9);
        this.#bytes[this.#length] = tagFloat64;
        Buffer.from(specialPayload(value, "$float"), "base64")
          .reverse()
          .copy(this.#bytes, this.#length + 1);
        this.#orderFloat64(this.#length + 1);
        this.#length += 9;
        return this;
      }
      case "$bytes":
        return this.#writeBytes(Buffer.from(specialPayload(value, "$bytes"), "base64"));
      case "$commitTs":
        // Until it is known, a commit timestamp sorts after every other.
        return this.#writeInt64(Buffer.from(largestInt64LittleEndian));
      case null:
        this.#byte(tagObject);
        // Field names are ASCII, so UTF-16 order is byte order.
        for (const name of Object.keys(value).sort()) this.writeString(name).write(value[name]);
        return this.#byte(endByte);
    }
  }

  #writeInt64(littleEndian: Buffer): this {
    this.#reserve(9);
    this.#bytes[this.#length] = tagInt64;
    const at = this.#length + 1;
    littleEndian.reverse().copy(this.#bytes, at);
    this.#bytes[at] = (this.#bytes[at] ?? 0) ^ 0x80;
    this.#length += 9;
    return this;
  }

  #writeBytes(value: Buffer): this {
    this.#reserve(value.length + 2);
    this.#bytes[this.#length++] = tagBytes;
    const start = this.#length;
    value.copy(this.#bytes, start);
    this.#length += value.length;
    if (value.includes(0)) this.#escapeZeros(start);
    return this.#byte(endByte);
  }

  /** IEEE 754 total order: negative numbers are inverted, the others get their sign bit set. */
  #orderFloat64(at: number): void {
    const bytes = this.#bytes;
    const first = bytes[at] ?? 0;
    if (first & 0x80) for (let i = at; i < at + 8; i++) bytes[i] = ~(bytes[i] ?? 0);
    else bytes[at] = first | 0x80;
  }

  /** Replaces each 00 after `start` by 00 FF, so that the 00 terminator sorts before every continuation. */
  #escapeZeros(start: number): void {
    const raw = Buffer.from(this.#bytes.subarray(start, this.#length));
    this.#length = start;
    this.#reserve(raw.length * 2 + 1);
    for (const byte of raw) {
      this.#bytes[this.#length++] = byte;
      if (byte === 0) this.#bytes[this.#length++] = escapedZero;
    }
  }

  #byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  #reserve(sizeBytes: number): void {
    if (this.#length + sizeBytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + sizeBytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/**
 * A bound above every key that begins with the whole values of `prefix`, and below the key of every greater value. What follows
 * a whole value is a tag or the end, both below FF; FF itself follows only the 00 of an escaped NUL, thus a longer string or
 * byte sequence, which is greater.
 */
export function afterPrefix(prefix: Uint8Array): Buffer {
  const bound = Buffer.allocUnsafe(prefix.length + 1);
  bound.set(prefix, 0);
  bound[prefix.length] = aboveEveryTag;
  return bound;
}
