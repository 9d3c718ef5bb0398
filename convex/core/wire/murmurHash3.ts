// MurmurHash3_x86_128 by Austin Appleby, in the public domain: https://github.com/aappleby/smhasher

const blockBytes = 16;

/** The four words of MurmurHash3_x86_128, for other uses than secrets: whoever wants two inputs of one hash finds them. */
export function murmurHash3(bytes: Uint8Array, seed = 0): readonly [number, number, number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - (bytes.length % blockBytes);
  let [a, b, c, d] = [seed, seed, seed, seed];
  for (let at = 0; at < end; at += blockBytes) {
    a = (Math.imul(rotated(a ^ mixedA(view.getInt32(at, true)), 19) + b, 5) + 0x561ccd1b) | 0;
    b = (Math.imul(rotated(b ^ mixedB(view.getInt32(at + 4, true)), 17) + c, 5) + 0x0bcaa747) | 0;
    c = (Math.imul(rotated(c ^ mixedC(view.getInt32(at + 8, true)), 15) + d, 5) + 0x96cd1c35) | 0;
    d = (Math.imul(rotated(d ^ mixedD(view.getInt32(at + 12, true)), 13) + a, 5) + 0x32ac3b17) | 0;
  }
  a ^= mixedA(tailWord(bytes, end)) ^ bytes.length;
  b ^= mixedB(tailWord(bytes, end + 4)) ^ bytes.length;
  c ^= mixedC(tailWord(bytes, end + 8)) ^ bytes.length;
  d ^= mixedD(tailWord(bytes, end + 12)) ^ bytes.length;
  // Every word is added to the others, before and after its own bits are mixed.
  const first = (a + b + c + d) | 0;
  [a, b, c, d] = [avalanche(first), avalanche(first + b), avalanche(first + c), avalanche(first + d)];
  const last = (a + b + c + d) | 0;
  return [last >>> 0, (last + b) >>> 0, (last + c) >>> 0, (last + d) >>> 0];
}

/** Four bytes of the end, low ones first; those beyond it are zero, which the mixing leaves as it is. */
function tailWord(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) return 0;
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

function mixedA(word: number): number {
  return Math.imul(rotated(Math.imul(word, 0x239b961b), 15), 0xab0e9789);
}

function mixedB(word: number): number {
  return Math.imul(rotated(Math.imul(word, 0xab0e9789), 16), 0x38b34ae5);
}

function mixedC(word: number): number {
  return Math.imul(rotated(Math.imul(word, 0x38b34ae5), 17), 0xa1e38b93);
}

function mixedD(word: number): number {
  return Math.imul(rotated(Math.imul(word, 0xa1e38b93), 18), 0x239b961b);
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Lets every bit of a word change every other. */
function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
