/**
 * A strong entity tag (RFC 9110, 8.8.3) of a representation: 106 bits of two differently seeded 53-bit hashes of its
 * text. Not a secret and not a signature; SHA-256 would cost an asynchronous call per answer.
 */
export function entityTagOf(text: string): string {
  return `"${hash53(text, 0)}${hash53(text, 0x9e3779b9)}"`;
}

function hash53(text: string, seed: number): string {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x85ebca77);
    low = Math.imul(low ^ unit, 0xc2b2ae3d);
  }
  high = Math.imul(high ^ (high >>> 15), 0x735a2d97) ^ Math.imul(low ^ (low >>> 13), 0xcaf649a9);
  low = Math.imul(low ^ (low >>> 15), 0x735a2d97) ^ Math.imul(high ^ (high >>> 13), 0xcaf649a9);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36).padStart(11, "0");
}

/** True if `header` (If-Match or If-None-Match) is `*` or lists `tag`; weak tags match only when `weak` is set (RFC 9110, 8.8.3.2). */
export function entityTagMatches(header: string, tag: string, weak: boolean): boolean {
  if (header.trim() === "*") return true;
  return header.split(",").some((listed) => {
    const candidate = listed.trim();
    return candidate === tag || (weak && candidate === `W/${tag}`);
  });
}
