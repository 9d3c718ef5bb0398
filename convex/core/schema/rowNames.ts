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

/** Whether there is a table of this name. */
export function isTable(name: string): name is keyof typeof tableMetadata {
  return Object.hasOwn(tableMetadata, name);
}

/** How rows of a table are named in requests besides by their ids; undefined where ids are all, and for organizations, which the tenant's phase finds. */
export function namingFieldOf(table: string): NamingField | undefined {
  if (!isTable(table) || table === engineTables.tenants) return undefined;
  const { unique }: TableMetadata = tableMetadata[table];
  const rule = unique.find(({ nameIn, fields }) => nameIn !== undefined && fields.length === 1);
  const field = rule?.fields[0];
  if (!rule || field === undefined) return undefined;
  const examples = rule.exampleName === undefined ? [exampleRowId] : [rule.exampleName, exampleRowId];
  return { field, index: rule.index, examples };
}

/**
 * Names a row of `table` in a request, by its id or by its other name where its table has one. Handlers get the id: the pipeline
 * looks names up before it asks them, and leaves alone what names no row.
 */
export function rowNamed<Table extends string>(table: Table, description: string): ReturnType<typeof rowId<Table>> {
  return asRowId<Table>(nameOf(table, description, namingFieldOf(table)));
}

/** The reference as requests send it: by its row's id, and by its other name where its table has one. */
export function asSent(type: z.ZodType): z.ZodType {
  const inner = innermost(type);
  const referred = references.get(type) ?? references.get(inner);
  const naming = referred && namingFieldOf(referred.table);
  if (!naming) return type;
  const { description = "" } = z.globalRegistry.get(type) ?? z.globalRegistry.get(inner) ?? {};
  const sent = nameOf(referred.table, description, naming).register(references, referred);
  return type.safeParse(undefined).success ? sent.optional() : sent;
}

function nameOf(table: string, description: string, naming: NamingField | undefined) {
  const words = naming ? `${description} Named by its id or ${naming.field}.` : description;
  return described(rowName(table, maximumNameCharacters), words, ...(naming?.examples ?? [exampleRowId]));
}

/** A text that the pipeline has replaced by the row's id when a handler reads it; what names no row, the reference phase refuses. */
function asRowId<Table extends string>(type: z.ZodType): ReturnType<typeof rowId<Table>> {
  return type as ReturnType<typeof rowId<Table>>;
}
