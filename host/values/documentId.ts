import { randomFillSync } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const internalIdBytes = 16;
const footerBytes = 2;
const minTextLength = 31;
const maxTextLength = 37;
const msPerDay = 86_400_000;

const digitOfCharCode = new Int8Array(128).fill(-1);
for (let digit = 0; digit < alphabet.length; digit++) digitOfCharCode[alphabet.charCodeAt(digit)] = digit;

/** A decoded document id: the table it belongs to and its 16 internal bytes. */
export interface DecodedDocumentId {
  readonly tableNumber: number;
  readonly internalId: Uint8Array;
}

/** Why a string is not a document id, in Convex's words. */
export class DocumentIdError extends Error {
  override readonly name = "DocumentIdError";
}

function vintLength(tableNumber: number): number {
  if (tableNumber < 0x80) return 1;
  if (tableNumber < 0x4000) return 2;
  if (tableNumber < 0x20_0000) return 3;
  if (tableNumber < 0x1000_0000) return 4;
  return 5;
}

function writeFletcher16(bytes: Uint8Array, length: number): void {
  let sum = 0;
  let sumOfSums = 0;
  for (let i = 0; i < length; i++) {
    sum = (sum + (bytes[i] ?? 0)) & 0xff;
    sumOfSums = (sumOfSums + sum) & 0xff;
  }
  bytes[length] = sum;
  bytes[length + 1] = sumOfSums;
}

function base32Encode(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (let i = 0; i < bytes.length; i++) {
    buffer = (buffer << 8) | (bytes[i] ?? 0);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(buffer >>> bits) & 31];
    }
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) text += alphabet[(buffer << (5 - bits)) & 31];
  return text;
}

/**
 * Encodes a document id: LEB128 table number, 16 internal bytes and a Fletcher-16 footer, in lower-case Crockford
 * base32 without padding.
 *
 * @param tableNumber positive, below 2^32
 * @param internalId exactly 16 bytes
 */
export function encodeDocumentId(tableNumber: number, internalId: Uint8Array): string {
  const prefixBytes = vintLength(tableNumber);
  const bytes = new Uint8Array(prefixBytes + internalIdBytes + footerBytes);
  let rest = tableNumber;
  for (let i = 0; i < prefixBytes - 1; i++) {
    bytes[i] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[prefixBytes - 1] = rest;
  bytes.set(internalId, prefixBytes);
  writeFletcher16(bytes, prefixBytes + internalIdBytes);
  return base32Encode(bytes);
}

/**
 * Decodes a document id.
 *
 * @throws {DocumentIdError} with Convex's wording when the text is not a canonical id
 */
export function decodeDocumentId(text: string): DecodedDocumentId {
  const tableNumber = decode(text);
  const internalIdAt = vintLength(tableNumber);
  return { tableNumber, internalId: decoded.slice(internalIdAt, internalIdAt + internalIdBytes) };
}

/** The bytes of the id that was decoded last: every id of every answer is checked, so that checking one allocates nothing. */
const decoded = new Uint8Array((maxTextLength * 5) >> 3);

/** Decodes an id into {@link decoded}. @returns its table number. @throws {DocumentIdError} */
function decode(text: string): number {
  if (text.length < minTextLength || text.length > maxTextLength)
    throw new DocumentIdError(`Unable to decode ID: Invalid ID length ${text.length}`);
  const bytes = decoded;
  let buffer = 0;
  let bits = 0;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code < 128 ? (digitOfCharCode[code] ?? -1) : -1;
    if (digit < 0) throw new DocumentIdError("Unable to decode ID: ID wasn't valid base32");
    buffer = (buffer << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = buffer >>> bits;
      buffer &= (1 << bits) - 1;
    }
  }
  let tableNumber = 0;
  let prefixBytes = 0;
  for (;;) {
    const byte = bytes[prefixBytes] ?? 0;
    tableNumber += (byte & 0x7f) * 2 ** (7 * prefixBytes);
    prefixBytes++;
    if (byte < 0x80) break;
    if (prefixBytes === 5) throw new DocumentIdError("Unable to decode ID: Invalid table number");
  }
  if (tableNumber === 0 || tableNumber > 0xffff_ffff)
    throw new DocumentIdError("Unable to decode ID: Invalid table number");
  const footerAt = prefixBytes + internalIdBytes;
  if (length !== footerAt + footerBytes || prefixBytes !== vintLength(tableNumber))
    throw new DocumentIdError(`Unable to decode ID: Invalid ID length ${text.length}`);
  const footer = ((bytes[footerAt + 1] ?? 0) << 8) | (bytes[footerAt] ?? 0);
  writeFletcher16(bytes, footerAt);
  const expected = ((bytes[footerAt + 1] ?? 0) << 8) | (bytes[footerAt] ?? 0);
  // The version is xored into the checksum; only version 0 exists.
  if (footer !== expected)
    throw new DocumentIdError(`Unable to decode ID: Invalid ID version ${footer ^ expected} (expected 0)`);
  if (buffer !== 0) throw new DocumentIdError("Unable to decode ID: ID wasn't valid base32");
  return tableNumber;
}

/** The same few ids stand in row after row of answers, all of which are checked. */
const knownTableNumbers = new Map<string, number>();
const maxKnownIds = 8192;

/** The table number of a canonical id, or null for any other string. */
export function tableNumberOf(text: string): number | null {
  const known = knownTableNumbers.get(text);
  if (known !== undefined) return known;
  try {
    const tableNumber = decode(text);
    if (knownTableNumbers.size >= maxKnownIds) knownTableNumbers.clear();
    knownTableNumbers.set(text, tableNumber);
    return tableNumber;
  } catch (error) {
    if (error instanceof DocumentIdError) return null;
    throw error;
  }
}

const randomPool = new Uint8Array(4096);
let randomPoolAt = randomPool.length;

/**
 * Makes the internal bytes of a new document: 48 bits of time, 64 random bits, and Convex's 16-bit day number. The
 * time prefix keeps a table's newest documents together on disk.
 *
 * @param nowMs milliseconds since the epoch
 */
export function newInternalId(nowMs: number): Uint8Array {
  if (randomPoolAt + 8 > randomPool.length) {
    randomFillSync(randomPool);
    randomPoolAt = 0;
  }
  const bytes = new Uint8Array(internalIdBytes);
  const high = Math.floor(nowMs / 2 ** 32);
  const low = nowMs >>> 0;
  bytes[0] = high >>> 8;
  bytes[1] = high;
  bytes[2] = low >>> 24;
  bytes[3] = low >>> 16;
  bytes[4] = low >>> 8;
  bytes[5] = low;
  bytes.set(randomPool.subarray(randomPoolAt, randomPoolAt + 8), 6);
  randomPoolAt += 8;
  const day = Math.floor(nowMs / msPerDay);
  bytes[14] = day >>> 8;
  bytes[15] = day;
  return bytes;
}

/** Inclusive bounds that enclose every id of one table, for range scans over ids as text. */
export function idBoundsOfTable(tableNumber: number): { readonly first: string; readonly last: string } {
  const bytes = new Uint8Array(internalIdBytes);
  const first = encodeDocumentId(tableNumber, bytes);
  const last = encodeDocumentId(tableNumber, bytes.fill(0xff));
  // The footer follows the internal bytes; trimming it from the lower bound keeps the bound below every footer.
  return { first: first.slice(0, first.length - 4), last: `${last.slice(0, last.length - 4)}~` };
}
