import type { JsonValue } from "./deployment";

/** A JSON object whose fields have not been checked yet. */
export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * Parses JSON text (RFC 8259). Keys such as `__proto__` become ordinary own properties.
 * @throws {SyntaxError} when the text is not JSON
 */
export function parseJson(text: string): JsonValue {
  // JSON.parse is typed `any`; everything it can return is a JsonValue by definition.
  const value: JsonValue = JSON.parse(text);
  return value;
}

/** Tells a JSON object from arrays, null and scalars. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses JSON text that must hold an object. @throws {Error} when it holds anything else */
export function parseJsonObject(text: string): JsonObject {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new Error("Expected a JSON object");
  return value;
}

/** A text field of an object whose shape is known. @throws {Error} when the field is anything else */
export function textField(value: JsonObject, name: string): string {
  const text = value[name];
  if (typeof text !== "string") throw new Error(`Expected a string in field ${name}`);
  return text;
}
