import { BundleError } from "../../../bundle/entryPoints";
import { pushRules, withRemedy } from "../../../bundle/pushRules";
import type { PushRuleName } from "../../../bundle/pushRules";
import { checkValidator, isIdentifier } from "../../../bundle/validatorRules";
import type { ValidatorJson } from "../../../values/validatorJson";

const systemFields: ReadonlySet<string> = new Set(["_id", "_creationTime"]);
const minVectorDimensions = 2;

/** One index of any kind; which of the fields are there tells which kind it is. */
interface IndexJson {
  readonly indexDescriptor: string;
  readonly fields?: readonly string[];
  readonly searchField?: string;
  readonly vectorField?: string;
  readonly dimensions?: number;
  readonly filterFields?: readonly string[];
}

/** The parts of one exported table that Convex limits. */
export interface TableJson {
  readonly tableName: string;
  readonly indexes: readonly { readonly indexDescriptor: string; readonly fields: readonly string[] }[];
  readonly stagedDbIndexes?: readonly IndexJson[];
  readonly searchIndexes?: readonly IndexJson[];
  readonly stagedSearchIndexes?: readonly IndexJson[];
  readonly vectorIndexes?: readonly IndexJson[];
  readonly stagedVectorIndexes?: readonly IndexJson[];
  readonly documentType?: ValidatorJson;
}

/** Checks a schema against Convex's limits on names and counts. @throws {BundleError} with Convex's text */
export function checkSchemaLimits(tables: readonly TableJson[]): void {
  const { limit } = pushRules.tableCount;
  if (tables.length > limit) throw refusal("tableCount", `Number of tables cannot exceed ${limit}.`);
  for (const table of tables) {
    checkTableName(table.tableName);
    checkIndexes(table);
    if (table.documentType !== undefined) checkDocumentType(table.tableName, table.documentType);
  }
}

/** Every index of a table, those that are staged for later included. */
export function allIndexesOf(table: TableJson): readonly IndexJson[] {
  return [
    ...table.indexes,
    ...(table.stagedDbIndexes ?? []),
    ...(table.searchIndexes ?? []),
    ...(table.stagedSearchIndexes ?? []),
    ...(table.vectorIndexes ?? []),
    ...(table.stagedVectorIndexes ?? []),
  ];
}

function refusal(rule: PushRuleName, text: string): BundleError {
  return new BundleError(withRemedy(rule, text));
}

function checkDocumentType(tableName: string, documentType: ValidatorJson): void {
  const members = documentType.type === "union" ? documentType.value : [documentType];
  if (members.some(({ type }) => type !== "object" && (type !== "any" || documentType.type === "union")))
    throw refusal(
      "documentType",
      `In table "${tableName}": The document validator in a schema must be an object, a union of objects, or \`v.any()\`.`,
    );
  for (const member of members) {
    if (member.type !== "object") continue;
    for (const [name, { fieldType }] of Object.entries(member.value)) {
      if (systemFields.has(name)) continue;
      // No document could have such a field.
      if (!isIdentifier(name) || name.startsWith("_"))
        throw refusal(
          "fieldName",
          `In table "${tableName}": Invalid field name: "${name}". Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.`,
        );
      checkValidator(`In table "${tableName}", field "${name}"`, fieldType);
    }
  }
}

/** Refuses what is no name of a user's table. @throws {BundleError} */
function checkTableName(name: string): void {
  if (!isIdentifier(name))
    throw refusal(
      "tableName",
      `Invalid table name: "${name}". Identifiers must start with a letter and can only contain letters, digits, and underscores.`,
    );
  if (name.startsWith("_")) throw refusal("tableName", `${name} is a reserved table name.`);
}

function checkIndexes(table: TableJson): void {
  const { tableName, indexes, stagedDbIndexes = [] } = table;
  const searchIndexes = [...(table.searchIndexes ?? []), ...(table.stagedSearchIndexes ?? [])];
  const vectorIndexes = [...(table.vectorIndexes ?? []), ...(table.stagedVectorIndexes ?? [])];
  checkCount(tableName, "indexCount", allIndexesOf(table), "indexes");
  checkCount(tableName, "searchIndexCount", searchIndexes, "search indexes");
  checkCount(tableName, "vectorIndexCount", vectorIndexes, "vector indexes");
  checkIndexNames(tableName, allIndexesOf(table));
  for (const { indexDescriptor: name, fields = [] } of [...indexes, ...stagedDbIndexes])
    checkIndexFields(tableName, name, fields);
  for (const index of [...searchIndexes, ...vectorIndexes]) checkFilteredIndex(tableName, index);
  checkDistinct(tableName, "indexTwice", [...indexes, ...stagedDbIndexes], ({ fields = [] }) => fields.join(" "));
  checkDistinct(tableName, "searchIndexTwice", searchIndexes, ({ searchField, filterFields = [] }) =>
    [searchField, ...filterFields.toSorted()].join(" "),
  );
  checkDistinct(tableName, "searchIndexTwice", vectorIndexes, ({ vectorField, dimensions }) =>
    [vectorField, dimensions].join(" "),
  );
}

