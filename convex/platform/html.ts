import { escaped } from "../core/wire/html";

/** A small text with `code` spans in backquotes as HTML. */
export function withCode(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** SHA-256 as a Content-Security-Policy source: the one inline style that a page may have. */
export async function styleSource(style: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}
