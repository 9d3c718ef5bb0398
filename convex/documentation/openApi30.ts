import { isRecord, record } from "./documentJson";
import type { Json } from "./documentJson";

/**
 * An OpenAPI 3.1 document as 3.0.3 says the same. Knows what this project's emitter writes, and throws for a schema
 * keyword that it does not know, so that none passes unread.
 */
export function toOpenApi30(document: Json): Json {
  const { info, webhooks: _webhooks, ...rest } = document;
  const { summary: _summary, license, ...information } = record(info);
  const { identifier: _identifier, ...named } = record(license ?? {});
  return { ...record(projected(rest)), openapi: "3.0.3", info: { ...information, license: named } };
}

/** Everything outside schemas means the same in both versions. */
function projected(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((element) => projected(element));
  if (!isRecord(value) || literals.has(key)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (name === "schema") return [name, schemaOf(record(inner))];
      if (name === "schemas" && key === "components") return [name, schemasOf(record(inner))];
      return [name, projected(inner, name)];
    }),
  );
}

/** Example values, in which nothing is a schema. */
const literals: ReadonlySet<string> = new Set(["example", "examples"]);

function schemasOf(schemas: Json): Json {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaOf(record(schema))]));
}

/** Keywords that mean the same in both versions. */
const shared: ReadonlySet<string> = new Set([
  "$ref",
  "default",
  "description",
  "enum",
  "format",
  "maxItems",
  "maxLength",
  "maxProperties",
  "maximum",
  "minItems",
  "minLength",
  "minProperties",
  "minimum",
  "pattern",
  "required",
  "title",
]);

function schemaOf(schema: Json): Json {
  const { $ref, ...beside } = schema;
  // 3.0 ignores everything beside a `$ref`.
  if ($ref !== undefined && Object.keys(beside).length > 0) return { ...schemaOf(beside), allOf: [{ $ref }] };
  return Object.assign({}, ...Object.entries(schema).map(([keyword, value]) => keywordOf(keyword, value)));
}

function keywordOf(keyword: string, value: unknown): Json {
  if (shared.has(keyword)) return { [keyword]: value };
  switch (keyword) {
    case "type": {
      const types = [value].flat();
      const [type, ...others] = types.filter((name) => name !== "null");
      if (others.length > 0) throw new Error(`OpenAPI 3.0 has no types ${types.join(", ")} together.`);
      return { type, ...(types.includes("null") ? { nullable: true } : {}) };
    }
    case "const":
      return { enum: [value] };
    case "examples":
      return Array.isArray(value) && value.length > 0 ? { example: value[0] } : {};
    case "properties":
      return { properties: schemasOf(record(value)) };
    case "items":
      return { items: schemaOf(record(value)) };
    case "additionalProperties":
      return { additionalProperties: isRecord(value) ? schemaOf(value) : value };
    // 3.0 has no word for the names of a map's fields.
    case "propertyNames":
      return {};
    case "allOf":
    case "anyOf":
    case "oneOf":
      return { [keyword]: Array.isArray(value) ? value.map((branch) => schemaOf(record(branch))) : [] };
    case "not":
      return { not: schemaOf(record(value)) };
    case "exclusiveMinimum":
      return { minimum: value, exclusiveMinimum: true };
    case "exclusiveMaximum":
      return { maximum: value, exclusiveMaximum: true };
    default:
      throw new Error(`OpenAPI 3.0 has no ${keyword}.`);
  }
}
