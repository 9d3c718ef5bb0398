import { defineSchema, defineTable } from "convex/server";
import type { GenericSchema, SchemaDefinition } from "convex/server";
import { v } from "convex/values";
import type { GenericValidator } from "convex/values";

/** The kinds of field that random schemas are made of. */
export const fieldKinds = [
  "any",
  "string",
  "number",
  "int64",
  "boolean",
  "bytes",
  "nullable",
  "id",
  "array",
  "object",
  "literals",
] as const;
export type FieldKind = (typeof fieldKinds)[number];

/** One table of a random schema; every table also has a required number `n`. */
export interface TableDescription {
  readonly fields: readonly { readonly kind: FieldKind; readonly optional: boolean }[];
  /** Field paths of each index. */
  readonly indexes: readonly (readonly string[])[];
}

/** A random schema as plain data, since the host gets it as a file and convex-test as an object. */
export interface SchemaDescription {
  readonly validates: boolean;
  readonly tables: readonly TableDescription[];
}

/** Builds the schema that a description stands for: tables `t0`…, fields `f0`…, indexes `i0`…. */
export function schemaOf(description: SchemaDescription): SchemaDefinition<GenericSchema, boolean> {
  return defineSchema(
    Object.fromEntries(
      description.tables.map(({ fields, indexes }, table) => {
        const validators = fields.map(({ kind, optional }, field) => {
          const validator = validatorOf(kind);
          return [`f${field}`, optional ? v.optional(validator) : validator] as const;
        });
        const definition = defineTable({ n: v.number(), ...Object.fromEntries(validators) });
        for (const [index, [first = "n", ...others]] of indexes.entries())
          addIndex(definition, `i${index}`, [first, ...others]);
        return [`t${table}`, definition];
      }),
    ),
    { schemaValidation: description.validates },
  );
}

/** Field paths are only known at run time, so the type of the table cannot list them. */
function addIndex(definition: unknown, name: string, fields: readonly string[]): void {
  (definition as { index(name: string, fields: readonly string[]): unknown }).index(name, fields);
}

function validatorOf(kind: FieldKind): GenericValidator {
  switch (kind) {
    case "any":
      return v.any();
    case "string":
      return v.string();
    case "number":
      return v.number();
    case "int64":
      return v.int64();
    case "boolean":
      return v.boolean();
    case "bytes":
      return v.bytes();
    case "nullable":
      return v.union(v.null(), v.string(), v.number());
    case "id":
      return v.id("t0");
    case "array":
      return v.array(v.any());
    case "object":
      return v.object({ x: v.optional(v.any()), y: v.optional(v.number()) });
    case "literals":
      return v.union(v.literal("a"), v.literal(1), v.literal(true));
  }
}
