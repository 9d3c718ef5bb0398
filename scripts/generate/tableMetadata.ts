import schema from "../../convex/schema";
import { withArticle, wordsOf } from "../../convex/core/resources/words";
import type {
  EventRule,
  FileFieldMetadata,
  ReferenceMetadata,
  TableMetadata,
  TableOptions,
} from "../../convex/core/schema/table";
import { references, storedFiles, storedUrls } from "../../convex/core/schema/fields";
import { declarationOf, sealedFields } from "../../convex/core/schema/table";
import { assertFaultless } from "../lib/declarationFaults";
import { domainFiles, tablesOf } from "./domains";
import { ruleFaults } from "./ruleFaults";
import { tableFaults } from "./tableFaults";
import { banner } from "./banner";
import type * as z from "zod";

/** The source of `convex/core/schema/tableMetadata.ts`: plain data, so that no request evaluates another domain's schemas. */
export async function tableMetadataSource(): Promise<string> {
  const tables = Object.entries(schema.tables).sort(([left], [right]) => (left < right ? -1 : 1));
  const rows = tables.map(([name, definition]) => `  ${name}: ${JSON.stringify(metadataOf(name, definition))},`);
  const files = await tableFiles();
  const faults = tables.flatMap(([name, definition]) => {
    const declared = declarationOf(definition);
    if (!declared) return [];
    const file = `convex/${files.get(name) ?? ""}`;
    const known = new Set(["_storage", ...tables.map(([table]) => table)]);
    return [...tableFaults(file, name, declared), ...ruleFaults(file, name, metadataOf(name, definition), known)];
  });
  assertFaultless(faults);
  return `${banner}import type { TableMetadata } from "./table";

export const tableMetadata = {
${rows.join("\n")}
} as const satisfies Record<string, TableMetadata>;
`;
}

/** The file that declares each table. */
async function tableFiles(): Promise<ReadonlyMap<string, string>> {
  const files = domainFiles().filter((file) => file.endsWith("/tables.ts"));
  const tables = await Promise.all(files.map(async (file) => ({ file, names: await tablesOf(file) })));
  return new Map(tables.flatMap(({ file, names }) => names.map((name): [string, string] => [name, file])));
}

function metadataOf(name: string, definition: (typeof schema.tables)[keyof typeof schema.tables]): TableMetadata {
  const declared = declarationOf(definition);
  if (!declared) throw new Error(`Table ${name} is not made by tenantTable() or globalTable().`);
  const { options } = declared;
  const sealed = sealedFields(declared.fields);
  const files = Object.entries(declared.fields).flatMap(([field, type]) => filesIn(type, [field]));
  const urls = Object.entries(declared.fields).flatMap(([field, type]) => urlsIn(type, [field]));
  return {
    noun: options.noun,
    tenant: declared.tenant,
    base: declared.base,
    audited: options.audited ?? false,
    secret: [...new Set([...(options.secret ?? []), ...sealed])],
    sealed,
    unique: options.unique ?? [],
    references: Object.entries(declared.fields).flatMap(([field, type]) => referencesIn(type, [field])),
    events: eventsOf(options),
    untold: options.untold ?? [],
    ...(files.length > 0 ? { files } : {}),
    ...(urls.length > 0 ? { urls } : {}),
    ...(options.quotas ? { quotas: options.quotas } : {}),
    indexes: Object.fromEntries(
      definition[" indexes"]().map(({ indexDescriptor, fields }) => [indexDescriptor, [...fields]]),
    ),
    ...(options.outlivesTenant === undefined ? {} : { outlivesTenant: options.outlivesTenant }),
  };
}

/** Every event as a rule: a plain one happens by each write of its kind. */
function eventsOf({ noun, events = [] }: TableOptions): EventRule[] {
  const words = withArticle(wordsOf(noun));
  return events.map((event) =>
    typeof event === "object"
      ? event
      : {
          type: `${noun}.${event}`,
          description: `${words.charAt(0).toUpperCase()}${words.slice(1)} was ${event}.`,
          on: [event],
        },
  );
}

function referencesIn(type: z.core.$ZodType, path: readonly string[]): ReferenceMetadata[] {
  return schemasIn(type, path, references).map(([{ table, onDelete }, at]) => ({ path: at, table, onDelete }));
}

function filesIn(type: z.core.$ZodType, path: readonly string[]): FileFieldMetadata[] {
  return schemasIn(type, path, storedFiles).map(([{ purpose }, at]) => ({ path: at, purpose }));
}

function urlsIn(type: z.core.$ZodType, path: readonly string[]): (readonly string[])[] {
  return schemasIn(type, path, storedUrls).map(([, at]) => at);
}

/** Follows optional, nullable, default, array and object wrappers down to schemas of a registry. */
function schemasIn<Known>(
  type: z.core.$ZodType,
  path: readonly string[],
  registry: { get(schema: z.core.$ZodType): Known | undefined },
): [known: Known, path: readonly string[]][] {
  const found = registry.get(type);
  if (found) return [[found, path]];
  const def = type._zod.def;
  if ("innerType" in def) return schemasIn(schemaOf(def.innerType), path, registry);
  if (def.type === "array" && "element" in def) return schemasIn(schemaOf(def.element), [...path, "[]"], registry);
  if (def.type === "object" && "shape" in def) {
    return Object.entries(Object(def.shape)).flatMap(([key, inner]) =>
      schemasIn(schemaOf(inner), [...path, key], registry),
    );
  }
  return [];
}

/** Only zod schemas carry `_zod`, which is checked. */
function schemaOf(value: unknown): z.core.$ZodType {
  if (typeof value !== "object" || value === null || !("_zod" in value)) throw new Error("Not a zod schema.");
  return value as z.core.$ZodType;
}
