import { DeclarationFaults } from "../scripts/lib/declarationFaults";
import { exampleNumber, exampleText } from "./exampleValues";
import { isObject } from "./json";
import type { JsonObject } from "./json";

/** Where an example is made, and which of those that a field has. */
export interface ExamplePlace {
  /** Named in the message when a field has no example: file, operation and field. */
  readonly where: string;
  /** A second creation of the same rows shows the second values, which what is unique needs. */
  readonly choice: number;
  readonly resolve: (schema: JsonObject) => JsonObject;
}

/** Fields that are set only when something has ended; examples show a living row. */
const endings = /^(deleted|revoked|banned|purge|suspended|ended|failed|previous|error|cancelled)/;

/**
 * A value that the schema accepts: an example of its own, or what its type, enum or format tells.
 * @throws {Error} naming the place, for a schema that shows none and from which none can be told.
 */
export function exampleOf(schema: JsonObject, place: ExamplePlace): unknown {
  const { examples, enum: values, anyOf, oneOf } = schema;
  if ("const" in schema) return schema["const"];
  if ("default" in schema) return schema["default"];
  if (Array.isArray(examples) && examples.length > 0) return examples[place.choice] ?? examples[0];
  if (Array.isArray(values)) return values[0];
  if (typeof schema["$ref"] === "string") return exampleOf(place.resolve(schema), place);
  // Beside the fields of an object they say which of these it needs, and no other form of it.
  const branches = isObject(schema["properties"]) ? [] : [anyOf, oneOf].flat().filter(isObject);
  if (branches.length > 0) {
    return exampleOf(branches.find((branch) => branch["type"] !== "null") ?? { type: "null" }, place);
  }
  switch (Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"]) {
    case "object":
      return exampleObject(schema, place);
    case "array":
      return exampleArray(schema, place);
    case "string":
      return exampleText(schema["format"]) ?? missing(place);
    case "integer":
    case "number":
      return exampleNumber(Number(schema["minimum"] ?? -Infinity), Number(schema["maximum"] ?? Infinity));
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return missing(place);
  }
}

function missing({ where }: ExamplePlace): never {
  throw new DeclarationFaults([`${where} needs an example: write described(<type>, "<what it means>", <example>).`]);
}

function exampleObject(schema: JsonObject, place: ExamplePlace): unknown {
  const { properties, required, additionalProperties } = schema;
  const needed = new Set(Array.isArray(required) ? required : []);
  const fields = isObject(properties) ? properties : {};
  const entries = Object.entries(fields)
    .filter(([field]) => needed.has(field) || !endings.test(field))
    .map(([field, type]) => [
      field,
      isObject(type) ? exampleOf(type, { ...place, where: `${place.where}.${field}` }) : null,
    ]);
  return entries.length > 0 || !isObject(additionalProperties) ? Object.fromEntries(entries) : missing(place);
}

function exampleArray(schema: JsonObject, place: ExamplePlace): unknown {
  const { items, maxItems = 1 } = schema;
  if (Number(maxItems) === 0 || !isObject(items)) return [];
  return Array.from({ length: Math.max(1, Number(schema["minItems"] ?? 1)) }, () => exampleOf(items, place));
}
