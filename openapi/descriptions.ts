import { assertFaultless } from "../scripts/lib/declarationFaults";
import { isObject } from "./json";
import type { JsonObject } from "./json";

/**
 * Lists every schema, field and parameter of the document without a description: a line each, naming it and what to
 * write. A field that refers to a shared schema is described by that schema.
 */
export function undescribed(document: JsonObject): string[] {
  const components = objectAt(document, "components");
  const operations = Object.values(objectAt(document, "paths"))
    .flatMap((item) => Object.values(isObject(item) ? item : {}))
    .filter(isObject);
  return [
    ...operations.flatMap((operation) => parametersOf(operation)),
    ...Object.entries(objectAt(components, "schemas")).flatMap(([name, schema]) =>
      isObject(schema) ? [...itself(`The schema ${name}`, schema), ...fieldsOf(`The schema ${name}`, schema)] : [],
    ),
    ...["parameters", "headers"].flatMap((kind) =>
      Object.entries(objectAt(components, kind)).flatMap(([name, part]) =>
        isObject(part) ? itself(`components.${kind}.${name}`, part) : [],
      ),
    ),
  ];
}

function parametersOf(operation: JsonObject): string[] {
  const { operationId, parameters } = operation;
  const own = (Array.isArray(parameters) ? parameters : []).filter(isObject);
  return own
    .filter(({ $ref }) => $ref === undefined)
    .flatMap((parameter) => itself(`The parameter ${String(parameter["name"])} of ${String(operationId)}`, parameter));
}

/**
 * Insists that every part of an operation is described; `place` names file, operation and part.
 * @throws {DeclarationFaults} for those that are not
 */
export function assertDescribed(place: string, part: JsonObject): void {
  assertFaultless([...itself(place, part), ...fieldsOf(place, part)]);
}

function itself(place: string, part: JsonObject): string[] {
  const { description, $ref } = part;
  if (typeof $ref === "string" || (typeof description === "string" && description !== "")) return [];
  return [`${place} has no description: write described(<type>, "<what it means>") where it is declared.`];
}

/** The fields inside a schema, at any depth. */
function fieldsOf(place: string, schema: JsonObject): string[] {
  const { items, additionalProperties, anyOf, oneOf, allOf } = schema;
  const fields = Object.entries(objectAt(schema, "properties")).flatMap(([name, field]) =>
    isObject(field) ? [...itself(`${place}.${name}`, field), ...fieldsOf(`${place}.${name}`, field)] : [],
  );
  const inner = [items, additionalProperties, anyOf, oneOf, allOf].flat().filter(isObject);
  return [...fields, ...inner.flatMap((part) => fieldsOf(place, part))];
}

function objectAt(from: JsonObject, key: string): JsonObject {
  const value = from[key];
  return isObject(value) ? value : {};
}
