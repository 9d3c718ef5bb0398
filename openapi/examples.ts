import { exampleBoolean, exampleNumber, examplePerson, exampleText } from "./exampleValues";
import { isObject } from "./json";
import type { JsonObject } from "./json";

/** Follows a reference to a schema of the document. */
type Resolve = (schema: JsonObject) => JsonObject;

/** Fields that are set only when something ended; an example shows a row that is alive. */
const endings = /^(deleted|revoked|banned|purge|suspended|ended|failed|previous|error|cancelled)/;

/** A value that the schema accepts, with believable contents; `name` is the field it stands in. */
export function exampleOf(schema: JsonObject, resolve: Resolve, name = ""): unknown {
  const { examples, enum: values, anyOf, oneOf } = schema;
  if ("const" in schema) return schema["const"];
  if ("default" in schema) return schema["default"];
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (Array.isArray(values)) return values[0];
  if (typeof schema["$ref"] === "string") return exampleOf(resolve(schema), resolve, name);
  const branches = [anyOf, oneOf].flat().filter(isObject);
  if (branches.length > 0) {
    return exampleOf(branches.find((branch) => branch["type"] !== "null") ?? { type: "null" }, resolve, name);
  }
  switch (Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"]) {
    case "object":
      return exampleObject(schema, resolve, name);
    case "array":
      return exampleArray(schema, resolve, name);
    case "string":
      return exampleText(name, {
        format: typeof schema["format"] === "string" ? schema["format"] : undefined,
        pattern: typeof schema["pattern"] === "string" ? schema["pattern"] : undefined,
        minLength: Number(schema["minLength"] ?? 0),
        maxLength: Number(schema["maxLength"] ?? Infinity),
      });
    case "integer":
    case "number":
      return exampleNumber(name, Number(schema["minimum"] ?? -Infinity), Number(schema["maximum"] ?? Infinity));
    case "boolean":
      return exampleBoolean(name);
    case "null":
      return null;
    default:
      // A schema without a type takes anything.
      return "example";
  }
}

function exampleObject(schema: JsonObject, resolve: Resolve, name: string): unknown {
  const { properties, required, additionalProperties } = schema;
  const needed = new Set(Array.isArray(required) ? required : []);
  const fields = isObject(properties) ? properties : {};
  const entries = Object.entries(fields)
    .filter(([field]) => needed.has(field) || !endings.test(field))
    .map(([field, type]) => [field, isObject(type) ? exampleOf(type, resolve, field) : null]);
  const person = "name" in fields && "email" in fields ? { name: examplePerson } : {};
  if (entries.length > 0) return { ...Object.fromEntries(entries), ...person };
  if (!isObject(additionalProperties)) return {};
  const { propertyNames } = schema;
  const key = isObject(propertyNames) && "enum" in propertyNames ? exampleOf(propertyNames, resolve) : "source";
  return { [String(key)]: exampleOf(additionalProperties, resolve, name) };
}

function exampleArray(schema: JsonObject, resolve: Resolve, name: string): unknown {
  const { items, maxItems = 1 } = schema;
  if (Number(maxItems) === 0 || !isObject(items)) return [];
  return Array.from({ length: Math.max(1, Number(schema["minItems"] ?? 1)) }, () => exampleOf(items, resolve, name));
}
