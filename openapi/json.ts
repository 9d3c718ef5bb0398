/** A JSON object of the document. Every part of it is plain JSON, so that it can be compared, sorted and written as it is. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for objects, not for arrays and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Orders by code unit: the same everywhere, whatever the locale. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** The object with its keys in order. */
export function sorted<Value>(object: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(object).toSorted(([left], [right]) => byText(left, right)));
}

/** `validation_failed` or `listSchedules` as `ValidationFailed` or `ListSchedules`. */
export function pascalCase(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
