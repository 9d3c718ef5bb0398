import { isExactJson } from "../core/wire/exactNumbers";

// What makes two requests the same one, for idempotency keys.

/** Path and query: a retry under another host name, or with a slash at the end, is the same request. */
export function targetOf(url: string): string {
  const target = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  const [path = "", ...query] = target.split("?");
  return [path.replace(/(?<=.)\/$/, ""), ...query].join("?");
}

/** The JSON of a body in one form: order of fields, white space and escapes do not make another request. */
export function canonicalBody(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    // A number that would be rounded is refused, and must not match the request with the rounded number.
    if (!isExactJson(text)) return text;
    return JSON.stringify(sorted(value));
  } catch {
    // Not JSON, or nested too deeply: the request is refused either way.
    return text;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, inner]): [string, unknown] => [name, sorted(inner)]);
  return Object.fromEntries(fields.sort(([left], [right]) => (left < right ? -1 : 1)));
}
