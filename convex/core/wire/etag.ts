import { murmurHash3 } from "./murmurHash3";

/**
 * A strong entity tag (RFC 9110, 8.8.3) of a representation: MurmurHash3 of its UTF-8 bytes. Not a secret and not a signature;
 * SHA-256 would cost an asynchronous call per answer.
 */
export function entityTagOf(text: string): string {
  const words = murmurHash3(new TextEncoder().encode(text));
  return `"${words.map((word) => word.toString(36).padStart(7, "0")).join("")}"`;
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
