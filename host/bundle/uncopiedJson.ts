// Bundled into the functions in place of two functions of Convex's library, where its own code alone calls them: on what
// `JSON.parse` has just returned, and on what is written as JSON text at once. Nobody else holds what is handed over.

/** The two functions of `convex/values` that copy a value between its JSON encoding and itself. */
interface Codec {
  jsonToConvex(json: unknown): unknown;
  convexToJson(value: unknown): unknown;
}

/** Convex's own limit for the name of a field. */
const maxFieldNameLength = 1024;
const plainNamePattern = /^(?!\$|__proto__$)[ -~]*$/;
/** So many names are remembered as plain; a deployment has few, and what callers invent must not pile up. */
const maxKnownNames = 4096;
const knownNames = new Set<string>();

/** So many orders of so many names are remembered, for the same reason. */
const maxKnownOrders = 16_384;
const maxKnownLength = 64;
let knownOrders = 0;

/** What the fast way does not know: the original decides, and words the refusal. */
const notPlain = Symbol("not plain");

/**
 * Wraps Convex's conversions so that a value which is its own JSON encoding is handed on instead of copied.
 *
 * @param original is asked for whatever is not plain, and throws its own errors
 */
export function withoutCopies(original: Codec): Codec {
  return {
    jsonToConvex: (json) => (!isPolluted() && isItsOwnValue(json) ? json : original.jsonToConvex(json)),
    convexToJson: (value) => {
      const json = isPolluted() ? notPlain : encodingOf(value);
      return json === notPlain ? original.convexToJson(value) : json;
    },
  };
}

/** Whether some code has given every object fields, which the walks below would take for an object's own. */
function isPolluted(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}

/** Tells whether decoding would give an equal copy: no special encodings, no name that is refused. */
function isItsOwnValue(json: unknown): boolean {
  if (typeof json !== "object") return json !== undefined;
  if (json === null) return true;
  if (Array.isArray(json)) return json.every(isItsOwnValue);
  const fields = fieldsOf(json);
  for (const name in fields) if (!isPlainName(name) || !isItsOwnValue(fields[name])) return false;
  return true;
}

/** The value's encoding, which is the value itself where its fields are in order, or `notPlain`. */
function encodingOf(value: unknown): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : notPlain;
    case "object":
      if (value === null) return value;
      return Array.isArray(value) ? encodedArray(value) : encodedObject(value);
    default:
      return notPlain;
  }
}

function encodedArray(values: readonly unknown[]): unknown {
  // An array of another kind may say itself how it is written as JSON.
  if (Object.getPrototypeOf(values) !== Array.prototype || Object.hasOwn(values, "toJSON")) return notPlain;
  let copy: unknown[] | null = null;
  for (let at = 0; at < values.length; at++) {
    const json = encodingOf(values[at]);
    if (json === notPlain) return notPlain;
    if (json !== values[at]) copy ??= values.slice(0, at);
    copy?.push(json);
  }
  return copy ?? values;
}

function encodedObject(value: object): unknown {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return notPlain;
  const fields = fieldsOf(value);
  let changed: Map<string, unknown> | null = null;
  let isComplete = true;
  let names: NamesSoFar | null = noNames;
  for (const name in fields) {
    const field = fields[name];
    if (field === undefined) {
      isComplete = false;
      continue;
    }
    names = names.next.get(name) ?? withName(names, name);
    if (names === null) return notPlain;
    const json = encodingOf(field);
    if (json === notPlain) return notPlain;
    if (json !== field) (changed ??= new Map()).set(name, json);
  }
  if (isComplete && names.isSorted && changed === null) return value;
  names.sorted ??= [...names.inOrder].sort();
  const sorted: Record<string, unknown> = {};
  for (const name of names.sorted) sorted[name] = changed?.get(name) ?? fields[name];
  return sorted;
}

/** The names of an object's fields up to one of them, all plain. A deployment's objects have few different ones. */
interface NamesSoFar {
  readonly inOrder: readonly string[];
  readonly isSorted: boolean;
  /** Made when it is first needed. */
  sorted: readonly string[] | null;
  readonly next: Map<string, NamesSoFar>;
}

const noNames: NamesSoFar = { inOrder: [], isSorted: true, sorted: null, next: new Map() };

/** The names with one more, or null when that is not plain or they are too many to be worth it. */
function withName({ inOrder, isSorted, next }: NamesSoFar, name: string): NamesSoFar | null {
  if (knownOrders >= maxKnownOrders || inOrder.length >= maxKnownLength || !isPlainName(name)) return null;
  const names: NamesSoFar = {
    inOrder: [...inOrder, name],
    isSorted: isSorted && (inOrder.at(-1) ?? "") <= name,
    sorted: null,
    next: new Map(),
  };
  knownOrders++;
  next.set(name, names);
  return names;
}

/** Any object can be read by the names of its fields. */
function fieldsOf(value: object): Readonly<Record<string, unknown>> {
  return value as Readonly<Record<string, unknown>>;
}

function isPlainName(name: string): boolean {
  if (knownNames.has(name)) return true;
  if (name.length > maxFieldNameLength || !plainNamePattern.test(name)) return false;
  if (knownNames.size < maxKnownNames) knownNames.add(name);
  return true;
}
