import { zodToConvex } from "convex-helpers/server/zod4";
import * as z from "zod";
import { wordsOf } from "../convex/core/resources/words";
import { tableMetadata } from "../convex/core/schema/tableMetadata";
import { documentNameOf } from "../convex/core/resources/resource";
import { itemTriedBy } from "../convex/core/operations/triedItems";
import { exampleOf } from "./examples";
import { exampleId, latestTimeMs } from "./exampleValues";
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

  /** @param descriptions What the rows of a table are, by the name of their schema. */
  constructor(readonly descriptions: ReadonlyMap<string, string> = new Map()) {}

  /** All of them, by name. */
  get schemas(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(this.#schemas);
  }

  /** Defines `name` and refers to it. @throws {Error} when another schema has the name already */
  define(name: string, schema: JsonObject): JsonObject {
    const known = this.#schemas.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`Two schemas are called ${name}.`);
    this.#schemas.set(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  }

  /**
   * The schema of a response body: named after its resource where it is a row's view, else `name`, described by `about`.
   */
  output(type: z.ZodType, name: string, about = ""): JsonObject {
    const own = schemaNameOf(type);
    // Generators unroll a list's maximum length into tuples, and responses do not need one.
    const schema = mapped(this.#converted(type, "output"), withoutMaxItems);
    return this.define(own ?? name, { description: (own && this.descriptions.get(own)) ?? about, ...schema });
  }

  /** The schema of a parameter, in place. */
  input(type: z.ZodType): JsonObject {
    return this.#converted(type, "input");
  }

  /**
   * The schema of a body, in place. A default is described in words: generators take the keyword to mean that the field
   * is always present, and require it of callers.
   * @param isCreation Whether what is left out is made
   */
  body(type: z.ZodType, isCreation = false): JsonObject {
    return mapped(this.#converted(type, "input", isCreation), withDefaultInWords);
  }

  /**
   * A value that the schema accepts, of those that its fields show the one at `choice`.
   * @throws {Error} naming `where` and the field that shows none.
   */
  example(schema: JsonObject, where: string, choice = 0): unknown {
    return exampleOf(schema, { where, choice, resolve: (inner) => this.resolve(inner) });
  }

  /** Follows a reference to a schema of this document. */
  resolve(schema: JsonObject): JsonObject {
    const { $ref } = schema;
    if (typeof $ref !== "string") return schema;
    const found = this.#schemas.get($ref.slice("#/components/schemas/".length));
    if (!found) throw new Error(`There is no ${$ref}.`);
    return found;
  }

  #converted(type: z.ZodType, io: "input" | "output", isCreation = false): JsonObject {
    return mapped(this.#raw(type, io), (inner) => nullableType(bounded(withForm(inner, isCreation))));
  }

  #raw(type: z.ZodType, io: "input" | "output"): JsonObject {
    const { $schema: _dialect, ...schema } = z.toJSONSchema(type, {
      io,
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema, path }) => {
        if (!(zodSchema instanceof z.ZodType)) return;
        if (path.length > 0 && schemaNameOf(zodSchema) !== undefined) {
          for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
          Object.assign(jsonSchema, this.output(zodSchema, ""));
        } else if (zodSchema instanceof z.ZodCustom) Object.assign(jsonSchema, idOf(zodSchema));
        const tried = itemTriedBy(zodSchema);
        if (tried) Object.assign(jsonSchema, this.#raw(tried, io));
      },
    });
    return schema;
  }
}

/**
 * Ids are custom schemas to zod. Their table makes the example recognisable and describes them where nothing else does.
 */
function idOf(type: z.ZodCustom): JsonObject {
  const table = tableNamedBy(zodToConvex(type));
  const noun = Object.entries(tableMetadata).find(([name]) => name === table)?.[1].noun ?? table;
  const description = z.globalRegistry.get(type)?.description ?? `Id of the ${wordsOf(noun)}.`;
  return { ...idSchema, description, examples: [exampleId(table)] };
}

/**
 * What every value of the kind must be, said after what the field means: the form of free JSON, the unit of times; of a creation also
 * what becomes of a field that is left out.
 */
function withForm(schema: JsonObject, isCreation: boolean): JsonObject {
  const { form, whenAbsent, description, ...rest } = schema;
  const unit = schema["maximum"] === latestTimeMs ? "Milliseconds since the epoch." : undefined;
  const sentences = [description, form, isCreation ? whenAbsent : undefined, unit].filter(
    (part) => typeof part === "string",
  );
  return sentences.length === 0 ? schema : { ...rest, description: sentences.join(" ") };
}

/** The table whose ids a validator takes. */
export function tableNamedBy(validator: GenericValidator): string {
  if (validator.kind === "id") return validator.tableName;
  throw new Error("A custom schema that is no id cannot be described.");
}

/** The schema with every schema inside it changed, innermost first. */
function mapped(schema: JsonObject, change: (schema: JsonObject) => JsonObject): JsonObject {
  const inner = Object.entries(schema).map(([key, value]) => [
    key,
    isLiteral(key) ? value : mappedValue(value, change),
  ]);
  return change(Object.fromEntries(inner));
}

function mappedValue(value: unknown, change: (schema: JsonObject) => JsonObject): unknown {
  if (Array.isArray(value)) return value.map((element) => mappedValue(element, change));
  return isObject(value) ? mapped(value, change) : value;
}

/** Gives a string, number, list or map the bounds that it lacks, so that clients can size what they read. */
function bounded(schema: JsonObject): JsonObject {
  const { pattern: _pattern, ...rest } = schema;
  const hasKnownForm = formatLengths[String(schema["format"])] !== undefined;
  return { ...(hasKnownForm ? rest : schema), ...boundsOf(schema) };
}

/** `anyOf: [X, null]` as X whose type may be null: the one form that also tools of OpenAPI 3.0 can be given. */
function nullableType(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const [value, other] = anyOf.filter(isObject).toSorted((left) => (left["type"] === "null" ? 1 : -1));
  if (!value || typeof value["type"] !== "string" || other?.["type"] !== "null") return schema;
  const values = value["enum"];
  return {
    ...value,
    ...rest,
    type: [value["type"], "null"],
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  };
}

function withoutMaxItems(schema: JsonObject): JsonObject {
  const { maxItems: _maxItems, ...rest } = schema;
  return schema["type"] === "array" ? rest : schema;
}

function withDefaultInWords(schema: JsonObject): JsonObject {
  if (!("default" in schema)) return schema;
  const { default: value, description, ...rest } = schema;
  const words = `\`${typeof value === "string" ? value : JSON.stringify(value)}\` unless given.`;
  return { ...rest, description: typeof description === "string" ? `${description} ${words}` : words };
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
