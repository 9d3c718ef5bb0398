import type { JsonValue } from "../deployment";
import { isJsonObject, parseJson } from "../json";
import type { JsonObject } from "../json";

/** A Convex value in its JSON encoding, after `JSON.parse`. */
export type ConvexJson = JsonValue;
/** An object in that encoding, special encodings such as `{"$integer": …}` included. */
export type ConvexJsonObject = JsonObject;

/** The single field of an object that stands for a value which JSON lacks. */
export type SpecialTag = "$integer" | "$float" | "$bytes" | "$undefined" | "$commitTs";

/** The tag of a one-key special encoding, or null for an ordinary object. */
export function specialTagOf(value: ConvexJsonObject): SpecialTag | null {
  for (const key in value) {
    switch (key) {
      case "$integer":
      case "$float":
      case "$bytes":
      case "$undefined":
      case "$commitTs":
        return key;
      default:
        return null;
    }
  }
  return null;
}

/** The string payload of a special encoding; anything else means that the value was not made by `convexToJson`. */
export function specialPayload(value: ConvexJsonObject, tag: SpecialTag): string {
  const payload = value[tag];
  if (typeof payload !== "string") throw new Error(`Malformed ${tag} field`);
  return payload;
}

/** A `\\uD8xx` escape: what JSON.stringify makes of a lone surrogate, and of nothing else. */
const surrogateEscapePattern = /(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]/;

/** Tells whether JSON text holds a string that is not valid Unicode, which Convex stores nowhere. */
export function hasLoneSurrogate(text: string): boolean {
  if (!text.includes("\\u") || !surrogateEscapePattern.test(text)) return false;
  // Escaped pairs are valid; writing the text again leaves only lone surrogates escaped.
  return surrogateEscapePattern.test(JSON.stringify(parseJson(text)));
}

/** The value under a dotted path; a missing parent counts as undefined (contract: index and filter fields). */
export function valueAtPath(document: ConvexJsonObject, path: readonly string[]): ConvexJson | undefined {
  let value: ConvexJson | undefined = document;
  for (const name of path) {
    if (!isJsonObject(value)) return undefined;
    value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}
