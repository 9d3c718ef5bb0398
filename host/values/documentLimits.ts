import { isJsonObject } from "../json";
import { specialTagOf } from "./convexJson";
import type { ConvexJson } from "./convexJson";
import { convexSizeBytes, displaySize, largestSizeBytes } from "./convexSize";

const maxDocumentNesting = 16;
const maxValueNesting = 64;
const maxDocumentBytes = 1 << 20;
const maxArrayLength = 8192;
const maxObjectFields = 1024;

/** Why a document breaks Convex's limits on nesting, arrays and field count, or null when it keeps them. */
export function documentLimitProblem(document: ConvexJson): string | null {
  const nesting = measureNesting(document);
  if (typeof nesting === "string") return nesting;
  return nesting > maxDocumentNesting
    ? `Document is too nested (nested ${nesting} levels deep > maximum nesting ${maxDocumentNesting})`
    : null;
}

/** Why an argument or result breaks the limits that hold for every value, or null. */
export function valueLimitProblem(value: ConvexJson): string | null {
  const nesting = measureNesting(value);
  if (typeof nesting === "string") return nesting;
  return nesting > maxValueNesting
    ? `Value is too nested (nested ${nesting} levels deep > maximum nesting ${maxValueNesting})`
    : null;
}

/** Why a document, system fields included, is too large, or null. `text` is its JSON. */
export function documentSizeProblem(text: string, document: ConvexJson): string | null {
  if (largestSizeBytes(text.length) <= maxDocumentBytes) return null;
  const sizeBytes = convexSizeBytes(document);
  return sizeBytes > maxDocumentBytes
    ? `Value is too large (${displaySize(sizeBytes)} > maximum size ${displaySize(maxDocumentBytes)})`
    : null;
}

/** How deeply a value is nested, scalars being 0, or what else is wrong with it. */
function measureNesting(value: ConvexJson): number | string {
  if (typeof value !== "object" || value === null) return 0;
  let deepest = 0;
  if (!isJsonObject(value)) {
    if (value.length > maxArrayLength)
      return `Array length is too long (${value.length} > maximum length ${maxArrayLength})`;
    for (const element of value) {
      const nesting = measureNesting(element);
      if (typeof nesting === "string") return nesting;
      if (nesting > deepest) deepest = nesting;
    }
    return deepest + 1;
  }
  if (specialTagOf(value) !== null) return 0;
  let fields = 0;
  for (const name in value) {
    fields++;
    const nesting = measureNesting(value[name] ?? null);
    if (typeof nesting === "string") return nesting;
    if (nesting > deepest) deepest = nesting;
  }
  return fields > maxObjectFields
    ? `Object has too many fields (${fields} > maximum number ${maxObjectFields})`
    : deepest + 1;
}
