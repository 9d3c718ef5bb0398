import type { Catalog, IndexDefinition, StoredTable } from "../../../store/catalog";
import type { MetaTable } from "../../../store/storeFile";
import type { DocumentStore } from "../../../store/documentStore";
import { BundleError } from "../../../bundle/entryPoints";
import type { ConvexJsonObject } from "../../../values/convexJson";
import { compileValidator } from "../../../values/validator";
import type { CompiledValidator, TableOfId } from "../../../values/validator";
import type { ValidatorJson } from "../../../values/validatorJson";
import { checkIndexReferences } from "./indexReferences";
import { checkSchemaLimits } from "./schemaLimits";
import type { TableJson } from "./schemaLimits";

/** The text of `schema.export()`, as far as the host uses it. */
interface SchemaJson {
  readonly schemaValidation: boolean;
  readonly tables: readonly (TableJson & { readonly documentType: ValidatorJson })[];
}

/** A loaded schema: what each table's documents must match and which indexes exist. */
export interface Schema {
  readonly documentChecks: ReadonlyMap<string, CompiledValidator>;
  /** The validators' own text, to tell whether documents have been checked against them before. */
  readonly documentTypes: ReadonlyMap<string, string>;
  readonly indexes: ReadonlyMap<string, readonly IndexDefinition[]>;
}

export const emptySchema: Schema = { documentChecks: new Map(), documentTypes: new Map(), indexes: new Map() };

/** Compiles a schema. A schema with `schemaValidation: false` has indexes but checks nothing. */
export function compileSchema(text: string | null, tableOfId: TableOfId): Schema {
  if (text === null) return emptySchema;
  const json = readSchema(text);
  checkSchemaLimits(json.tables);
  if (json.schemaValidation) checkIndexReferences(json.tables);
  const documentChecks = new Map<string, CompiledValidator>();
  const documentTypes = new Map<string, string>();
  const indexes = new Map<string, readonly IndexDefinition[]>();
  for (const table of json.tables) {
    if (json.schemaValidation) {
      documentChecks.set(table.tableName, compileValidator(table.documentType, tableOfId));
      documentTypes.set(table.tableName, JSON.stringify(table.documentType));
    }
    indexes.set(
      table.tableName,
      table.indexes.map(({ indexDescriptor, fields }) => ({ name: indexDescriptor, fields })),
    );
  }
  return { documentChecks, documentTypes, indexes };
}

/** convex/server's SchemaDefinition.export wrote the text; SchemaJson repeats its shape. */
function readSchema(text: string): SchemaJson {
  return JSON.parse(text) as SchemaJson;
}

/** A document's fields without `_id` and `_creationTime`, which validators do not mention. */
export function withoutSystemFields(document: ConvexJsonObject): ConvexJsonObject {
  const { _id, _creationTime, ...fields } = document;
  return fields;
}

/**
 * Brings the store to a schema: validates every existing document, creates tables, backfills new indexes and drops
 * removed ones. Runs inside a transaction that the caller rolls back when this throws.
 *
 * @throws {BundleError} with Convex's text when an existing document does not match
 */
export function applySchema(schema: Schema, store: DocumentStore, catalog: Catalog, meta: MetaTable): void {
  for (const tableName of schema.indexes.keys()) catalog.ensureTable(tableName);
  for (const table of catalog.tables()) {
    const check = schema.documentChecks.get(table.name);
    // Writes are checked as they happen, so documents are walked only when the table's type has changed.
    const documentType = schema.documentTypes.get(table.name) ?? null;
    const validatedKey = `validated:${table.qualifiedName}`;
    if (documentType !== meta.get(validatedKey)) {
      if (check !== undefined) validateDocuments(table, check, store);
      if (documentType === null) meta.delete(validatedKey);
      else meta.set(validatedKey, documentType);
    }
    if (!table.name.startsWith("_")) applyIndexes(table, schema.indexes.get(table.name) ?? [], store, catalog);
  }
}

function validateDocuments(table: StoredTable, check: CompiledValidator, store: DocumentStore): void {
  for (const { id, document } of store.documentsOf(table)) {
    const problem = check(withoutSystemFields(document));
    if (problem !== null)
      throw new BundleError(
        `Schema validation failed. Document with ID "${id}" in table "${table.name}" does not match the schema: ${problem}`,
      );
  }
}

function applyIndexes(
  table: StoredTable,
  wanted: readonly IndexDefinition[],
  store: DocumentStore,
  catalog: Catalog,
): void {
  const fieldsOf = new Map(wanted.map((definition) => [definition.name, definition.fields.join(" ")]));
  for (const index of table.indexes.values()) {
    if (index === table.byCreationTime) continue;
    if (fieldsOf.get(index.definition.name) !== index.definition.fields.join(" "))
      store.dropIndex(catalog, table, index);
  }
  for (const definition of wanted)
    if (!table.indexes.has(definition.name)) store.backfillIndex(catalog, table, definition);
}
