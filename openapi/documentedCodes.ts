import { isObject } from "./json";
import type { JsonObject } from "./json";

/** The codes that an operation of a document may be refused with at a status: its own, and those of the sets that it names. */
export function documentedCodes(document: JsonObject, operation: JsonObject, status: string): readonly unknown[] {
  const sets = asObject(document["x-portico-problem-sets"]);
  const names = operation["x-portico-problem-sets"];
  const named = Array.isArray(names) ? names.map((name) => sets[String(name)]) : [];
  return [operation["x-portico-problems"], ...named].flatMap((codes) => asObject(codes)[status] ?? []);
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
