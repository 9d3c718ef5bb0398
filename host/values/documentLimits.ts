import { isJsonObject, specialTagOf } from "./convexJson";
import type { ConvexJson } from "./convexJson";

const MAX_DOCUMENT_NESTING = 16;
const MAX_DOCUMENT_BYTES = 1 << 20;
const MAX_ARRAY_LENGTH = 8192;
const MAX_OBJECT_FIELDS = 1024;

/** Why a document breaks Convex's limits on nesting, arrays and field count, or null when it keeps them. */
export function documentLimitProblem(document: ConvexJson): string | null {
  return valueProblem(document, 1);
}

/** Why the text of a document is too long, or null. */
export function documentSizeProblem(text: string): string | null {
  return text.length > MAX_DOCUMENT_BYTES
    ? `Value is too large (${text.length} bytes > maximum size ${MAX_DOCUMENT_BYTES} bytes)`
    : null;
}

function valueProblem(value: ConvexJson, depth: number): string | null {
  if (typeof value !== "object" || value === null) return null;
  if (depth > MAX_DOCUMENT_NESTING) return `Document is nested too deeply (maximum nesting ${MAX_DOCUMENT_NESTING})`;
  if (!isJsonObject(value)) {
    if (value.length > MAX_ARRAY_LENGTH)
      return `Array length is too long (${value.length} > maximum length ${MAX_ARRAY_LENGTH})`;
    for (const element of value) {
      const problem = valueProblem(element, depth + 1);
      if (problem !== null) return problem;
    }
    return null;
  }
  if (specialTagOf(value) !== null) return null;
  let fields = 0;
  for (const name in value) {
    if (++fields > MAX_OBJECT_FIELDS) return `Object has too many fields (maximum number ${MAX_OBJECT_FIELDS})`;
    const problem = valueProblem(value[name] ?? null, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}
