import schema from "../../convex/schema";
import type { ReferenceMetadata, TableMetadata } from "../../convex/core/schema/table";
import { references } from "../../convex/core/schema/fields";
import { declarationOf } from "../../convex/core/schema/table";
import { banner } from "./banner";
import type * as z from "zod";

/** The source of `convex/core/schema/tableMetadata.ts`: plain data, so that no request evaluates another domain's schemas. */
export function tableMetadataSource(): string {
  const rows = Object.entries(schema.tables)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, definition]) => `  ${name}: ${JSON.stringify(metadataOf(name, definition))},`);
  return `${banner}import type { TableMetadata } from "./table";

export const tableMetadata = {
${rows.join("\n")}
} as const satisfies Record<string, TableMetadata>;
`;
}

function metadataOf(name: string, definition: (typeof schema.tables)[keyof typeof schema.tables]): TableMetadata {
  const declared = declarationOf(definition);
  if (!declared) throw new Error(`Table ${name} is not made by tenantTable() or globalTable().`);
  const { options } = declared;
  return {
    noun: options.noun,
    tenant: declared.tenant,
    base: declared.base,
    audited: options.audited ?? false,
    secret: options.secret ?? [],
    unique: options.unique ?? [],
    references: Object.entries(declared.fields).flatMap(([field, type]) => referencesIn(type, [field])),
    indexes: Object.fromEntries(
      definition[" indexes"]().map(({ indexDescriptor, fields }) => [indexDescriptor, [...fields]]),
    ),
  };
}

/** Follows optional, nullable, default, array and object wrappers down to `reference()` schemas. */
function referencesIn(type: z.core.$ZodType, path: readonly string[]): ReferenceMetadata[] {
  const found = references.get(type);
  if (found) return [{ path, table: found.table, onDelete: found.onDelete }];
  const def = type._zod.def;
  if ("innerType" in def) return referencesIn(schemaOf(def.innerType), path);
  if (def.type === "array" && "element" in def) return referencesIn(schemaOf(def.element), [...path, "[]"]);
  if (def.type === "object" && "shape" in def) {
    return Object.entries(Object(def.shape)).flatMap(([key, inner]) => referencesIn(schemaOf(inner), [...path, key]));
  }
  return [];
}

/** Only zod schemas carry `_zod`, which is checked. */
function schemaOf(value: unknown): z.core.$ZodType {
  if (typeof value !== "object" || value === null || !("_zod" in value)) throw new Error("Not a zod schema.");
  return value as z.core.$ZodType;
}
