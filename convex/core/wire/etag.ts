const wordBytes = 4;

/**
 * A strong entity tag (RFC 9110, 8.8.3) of a representation: 128 bits of four hashes of its UTF-8 bytes, each with
 * constants of its own. Not a secret and not a signature; SHA-256 would cost an asynchronous call per answer. It takes
 * four bytes a step, because a page is tens of kilobytes.
 */
export function entityTagOf(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / wordBytes));
  let tail = 0;
  for (const byte of bytes.subarray(words.length * wordBytes)) tail = (tail << 8) | byte;
  let a = 0x9e3779b9;
  let b = 0xdeadbeef;
  let c = 0x41c6ce57;
  let d = bytes.length;
  for (let at = 0; at <= words.length; at++) {
    const word = words[at] ?? tail;
    a = rotated(Math.imul(a ^ word, 0x85ebca77), 13);
    b = rotated(Math.imul(b ^ word, 0xc2b2ae3d), 15);
    c = rotated(Math.imul(c ^ word, 0x27d4eb2f), 17);
    d = rotated(Math.imul(d ^ word, 0x165667b1), 19);
  }
  return `"${[a, b, c, d].map((word) => (avalanche(word) >>> 0).toString(36).padStart(7, "0")).join("")}"`;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Lets every bit of a word change every other (the finalizer of MurmurHash3). */
function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** `*`, or a list of entity tags (RFC 9110, 8.8.3). */
const entityTagList = /^\s*(\*|(W\/)?"[!#-~\u0080-\u00ff]*"(\s*,\s*(W\/)?"[!#-~\u0080-\u00ff]*")*)\s*$/;

/** True if `header` is a value of If-Match or If-None-Match. */
export function isEntityTagList(header: string): boolean {
  return entityTagList.test(header);
}

/**
 * True if `header` (If-Match or If-None-Match) is `*` or lists `tag`, also as a proxy that compresses hands it on: weakened, as
 * nginx does, or with the coding at its end, as Apache does. Our tags hash the content, so such a tag still names just this
 * state of the row; RFC 9110 (13.1.1) would refuse it in If-Match.
 */
export function entityTagMatches(header: string, tag: string): boolean {
  if (header.trim() === "*") return true;
  return header.split(",").some((listed) => originalTag(listed.trim()) === tag);
}

function originalTag(listed: string): string {
  return listed.replace(/^W\//, "").replace(/[-;](gzip|br|deflate|zstd)"$/, '"');
}
