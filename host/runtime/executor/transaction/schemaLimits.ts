import { BundleError } from "../../../bundle/entryPoints";
import type { ValidatorJson } from "../../../values/validatorJson";

const maxTables = 10_000;
/** Convex's documentation says 32 where its code says 64; what holds for the lower number holds for both. */
const maxIndexesPerTable = 32;
const maxIndexFields = 16;
const systemFields: ReadonlySet<string> = new Set(["_id", "_creationTime"]);
const identifierPattern = /^(?=.*[A-Za-z0-9])[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** The parts of one exported table that Convex limits. */
export interface TableJson {
  readonly tableName: string;
  readonly indexes: readonly { readonly indexDescriptor: string; readonly fields: readonly string[] }[];
  readonly searchIndexes?: readonly { readonly indexDescriptor: string }[];
  readonly vectorIndexes?: readonly { readonly indexDescriptor: string }[];
  readonly documentType?: ValidatorJson;
}

/** Holds a schema to Convex's limits on names and counts. @throws {BundleError} with Convex's text */
export function checkSchemaLimits(tables: readonly TableJson[]): void {
  if (tables.length > maxTables) throw new BundleError(`Number of tables cannot exceed ${maxTables}.`);
  for (const table of tables) {
    checkTableName(table.tableName);
    checkIndexes(table);
    if (table.documentType !== undefined) checkFieldNames(table.tableName, table.documentType);
  }
}

/** No document could have such a field. @throws {BundleError} */
function checkFieldNames(tableName: string, documentType: ValidatorJson): void {
  if (documentType.type === "union") for (const member of documentType.value) checkFieldNames(tableName, member);
  if (documentType.type !== "object") return;
  for (const name of Object.keys(documentType.value))
    if (!systemFields.has(name) && (!identifierPattern.test(name) || name.startsWith("_")))
      throw new BundleError(
        `In table "${tableName}": Invalid field name: "${name}". Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.`,
      );
}

/** Refuses what is no name of a user's table. @throws {BundleError} */
function checkTableName(name: string): void {
  if (!identifierPattern.test(name))
    throw new BundleError(
      `Invalid table name: "${name}". Identifiers must start with a letter and can only contain letters, digits, and underscores.`,
    );
  if (name.startsWith("_")) throw new BundleError(`${name} is a reserved table name.`);
}

function checkIndexes({ tableName, indexes, searchIndexes = [], vectorIndexes = [] }: TableJson): void {
  const all = [...indexes, ...searchIndexes, ...vectorIndexes];
  if (all.length > maxIndexesPerTable)
    throw new BundleError(`Table "${tableName}" cannot have more than ${maxIndexesPerTable} indexes.`);
  const names = new Set<string>();
  const nameByFields = new Map<string, string>();
  for (const { indexDescriptor: name } of all) {
    if (!identifierPattern.test(name))
      throw new BundleError(
        `In table "${tableName}": Invalid index name: "${name}". Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.`,
      );
    if (name.startsWith("_") || name === "by_id" || name === "by_creation_time")
      throw new BundleError(
        `In table "${tableName}" cannot name an index "${name}" because the name is reserved. Indexes may not start with an underscore or be named "by_id" or "by_creation_time".`,
      );
    if (names.has(name)) throw new BundleError(`Table "${tableName}" has two or more definitions of index "${name}".`);
    names.add(name);
  }
  for (const { indexDescriptor: name, fields } of indexes) {
    checkIndexFields(tableName, name, fields);
    const other = nameByFields.get(fields.join(" "));
    if (other !== undefined)
      throw new BundleError(
        `In table "${tableName}" index "${other}" and index "${name}" have the same fields. Indexes must be unique within a table.`,
      );
    nameByFields.set(fields.join(" "), name);
  }
}

function checkIndexFields(tableName: string, index: string, fields: readonly string[]): void {
  const refuse = (reason: string): never => {
    throw new BundleError(`In table "${tableName}": ${reason}`);
  };
  if (fields.length === 0)
    throw new BundleError(`In table "${tableName}" index "${index}" must have at least one field.`);
  if (fields.length > maxIndexFields) refuse(`Indexes may have up to ${maxIndexFields} fields.`);
  const seen = new Set<string>();
  for (const field of fields) {
    if (field === "_id") refuse("`_id` is not a valid index field. To load documents by ID, use `db.get(id)`.");
    if (field === "_creationTime")
      refuse(
        "`_creationTime` is automatically added to the end of each index. It should not be added explicitly in the index definition. See https://docs.convex.dev/using/indexes for more details.",
      );
    if (!field.split(".").every((part) => identifierPattern.test(part)))
      refuse(`In index "${index}": Invalid index field: "${field}"`);
    if (field.startsWith("_")) refuse("Reserved fields (starting with `_`) are not allowed in indexes.");
    if (seen.has(field)) refuse(`Duplicate field ${field}. Index fields must be unique within an index.`);
    seen.add(field);
  }
}