function checkCount(
  tableName: string,
  rule: "indexCount" | "searchIndexCount" | "vectorIndexCount",
  found: readonly IndexJson[],
  what: string,
): void {
  const { limit } = pushRules[rule];
  if (found.length > limit) throw refusal(rule, `Table "${tableName}" cannot have more than ${limit} ${what}.`);
}

function checkIndexNames(tableName: string, indexes: readonly IndexJson[]): void {
  const names = new Set<string>();
  for (const { indexDescriptor: name } of indexes) {
    if (!isIdentifier(name))
      throw refusal(
        "indexName",
        `In table "${tableName}": Invalid index name: "${name}". Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.`,
      );
    if (name.startsWith("_") || name === "by_id" || name === "by_creation_time")
      throw refusal(
        "indexName",
        `In table "${tableName}" cannot name an index "${name}" because the name is reserved. Indexes may not start with an underscore or be named "by_id" or "by_creation_time".`,
      );
    if (names.has(name))
      throw refusal("indexNameTwice", `Table "${tableName}" has two or more definitions of index "${name}".`);
    names.add(name);
  }
}

/** Refuses two indexes that answer the same queries. */
function checkDistinct(
  tableName: string,
  rule: "indexTwice" | "searchIndexTwice",
  indexes: readonly IndexJson[],
  fieldsOf: (index: IndexJson) => string,
): void {
  const nameByFields = new Map<string, string>();
  for (const index of indexes) {
    const other = nameByFields.get(fieldsOf(index));
    if (other !== undefined)
      throw refusal(
        rule,
        `In table "${tableName}" index "${other}" and index "${index.indexDescriptor}" have the same fields. Indexes must be unique within a table.`,
      );
    nameByFields.set(fieldsOf(index), index.indexDescriptor);
  }
}

function checkFilteredIndex(tableName: string, index: IndexJson): void {
  const { indexDescriptor: name, searchField, vectorField, dimensions, filterFields = [] } = index;
  const { limit } = pushRules.filterFieldCount;
  if (filterFields.length > limit)
    throw refusal("filterFieldCount", `In table "${tableName}": Search indexes may have up to ${limit} filter fields.`);
  for (const field of [searchField, vectorField, ...filterFields])
    if (field !== undefined && !isFieldPath(field))
      throw refusal("indexField", `In table "${tableName}": In index "${name}": Invalid index field: "${field}".`);
  const { limit: maxDimensions } = pushRules.vectorDimensions;
  if (dimensions !== undefined && !(dimensions >= minVectorDimensions && dimensions <= maxDimensions))
    throw refusal(
      "vectorDimensions",
      `In table "${tableName}": Dimensions ${dimensions} must be between ${minVectorDimensions} and ${maxDimensions}.`,
    );
}

function isFieldPath(field: string): boolean {
  return field.split(".").every(isIdentifier);
}

function checkIndexFields(tableName: string, index: string, fields: readonly string[]): void {
  const refuse = (reason: string): never => {
    throw refusal("indexField", `In table "${tableName}": ${reason}`);
  };
  const { limit } = pushRules.indexFieldCount;
  if (fields.length === 0)
    throw refusal("indexEmpty", `In table "${tableName}" index "${index}" must have at least one field.`);
  if (fields.length > limit)
    throw refusal("indexFieldCount", `In table "${tableName}": Indexes may have up to ${limit} fields.`);
  const seen = new Set<string>();
  for (const field of fields) {
    if (field === "_id") refuse("`_id` is not a valid index field. To load documents by ID, use `db.get(id)`.");
    if (field === "_creationTime")
      refuse(
        "`_creationTime` is automatically added to the end of each index. It should not be added explicitly in the index definition. See https://docs.convex.dev/using/indexes for more details.",
      );
    if (!isFieldPath(field)) refuse(`In index "${index}": Invalid index field: "${field}".`);
    if (field.startsWith("_")) refuse("Reserved fields (starting with `_`) are not allowed in indexes.");
    if (seen.has(field)) refuse(`Duplicate field ${field}. Index fields must be unique within an index.`);
    seen.add(field);
  }
}
