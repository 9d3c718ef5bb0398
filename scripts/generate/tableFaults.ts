import * as z from "zod";
import { wordsOf } from "../../convex/core/resources/words";
import { sealedSecrets } from "../../convex/core/schema/fields";
import { innermost } from "../../convex/core/schema/zod";
import { exampleOf } from "../../openapi/examples";
import { SchemaComponents } from "../../openapi/schemas";
import { DeclarationFaults } from "../lib/declarationFaults";
import type { DeclaredTable, Fields } from "../../convex/core/schema/table";

/** Lists what a table leaves undescribed: a line each, naming file, table and field, and what to write there. */
export function tableFaults(file: string, table: string, { fields, options }: DeclaredTable): readonly string[] {
  const place = `${file}: ${table}`;
  const untold = options.description ? [] : [`${place} has no description: say what ${wordsOf(options.noun)} is.`];
  return [...untold, ...fieldFaults(place, fields)];
}

function fieldFaults(place: string, fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, type]) => {
    const where = `${place}.${name}`;
    const inner = innermost(type);
    const known = z.globalRegistry.get(type)?.description ?? z.globalRegistry.get(inner)?.description;
    const untold = known ? [] : [`${where} has no description: write described(<type>, "<what it means>").`];
    // What never leaves shows no example.
    if (sealedSecrets.has(inner)) return untold;
    const shown = inner instanceof z.ZodObject ? fieldFaults(where, inner.shape) : exampleFaults(where, type);
    return [...untold, ...shown];
  });
}

/** Every field needs a valid example, unless its type, enum or format implies one. */
function exampleFaults(where: string, type: z.ZodType): string[] {
  const schemas = new SchemaComponents();
  try {
    exampleOf(schemas.input(type), { where, choice: 0, resolve: (schema) => schemas.resolve(schema) });
  } catch (error) {
    if (error instanceof DeclarationFaults) return [...error.faults];
    throw error;
  }
  const examples: unknown = z.globalRegistry.get(innermost(type))?.examples;
  return (Array.isArray(examples) ? examples : [])
    .filter((example) => !innermost(type).safeParse(example).success)
    .map((example) => `${where} shows ${JSON.stringify(example)}, which it does not take: give another example.`);
}
