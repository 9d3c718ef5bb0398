import type { JsonValue } from "./deployment";

export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * Parses JSON text (RFC 8259). Keys such as `__proto__` become ordinary own properties.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseJson(text: string): JsonValue {
  // JSON.parse is typed `any`; everything it can return is a JsonValue by definition.
  const value: JsonValue = JSON.parse(text);
  return value;
}

/** Tells a JSON object from arrays, null and scalars. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
