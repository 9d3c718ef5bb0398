/** Bytes in base64url (RFC 4648, 5), without padding. */
export function base64UrlOf(bytes: ArrayBuffer | Uint8Array): string {
  const binary = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The bytes of a text in base64url; undefined unless it is just as {@link base64UrlOf} writes them. Decoding passes over bits of the
 * last character that say nothing, so that a token would have several spellings.
 */
export function bytesOfBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return base64UrlOf(bytes) === text ? bytes : undefined;
}
