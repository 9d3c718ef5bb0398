/** A JSON object of the document. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a part of the document is an object, neither an array nor null. */
export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object. @throws {Error} for anything else, which the emitter does not write there */
export function record(value: unknown): Json {
  if (!isRecord(value)) throw new Error("A part of the document that should be an object is none.");
  return value;
}
