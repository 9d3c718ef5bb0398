import { linearPattern, UnsupportedPattern } from "./linearPattern";

/** What is wrong with a JSON Schema, and where in it. */
interface SchemaFault {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

/** Schemas inside a schema, it included; with what a configuration may hold, that bounds what a check costs. */
const maximumSchemas = 500;
/** Steps of all patterns together; see `linearPattern`. */
const maximumSteps = 2000;

/** Formats that are checked; a format that nobody knows would be passed over without a word. */
export const checkedFormats = [
  "date",
  "date-time",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "time",
  "uri",
  "uri-reference",
  "uuid",
] as const;

const types = ["array", "boolean", "integer", "null", "number", "object", "string"];

/** What the value of a keyword must be, said in words where it is not. */
type Check = (value: unknown) => string | undefined;

/** A JSON object. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  Object.prototype.toString.call(value) === "[object Object]";
const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === "string");
const mustBe =
  (words: string, isRight: (value: unknown) => boolean): Check =>
  (value) =>
    isRight(value) ? undefined : `It must be ${words}.`;

const count = mustBe("a whole number from 0 up", isCount);
const number = mustBe("a number", (value) => typeof value === "number");
const flag = mustBe("true or false", (value) => typeof value === "boolean");
const words = mustBe("a text", (value) => typeof value === "string");
const names = mustBe("a list of names", isTexts);
const anything: Check = () => undefined;

/** Keywords of JSON Schema (2020-12) whose values hold no schemas. */
const plainKeywords: Readonly<Record<string, Check>> = {
  $schema: mustBe("`https://json-schema.org/draft/2020-12/schema`", (value) =>
    /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test(String(value)),
  ),
  $comment: words,
  title: words,
  description: words,
  default: anything,
  examples: mustBe("a list", Array.isArray),
  deprecated: flag,
  readOnly: flag,
  writeOnly: flag,
  type: mustBe(`one of ${types.join(", ")}, or a list of them`, (value) => {
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.length > 0 && all.every((type) => types.includes(String(type)));
  }),
  enum: mustBe("a list with at least one value", (value) => Array.isArray(value) && value.length > 0),
  const: anything,
  multipleOf: mustBe("a number above 0", (value) => typeof value === "number" && value > 0),
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  minLength: count,
  maxLength: count,
  pattern: words,
  format: mustBe(`one of ${checkedFormats.join(", ")}`, (value) => checkedFormats.some((known) => known === value)),
  minItems: count,
  maxItems: count,
  uniqueItems: flag,
  minContains: count,
  maxContains: count,
  minProperties: count,
  maxProperties: count,
  required: names,
  dependentRequired: mustBe(
    "lists of names by name",
    (value) => isObject(value) && Object.values(value).every(isTexts),
  ),
};

/** Keywords that hold a schema, a list of schemas, and schemas by name. */
const schemaKeywords: ReadonlySet<string> = new Set([
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);
const listKeywords: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const mapKeywords: ReadonlySet<string> = new Set(["dependentSchemas", "properties"]);

type Path = readonly (string | number)[];

/** Every schema right inside a schema, with where it stands: of a keyword that is none or holds none, nothing. */
function schemasIn(schema: Readonly<Record<string, unknown>>, path: Path): readonly (readonly [unknown, Path])[] {
  const found: (readonly [unknown, Path])[] = [];
  withInner(schema, (inner, at) => {
    found.push([inner, [...path, ...at]]);
    return inner;
  });
  return found;
}

/** A schema with what `replaced` makes of each schema right inside it. */
export function withInner(
  schema: Readonly<Record<string, unknown>>,
  replaced: (inner: unknown, at: Path) => unknown,
): Record<string, unknown> {
  const keywords = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    if (schemaKeywords.has(keyword)) return [keyword, replaced(value, [keyword])];
    if (listKeywords.has(keyword) && Array.isArray(value))
      return [keyword, value.map((inner: unknown, at) => replaced(inner, [keyword, at]))];
    if (!mapKeywords.has(keyword) || !isObject(value)) return [keyword, value];
    const named = Object.entries(value).map(([name, inner]): [string, unknown] => [
      name,
      replaced(inner, [keyword, name]),
    ]);
    return [keyword, Object.fromEntries(named)];
  });
  return Object.fromEntries(keywords);
}

/**
 * The first thing that makes `schema` no JSON Schema (2020-12) of an object, or one that is not taken here: a keyword that is none,
 * another's schema (`$ref`), patterns for names, a format that nobody checks, and what would cost too much to check by.
 */
export function schemaFault(schema: unknown): SchemaFault | undefined {
  if (!isObject(schema) || schema["type"] !== "object")
    return fault(["type"], "not_an_object", 'The schema must be of objects: give it `"type": "object"`.');
  const waiting: (readonly [unknown, Path])[] = [[schema, []]];
  let [schemas, steps] = [0, 0];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [inner, path] = next;
    schemas += 1;
    if (schemas > maximumSchemas)
      return fault(path, "too_large", `A schema may hold ${maximumSchemas} schemas at most.`);
    if (typeof inner === "boolean") continue;
    if (!isObject(inner)) return fault(path, "not_a_schema", "A schema is an object, or true or false.");
    const wrong = keywordFault(inner, path);
    if (wrong) return wrong;
    const { pattern } = inner;
    if (typeof pattern === "string") {
      const compiled = stepsOf(pattern);
      if (typeof compiled === "string") return fault([...path, "pattern"], "unsupported_pattern", compiled);
      steps += compiled;
      if (steps > maximumSteps)
        return fault([...path, "pattern"], "too_large", `All patterns together may unfold to ${maximumSteps} steps.`);
    }
    waiting.push(...schemasIn(inner, path));
  }
  return undefined;
}

function keywordFault(schema: Readonly<Record<string, unknown>>, path: Path): SchemaFault | undefined {
  for (const [keyword, value] of Object.entries(schema)) {
    const at = [...path, keyword];
    if (keyword.startsWith("x-") || schemaKeywords.has(keyword)) continue;
    if (listKeywords.has(keyword)) {
      if (Array.isArray(value) && value.length > 0) continue;
      return fault(at, "invalid_keyword", "It must be a list with at least one schema.");
    }
    if (mapKeywords.has(keyword)) {
      if (!isObject(value)) return fault(at, "invalid_keyword", "It must be schemas by name.");
      // The validator writes names into URIs, which hold no half of a character.
      if (Object.keys(value).every((name) => name.isWellFormed())) continue;
      return fault(at, "invalid_text", "Names must be well-formed Unicode.");
    }
    const check = Object.hasOwn(plainKeywords, keyword) ? plainKeywords[keyword] : undefined;
    if (!check) return fault(at, "unknown_keyword", unknownKeyword(keyword));
    const message = check(value);
    if (message !== undefined) return fault(at, "invalid_keyword", message);
  }
  return undefined;
}

function unknownKeyword(keyword: string): string {
  if (keyword === "$ref" || keyword === "$dynamicRef" || keyword === "$defs")
    return "Schemas that are elsewhere are not taken: write each where it is used.";
  if (keyword === "patternProperties") return "Patterns for names are not taken: use `propertyNames`.";
  return "JSON Schema (2020-12) has no such keyword, or it is not taken here; begin one of your own with `x-`.";
}

/** How many steps a pattern unfolds to, or why it is not taken. */
function stepsOf(pattern: string): number | string {
  try {
    return linearPattern(pattern).steps;
  } catch (error) {
    if (error instanceof UnsupportedPattern) return error.message;
    throw error;
  }
}

function fault(path: Path, code: string, message: string): SchemaFault {
  return { path, code, message };
}
