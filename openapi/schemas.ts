import { zodToConvex } from "convex-helpers/server/zod4";
import * as z from "zod";
import { documentNameOf } from "../convex/core/resource";
import { exampleId } from "./exampleValues";
import { isObject } from "./json";
import type { JsonObject } from "./json";
import type { GenericValidator } from "convex/values";

/** Ids of Convex rows: 31 to 37 digits of its base 32. */
export const idSchema = { type: "string", pattern: "^[a-z0-9]{31,37}$", minLength: 31, maxLength: 37 } as const;

const formatLengths: Readonly<Record<string, number>> = { email: 254, uri: 2048, ipv4: 15, ipv6: 45, uuid: 36 };
const unboundedText = 65_536;
const unboundedItems = 1000;
const maximumJsonFields = 256;
const maximumInt32 = 2_147_483_647;

/** The name that a schema has wherever it occurs: that of its resource, or its own title. */
export function schemaNameOf(type: z.ZodType): string | undefined {
  return documentNameOf(type) ?? z.globalRegistry.get(type)?.title;
}

/** Named schemas of the document, each defined once and referred to wherever it occurs. */
export class SchemaComponents {
  readonly #schemas = new Map<string, JsonObject>();

  /** All of them, by name. */
  get schemas(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(this.#schemas);
  }

  /** Defines `name` and refers to it. Throws when another schema has the name already. */
  define(name: string, schema: JsonObject): JsonObject {
    const known = this.#schemas.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`Two schemas are called ${name}.`);
    this.#schemas.set(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  }

  /** The schema of what leaves: the name of its resource where it is a document, else `name`. */
  output(type: z.ZodType, name: string): JsonObject {
    return this.define(schemaNameOf(type) ?? name, this.#converted(type, "output"));
  }

  /** The schema of what a request may send, in place. */
  input(type: z.ZodType): JsonObject {
    return this.#converted(type, "input");
  }

  /** Follows a reference to a schema of this document. */
  resolve(schema: JsonObject): JsonObject {
    const { $ref } = schema;
    if (typeof $ref !== "string") return schema;
    const found = this.#schemas.get($ref.slice("#/components/schemas/".length));
    if (!found) throw new Error(`There is no ${$ref}.`);
    return found;
  }

  #converted(type: z.ZodType, io: "input" | "output"): JsonObject {
    const { $schema: _dialect, ...schema } = z.toJSONSchema(type, {
      io,
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema, path }) => {
        if (!(zodSchema instanceof z.ZodType)) return;
        if (path.length > 0 && schemaNameOf(zodSchema) !== undefined) {
          for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
          Object.assign(jsonSchema, this.output(zodSchema, ""));
        } else if (zodSchema instanceof z.ZodCustom) Object.assign(jsonSchema, idOf(zodSchema));
      },
    });
    const bounded = boundedSchema(schema);
    if (!isObject(bounded)) throw new Error("A schema of the document is no object.");
    return bounded;
  }
}

/** Ids are custom schemas to zod; their table makes the example recognisable. */
function idOf(type: z.ZodCustom): JsonObject {
  return { ...idSchema, examples: [exampleId(tableNamedBy(zodToConvex(type)))] };
}

function tableNamedBy(validator: GenericValidator): string {
  if (validator.kind === "id") return validator.tableName;
  throw new Error("A custom schema that is no id cannot be described.");
}

/** Gives every string, number, list and map the bounds that it lacks, so that clients can size what they read. */
function boundedSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(boundedSchema);
  if (!isObject(schema)) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, isLiteral(key) ? value : boundedSchema(value)]),
  );
  return { ...inner, ...boundsOf(inner), ...(formatLengths[String(inner["format"])] ? { pattern: undefined } : {}) };
}

function isLiteral(key: string): boolean {
  return ["enum", "const", "default", "examples", "required"].includes(key);
}

function boundsOf(schema: JsonObject): JsonObject {
  switch (schema["type"]) {
    case "string":
      if ("enum" in schema || "const" in schema || "maxLength" in schema) return {};
      return { maxLength: formatLengths[String(schema["format"])] ?? unboundedText };
    case "integer": {
      const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema;
      return {
        format: Number(maximum) <= maximumInt32 && Number(minimum) >= -maximumInt32 ? "int32" : "int64",
        minimum,
        maximum,
      };
    }
    case "array":
      return "maxItems" in schema ? {} : { maxItems: unboundedItems };
    case "object":
      return isObject(schema["additionalProperties"]) ? { maxProperties: maximumJsonFields } : {};
    default:
      return {};
  }
}
