import { isHiddenTable } from "../../../store/catalog";
import type { StoredTable } from "../../../store/catalog";
import { isJsonObject, parseJsonObject } from "../../../json";
import type { ConvexJson, ConvexJsonObject } from "../../../values/convexJson";
import { decodeDocumentId, DocumentIdError } from "../../../values/documentId";
import { documentLimitProblem, documentSizeProblem } from "../../../values/documentLimits";
import { withoutSystemFields } from "../transaction/schema";
import type { Transaction } from "../transaction/transaction";

type Method = "get" | "patch" | "replace" | "delete";

/** `1.0/get`: the document's text as stored, or `null`. */
export function getDocument(transaction: Transaction, args: ConvexJsonObject): string {
  const id = requireString(args, "id");
  const table = tableOfId(transaction, id, "get", args);
  if (table === undefined || isHiddenTable(table.name)) return "null";
  const isSystemTable = table.name.startsWith("_");
  if (isSystemTable !== (args["isSystem"] === true))
    throw new Error(
      isSystemTable
        ? "System tables can only be accessed with db.system."
        : "User tables cannot be accessed with db.system.",
    );
  const text = transaction.host.store.get(id);
  transaction.reads?.addDocument(id);
  transaction.usage.countPointRead(id);
  if (text === null) return "null";
  transaction.usage.countRead(text);
  return text;
}

/** `1.0/insert`: `{_id}`. */
export function insertDocument(transaction: Transaction, args: ConvexJsonObject): string {
  const tableName = requireString(args, "table");
  const value = args["value"];
  if (tableName.startsWith("_")) throw new Error(`System table ${tableName} cannot be written.`);
  if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(tableName))
    throw new Error(`Invalid argument \`table\` for \`db.insert\`: "${tableName}" is not a valid table name.`);
  if (!isJsonObject(value)) throw new Error("Invalid argument `value` for `db.insert`: Value must be an Object");
  for (const field of ["_id", "_creationTime"])
    if (Object.hasOwn(value, field))
      throw new Error(`Invalid argument \`value\` for \`db.insert\`: The system field \`${field}\` cannot be set.`);
  const { catalog, store } = transaction.host;
  checkFieldNames(value, "insert");
  checkDocument(transaction, tableName, value);
  const existing = catalog.table(tableName);
  if (existing === undefined) store.ensureTransaction();
  const id = transaction.insert(existing ?? catalog.ensureTable(tableName), value);
  return `{"_id":"${id}"}`;
}

/** `1.0/shallowMerge`: merges top-level fields; `{"$undefined":null}` deletes one. Answers with the new document. */
export function patchDocument(transaction: Transaction, args: ConvexJsonObject): string {
  const patch = args["value"];
  if (!isJsonObject(patch)) throw new Error("Invalid argument `value` for `db.patch`: Value must be an Object");
  checkFieldNames(patch, "patch");
  return rewriteDocument(transaction, args, "patch", (before) => {
    const after: Record<string, ConvexJson> = { ...before };
    for (const [field, value] of Object.entries(patch)) {
      if (isJsonObject(value) && "$undefined" in value) delete after[field];
      else after[field] = value;
    }
    return after;
  });
}

/** `1.0/replace`: replaces every field except the system fields. Answers with the new document. */
export function replaceDocument(transaction: Transaction, args: ConvexJsonObject): string {
  const value = args["value"];
  if (!isJsonObject(value)) throw new Error("Invalid argument `value` for `db.replace`: Value must be an Object");
  return rewriteDocument(transaction, args, "replace", (before) => ({
    _creationTime: before["_creationTime"] ?? 0,
    _id: before["_id"] ?? "",
    ...value,
  }));
}

/** `1.0/remove`: answers with the removed document. */
export function removeDocument(transaction: Transaction, args: ConvexJsonObject): string {
  const { table, id, text, document } = writableDocument(transaction, args, "delete");
  transaction.usage.countWrite(null);
  transaction.host.store.remove(table, id, text, document);
  return text;
}

/** `1.0/db/normalizeId`: the id when it belongs to the table, else null. Whether the document exists does not matter. */
export function normalizeId(transaction: Transaction, args: ConvexJsonObject): string {
  const id = requireString(args, "idString");
  const table = transaction.host.catalog.tableOfId(id);
  return JSON.stringify({ id: table !== undefined && table.name === args["table"] ? id : null });
}

