import type { tableMetadata } from "../schema/tableMetadata";
import type { Doc, Id, TableNames } from "../../_generated/dataModel";

type SecretOf<Table extends TableNames> = (typeof tableMetadata)[Table]["secret"][number];

/** A row as every door shows it: `id` for `_id`, no system fields, no secrets. */
export type DocumentOf<Table extends TableNames> = { id: Id<Table> } & Omit<
  Doc<Table>,
  "_id" | "_creationTime" | SecretOf<Table>
>;

/** Tables whose rows belong to one organization each, or may. */
export type TenantTable = {
  [Table in TableNames]: (typeof tableMetadata)[Table]["tenant"] extends "none" ? never : Table;
}[TableNames];

type Defined<Values> = { [Field in keyof Values]?: Exclude<Values[Field], undefined> };

/**
 * The fields of `values` that have a value: a partial object that can be spread over a whole one. Written as a loop, since
 * every write of every row passes here.
 */
export function definedOf<Values extends object>(values: Values): Defined<Values> {
  const kept: Partial<Values> = {};
  for (const field in values) {
    if (values[field] !== undefined) kept[field] = values[field];
  }
  return asDefined(kept);
}

/** The loop above has copied no field without a value. */
function asDefined<Values extends object>(kept: Partial<Values>): Defined<Values> {
  return kept as Defined<Values>;
}

/**
 * The row with its id under the public name; the output schema then drops what may not leave. Written as a loop: taking
 * `_id` out by destructuring costs five times as much, fifty times a page.
 */
export function withPublicId<Row extends { _id: string }>(row: Row): Omit<Row, "_id"> & { id: Row["_id"] } {
  const document: { [Field in keyof Row]?: Row[Field] } = {};
  for (const field in row) if (field !== "_id") document[field] = row[field];
  return asPublic(Object.assign(document, { id: row._id }));
}

/** The loop above has copied every field of the row but `_id`. */
function asPublic<Row extends { _id: string }>(document: object): Omit<Row, "_id"> & { id: Row["_id"] } {
  return document as Omit<Row, "_id"> & { id: Row["_id"] };
}
