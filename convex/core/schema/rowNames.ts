import * as z from "zod";
import { engineTables } from "../wire/engineTables";
import { described, exampleRowId, references, rowName } from "./fields";
import { tableMetadata } from "./tableMetadata";
import { innermost } from "./zod";
import type { rowId } from "./fields";
import type { TableMetadata } from "./table";

/** Ids and the names that tables declare. */
const maximumNameCharacters = 40;

/** Where a row is found by another name than its id, as its table's unique rules say: a field and its index. */
export interface NamingField {
  readonly field: string;
  readonly index: string;
  /** Shown in the document, a name before an id. */
  readonly examples: readonly string[];
}

/** How rows of a table are named in requests besides by their ids; undefined where ids are all, and for organizations, which the tenant's phase finds. */
export function namingFieldOf(table: string): NamingField | undefined {
  if (table === engineTables.tenants) return undefined;
  const rule = metadataOf(table)?.unique.find(({ nameIn, fields }) => nameIn !== undefined && fields.length === 1);
  const field = rule?.fields[0];
  if (!rule || field === undefined) return undefined;
  const examples = rule.exampleName === undefined ? [exampleRowId] : [rule.exampleName, exampleRowId];
  return { field, index: rule.index, examples };
}

function metadataOf(table: string): TableMetadata | undefined {
  return new Map<string, TableMetadata>(Object.entries(tableMetadata)).get(table);
}

/**
 * Names a row of `table` in a request, by its id or its other name. Handlers get the id: the pipeline looks names up before
 * it asks them, and leaves alone what names no row.
 */
export function rowNamed<Table extends string>(table: Table): ReturnType<typeof rowId<Table>> {
  return asRowId<Table>(rowName(table, maximumNameCharacters));
}

/** The reference as requests send it: by its row's id, and by its other name where its table has one. */
export function asSent(type: z.ZodType): z.ZodType {
  const inner = innermost(type);
  const referred = references.get(type) ?? references.get(inner);
  const naming = referred && namingFieldOf(referred.table);
  if (!naming) return type;
  const { description = "" } = z.globalRegistry.get(type) ?? z.globalRegistry.get(inner) ?? {};
  const sent = described(rowName(referred.table, maximumNameCharacters), byName(description), ...naming.examples);
  references.add(sent, referred);
  return type.safeParse(undefined).success ? sent.optional() : sent;
}

/** What a description of an id says where the row's other name will do. */
function byName(description: string): string {
  return description.includes("slug") ? description : `${description} By its id or slug.`;
}

/** A text that the pipeline has replaced by the row's id when a handler reads it; what names no row, the reference phase refuses. */
function asRowId<Table extends string>(type: z.ZodType): ReturnType<typeof rowId<Table>> {
  return type as ReturnType<typeof rowId<Table>>;
}