/** `1.0/count`: the number of documents in a table. */
export function countDocuments(transaction: Transaction, args: ConvexJsonObject): string {
  const table = transaction.host.catalog.table(requireString(args, "table"));
  transaction.usage.countRangeRead();
  if (table === undefined) return "0";
  transaction.reads?.addCount(table);
  return String(transaction.host.store.count(table));
}

/** A string argument that convex/server always sends. */
export function requireString(args: ConvexJsonObject, name: string): string {
  const value = args[name];
  if (typeof value !== "string") throw new Error(`Invalid argument \`${name}\`: expected a string`);
  return value;
}

function rewriteDocument(
  transaction: Transaction,
  args: ConvexJsonObject,
  method: Method,
  change: (before: ConvexJsonObject) => ConvexJsonObject,
): string {
  const { table, id, text, document } = writableDocument(transaction, args, method);
  const after = change(document);
  if (after["_id"] !== id)
    throw new Error(
      `Invalid argument \`value\` for \`db.${method}\`: Provided document \`_id\` field ${JSON.stringify(after["_id"])} does not match the document ID "${id}"`,
    );
  if (after["_creationTime"] !== document["_creationTime"])
    throw new Error(
      `Invalid argument \`value\` for \`db.${method}\`: The system field \`_creationTime\` cannot be changed.`,
    );
  checkFieldNames(after, method);
  checkDocument(transaction, table.name, withoutSystemFields(after));
  const afterText = JSON.stringify(after);
  const tooLong = documentSizeProblem(afterText, after);
  if (tooLong !== null) throw new Error(tooLong);
  transaction.usage.countWrite(afterText);
  transaction.noteUnresolved(id, afterText);
  transaction.host.store.replace(table, id, { text, document }, { text: afterText, document: after });
  return afterText;
}

function writableDocument(
  transaction: Transaction,
  args: ConvexJsonObject,
  method: Method,
): { readonly table: StoredTable; readonly id: string; readonly text: string; readonly document: ConvexJsonObject } {
  const id = requireString(args, "id");
  const table = tableOfId(transaction, id, method, args);
  const text = table === undefined ? null : transaction.host.store.get(id);
  transaction.usage.countPointRead(id);
  if (table === undefined || text === null)
    throw new Error(
      `${method === "patch" ? "Update" : method === "delete" ? "Delete" : "Replace"} on nonexistent document ID ${id}`,
    );
  if (table.name.startsWith("_")) throw new Error(`System table ${table.name} cannot be written.`);
  transaction.usage.countRead(text);
  return { table, id, text, document: parseJsonObject(text) };
}

function tableOfId(
  transaction: Transaction,
  id: string,
  method: Method,
  args: ConvexJsonObject,
): StoredTable | undefined {
  let tableNumber: number;
  try {
    tableNumber = decodeDocumentId(id).tableNumber;
  } catch (error) {
    if (!(error instanceof DocumentIdError)) throw error;
    throw new Error(`Invalid argument \`id\` for \`db.${method}\`: ${error.message}`, { cause: error });
  }
  const table = transaction.host.catalog.tableByNumber(tableNumber);
  const expected = args["table"];
  if (table !== undefined && typeof expected === "string" && expected !== table.name)
    throw new Error(
      `Invalid argument \`id\` for \`db.${method}\`: expected to be an Id<"${expected}">, got Id<"${table.name}"> instead.`,
    );
  return table;
}

function checkDocument(transaction: Transaction, tableName: string, fields: ConvexJsonObject): void {
  const limit = documentLimitProblem(fields);
  if (limit !== null) throw new Error(limit);
  const problem = transaction.host.schema.documentChecks.get(tableName)?.(fields) ?? null;
  if (problem !== null)
    throw new Error(
      `Failed to insert or update a document in table "${tableName}" because it does not match the schema: ${problem}`,
    );
}

/** Top-level field names are identifiers; those that begin with an underscore belong to the system. */
function checkFieldNames(document: ConvexJsonObject, method: "insert" | Method): void {
  for (const name in document) {
    if (name === "_id" || name === "_creationTime") continue;
    if (!/^(?=.*[A-Za-z0-9])[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name))
      throw new Error(
        `Invalid argument \`value\` for \`db.${method}\`: Field name '${name}' must be an identifier of at most 64 characters that does not start with an underscore.`,
      );
  }
}
