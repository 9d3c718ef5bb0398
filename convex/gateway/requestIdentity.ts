import { canonicalJson } from "../core/wire/canonicalJson";
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
    return canonicalJson(value);
  } catch {
    // Not JSON, or nested too deeply: the request is refused either way.
    return text;
  }
}
