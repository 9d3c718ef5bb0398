import { exampleBoolean, exampleNumber, exampleText, isContext, knownObject, knownText } from "./exampleValues";
import { isObject } from "./json";
import type { ExamplePlace } from "./exampleValues";
import type { JsonObject } from "./json";

/** Follows a reference to a schema of the document. */
type Resolve = (schema: JsonObject) => JsonObject;

/** Fields that are set only when something ended; an example shows a row that is alive. */
const endings = /^(deleted|revoked|banned|purge|suspended|ended|failed|previous|error|cancelled)/;

const nowhere: ExamplePlace = { name: "", contexts: [] };

/** A value that the schema accepts, with believable contents. */
export function exampleOf(schema: JsonObject, resolve: Resolve, place: ExamplePlace = nowhere): unknown {
  const { examples, enum: values, anyOf, oneOf } = schema;
  if ("const" in schema) return schema["const"];
  if ("default" in schema) return schema["default"];
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (Array.isArray(values)) {
    const known = knownText(place);
    return values.includes(known) ? known : values[0];
  }
  if (typeof schema["$ref"] === "string") return exampleOf(resolve(schema), resolve, within(place, schema["$ref"]));
  const branches = [anyOf, oneOf].flat().filter(isObject);
  if (branches.length > 0) {
    return exampleOf(branches.find((branch) => branch["type"] !== "null") ?? { type: "null" }, resolve, place);
  }
  switch (Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"]) {
    case "object":
      return exampleObject(schema, resolve, place);
    case "array":
      return exampleArray(schema, resolve, place);
    case "string":
      return exampleText(place, {
        format: typeof schema["format"] === "string" ? schema["format"] : undefined,
        pattern: typeof schema["pattern"] === "string" ? schema["pattern"] : undefined,
        minLength: Number(schema["minLength"] ?? 0),
        maxLength: Number(schema["maxLength"] ?? Infinity),
      });
    case "integer":
    case "number":
      return exampleNumber(place.name, Number(schema["minimum"] ?? -Infinity), Number(schema["maximum"] ?? Infinity));
    case "boolean":
      return exampleBoolean(place.name);
    case "null":
      return null;
    default:
      // A schema without a type takes anything.
      return knownObject(place) ?? "example";
  }
}

/** A shared schema or a field that is named as a resource is about that resource. */
function within(place: ExamplePlace, reference: string): ExamplePlace {
  const last = reference.slice(reference.lastIndexOf("/") + 1);
  const context = last.charAt(0).toLowerCase() + last.slice(1);
  if (!isContext(context)) return place;
  const [operation, ...about] = place.contexts;
  return { ...place, contexts: operation === undefined ? [context] : [operation, context, ...about] };
}

function exampleObject(schema: JsonObject, resolve: Resolve, place: ExamplePlace): unknown {
  const { properties, required, additionalProperties } = schema;
  const needed = new Set(Array.isArray(required) ? required : []);
  const fields = isObject(properties) ? properties : {};
  const entries = Object.entries(fields)
    .filter(([field]) => needed.has(field) || !endings.test(field))
    .map(([field, type]) => [
      field,
      isObject(type) ? exampleOf(type, resolve, within({ ...place, name: field }, field)) : null,
    ]);
  if (entries.length > 0) return Object.fromEntries(entries);
  if (!isObject(additionalProperties)) return {};
  const known = Object.keys(additionalProperties).length === 0 ? knownObject(place) : undefined;
  if (known) return known;
  const { propertyNames } = schema;
  const key = isObject(propertyNames) && "enum" in propertyNames ? exampleOf(propertyNames, resolve) : "source";
  return { [String(key)]: exampleOf(additionalProperties, resolve, place) };
}

function exampleArray(schema: JsonObject, resolve: Resolve, place: ExamplePlace): unknown {
  const { items, maxItems = 1 } = schema;
  if (Number(maxItems) === 0 || !isObject(items)) return [];
  return Array.from({ length: Math.max(1, Number(schema["minItems"] ?? 1)) }, () => exampleOf(items, resolve, place));
}
