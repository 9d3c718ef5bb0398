/** A host alone: whatever stands before or behind it in a URL, a name and a password say, is no part of one. */
const hostForm = /^[\p{L}\p{N}._-]{1,253}$/u;

/** The URL of a host that a provider names, in the letters of DNS; undefined for what is no host. */
export function urlOfHost(host: unknown, scheme: "http" | "https" = "https"): string | undefined {
  if (typeof host !== "string" || !hostForm.test(host) || !URL.canParse(`${scheme}://${host}`)) return undefined;
  return new URL(`${scheme}://${host}`).origin;
}
