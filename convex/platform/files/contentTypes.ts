import { imageMeta } from "image-meta";

/** What bytes are, by themselves. */
export interface FoundContent {
  readonly contentType: string;
  /** Of a picture that is whole. */
  readonly width?: number;
  readonly height?: number;
}

export const unknownType = "application/octet-stream";

/** What formats begin with; `at` where that is not their first byte. In the order in which they are tried. */
const signatures: readonly { readonly contentType: string; readonly at?: number; readonly bytes: readonly number[] }[] =
  [
    { contentType: "image/png", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
    { contentType: "image/jpeg", bytes: [0xff, 0xd8, 0xff] },
    { contentType: "image/gif", bytes: ascii("GIF87a") },
    { contentType: "image/gif", bytes: ascii("GIF89a") },
    { contentType: "image/avif", at: 4, bytes: ascii("ftypavif") },
    { contentType: "image/x-icon", bytes: [0x00, 0x00, 0x01, 0x00] },
    { contentType: "application/pdf", bytes: ascii("%PDF-") },
    { contentType: "application/zip", bytes: [0x50, 0x4b, 0x03, 0x04] },
    { contentType: "application/gzip", bytes: [0x1f, 0x8b, 0x08] },
    { contentType: "video/mp4", at: 4, bytes: ascii("ftypisom") },
    { contentType: "video/mp4", at: 4, bytes: ascii("ftypiso") },
    { contentType: "video/mp4", at: 4, bytes: ascii("ftypmp4") },
    { contentType: "video/mp4", at: 4, bytes: ascii("ftypavc1") },
    { contentType: "video/mp4", at: 4, bytes: ascii("ftypM4V") },
    { contentType: "video/webm", bytes: [0x1a, 0x45, 0xdf, 0xa3] },
    { contentType: "audio/mpeg", bytes: ascii("ID3") },
  ];

/** Whether the type is one of pictures. */
export function isImageType(contentType: string): boolean {
  return contentType.startsWith("image/");
}

/**
 * Says what bytes are: by what formats begin with, for pictures also by their size and their end; text without markup is
 * text, which takes `all` of a file to tell. Everything else is `application/octet-stream`, with which no program does anything.
 */
export function contentOf(bytes: Uint8Array, all = true): FoundContent {
  const contentType = signatureOf(bytes);
  if (contentType === undefined) return { contentType: all && isPlainText(bytes) ? "text/plain" : unknownType };
  if (!isImageType(contentType)) return { contentType };
  const size = isWhole(contentType, bytes) ? sizeOf(contentType, bytes) : undefined;
  return size ? { contentType, ...size } : { contentType: unknownType };
}

function signatureOf(bytes: Uint8Array): string | undefined {
  const isWebp = hasAt(bytes, 0, ascii("RIFF")) && hasAt(bytes, 8, ascii("WEBP"));
  if (isWebp) return "image/webp";
  return signatures.find(({ at = 0, bytes: start }) => hasAt(bytes, at, start))?.contentType;
}

/** How the reader of sizes calls the formats. It knows more of them, SVG among these, by bytes anywhere at the beginning. */
const formats: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "image/avif": "avif",
  "image/x-icon": "ico",
};

function sizeOf(
  contentType: string,
  bytes: Uint8Array,
): { readonly width: number; readonly height: number } | undefined {
  try {
    const { width, height, type } = imageMeta(bytes);
    if (type !== formats[contentType]) return undefined;
    const isSize = Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0;
    return isSize ? { width, height } : undefined;
  } catch {
    // It begins like a picture and goes on like none.
    return undefined;
  }
}

/** Whether a picture has its end, as far as that can be told without decoding it. */
function isWhole(contentType: string, bytes: Uint8Array): boolean {
  switch (contentType) {
    case "image/png":
      return hasPngEnd(bytes);
    case "image/jpeg":
      return lastIndexOf(bytes, [0xff, 0xd9]) > 3 && hasFewSegments(bytes);
    case "image/gif":
      return bytes.lastIndexOf(0x3b) > 12;
    case "image/webp":
      return bytes.byteLength >= 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
    default:
      return true;
  }
}

/** "IEND" as a number: a file may be nothing but empty chunks, so each costs one comparison. */
const pngEnd = 0x49_45_4e_44;

/** Goes from chunk to chunk; the last one is IEND. */
function hasPngEnd(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.byteLength; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === pngEnd) return true;
  }
  return false;
}

/** Segments that a JPEG may have before its size; cameras write a few dozen. */
const maximumSegments = 4096;
const jpegSizes: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc9, 0xca, 0xcb]);

/** Whether a JPEG comes to its size soon, as the reader of sizes goes there: it takes microseconds for each segment, and millions fit in. */
function hasFewSegments(bytes: Uint8Array): boolean {
  let at = 2;
  for (let seen = 0; seen < maximumSegments; seen++) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return false;
    while (bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1] ?? 0;
    if (jpegSizes.has(marker)) return true;
    const length = marker === 0 ? 0 : (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    at += 2 + length;
  }
  return false;
}

/** Well-formed UTF-8 of printable characters, in which nothing could be taken for a tag of HTML, SVG or XML. */
function isPlainText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return !/(?![\t\n\f\r])\p{Cc}/u.test(text) && !/<[a-z!/?]/i.test(text);
  } catch {
    // Not UTF-8.
    return false;
  }
}

function hasAt(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[at + index] === byte);
}

function lastIndexOf(bytes: Uint8Array, [first = 0, second = 0]: readonly number[]): number {
  for (let at = bytes.byteLength - 2; at >= 0; at--) if (bytes[at] === first && bytes[at + 1] === second) return at;
  return -1;
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
