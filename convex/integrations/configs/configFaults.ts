import { format, Validator } from "@cfworker/json-schema";
import { outboundUrlFault } from "../../core/wire/outboundUrl";
import { linearPattern } from "./linearPattern";
import { isObject, withInner } from "./schemaFaults";
import type { Schema } from "@cfworker/json-schema";

/** What is wrong with a configuration: a JSON Pointer into it, a code, and what it must be. */
interface ConfigFault {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** Characters times steps of the patterns that they are compared with; a tenth of a second, and more than any honest one takes. */
const maximumWork = 1_000_000;
/** What a check looks at, schemas times values: a configuration of hundreds of settings is far below. */
const maximumPairs = 1_000_000;
/** Elements that `uniqueItems` compares with each other, by what they hold; half a second, and more than any honest list takes. */
const maximumComparisons = 10_000_000;
const listedFaults = 20;
/** They say that something inside is wrong, which is told as well. */
const containers: ReadonlySet<string> = new Set([
  "additionalProperties",
  "allOf",
  "anyOf",
  "contains",
  "dependentSchemas",
  "if",
  "items",
  "oneOf",
  "prefixItems",
  "properties",
  "propertyNames",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

/** What `schema` finds wrong with a configuration, the first of it; nothing where it is as the schema says. */
export function configFaults(schema: Readonly<Record<string, unknown>>, config: unknown): readonly ConfigFault[] {
  const isTooLarge =
    countOf(schema) * countOf(config) > maximumPairs || uniquesIn(schema) * comparisonsIn(config) > maximumComparisons;
  if (isTooLarge)
    return [{ pointer: "", code: "too_large", message: "It holds more than its integration's schema can check." }];
  const patterns = new Patterns();
  const checked = patterns.of(schema);
  const { valid, errors } = patterns.during(() => new Validator(checked, "2020-12", false).validate(config));
  if (patterns.work > maximumWork)
    return [
      { pointer: "", code: "too_large", message: "Its texts are longer than its integration's schema can check." },
    ];
  if (valid) return [];
  const told = errors.flatMap(({ instanceLocation, keyword, error }, at): ConfigFault[] => {
    // A container is told of where nothing inside it is, as of a choice of which nothing fits.
    if (containers.has(keyword) && at < errors.length - 1) return [];
    const isPattern = keyword === "format" && error.includes(patternPrefix);
    const missing = keyword === "required" ? /property "(.*)"/.exec(error)?.[1] : undefined;
    const pointer = decodeURI(instanceLocation.slice(1).replaceAll("%23", "#"));
    return [
      {
        pointer: missing === undefined ? pointer : `${pointer}/${missing.replaceAll("~", "~0").replaceAll("/", "~1")}`,
        code:
          missing !== undefined ? "required" : keyword === "false" ? "unknown_field" : isPattern ? "pattern" : keyword,
        message: wordsOf(keyword, isPattern ? "It does not match the pattern of its integration's schema." : error),
      },
    ];
  });
  return told.slice(0, listedFaults);
}

function wordsOf(keyword: string, error: string): string {
  if (keyword === "required") return "This field is required.";
  return keyword === "false" ? "This field is not known here." : error.slice(0, 300);
}

/** Values and fields in JSON, at any depth. */
function countOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + countOf(inner), 1);
}

/** Schemas inside a schema, it included, whose lists hold nothing twice. */
function uniquesIn(schema: unknown): number {
  if (!isObject(schema)) return 0;
  let uniques = schema["uniqueItems"] === true ? 1 : 0;
  withInner(schema, (inner) => {
    uniques += uniquesIn(inner);
    return inner;
  });
  return uniques;
}

/** What it takes to compare the elements of every list with each other. */
function comparisonsIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? value.length * countOf(value) : 0;
  return Object.values(value).reduce((sum: number, inner) => sum + comparisonsIn(inner), own);
}

const patternPrefix = "portico-pattern-";

/** Patterns of a schema, which the validator compares by as it does by formats: its own way would backtrack. */
class Patterns {
  readonly #formats = new Map<string, (text: string) => boolean>();
  work = 0;

  /** The schema with a format in the place of each pattern. */
  of(schema: unknown): Schema | boolean {
    if (!isObject(schema)) return schema === true;
    const inner: object = withInner(schema, (part) => this.of(part));
    const { pattern, allOf, ...rest }: { pattern?: unknown; allOf?: unknown } = inner;
    if (typeof pattern !== "string") return { ...inner };
    const name = `${patternPrefix}${this.#formats.size}`;
    this.#formats.set(name, this.#matcher(pattern));
    return { ...rest, allOf: [...(Array.isArray(allOf) ? allOf : []), { format: name }] };
  }

  #matcher(source: string): (text: string) => boolean {
    const pattern = linearPattern(source);
    return (text) => {
      this.work += pattern.steps * text.length;
      return this.work <= maximumWork && pattern.test(text);
    };
  }

  /** What `check` answers while the validator knows the patterns. */
  during<Result>(check: () => Result): Result {
    for (const [name, matches] of this.#formats) format[name] = matches;
    try {
      return check();
    } finally {
      for (const name of this.#formats.keys()) delete format[name];
    }
  }
}

/** Where a configuration holds a URL that this deployment sends nothing to. */
export function urlFaults(config: unknown): readonly ConfigFault[] {
  return textsIn(config, "").flatMap(([text, pointer]) => {
    const message = /^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim()) ? outboundUrlFault(text) : undefined;
    return message === undefined ? [] : [{ pointer, code: "url_not_allowed", message }];
  });
}

function textsIn(value: unknown, pointer: string): readonly (readonly [text: string, pointer: string])[] {
  if (typeof value === "string") return [[value, pointer]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    textsIn(inner, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
}
