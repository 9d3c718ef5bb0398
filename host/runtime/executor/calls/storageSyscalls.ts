import { Buffer } from "node:buffer";
import { storageTableName } from "../../../store/catalog";
import type { StoredTable } from "../../../store/catalog";
import type { WrittenFile } from "../../../store/fileStore";
import { expiryOfUse } from "../../../store/storageTokens";
import type { UploadToken } from "../../../store/storageTokens";
import type { MetaTable } from "../../../store/storeFile";
import { parseJsonObject, textField } from "../../../json";
import type { ConvexJsonObject } from "../../../values/convexJson";
import { decodeDocumentId, DocumentIdError, encodeDocumentId, newInternalId } from "../../../values/documentId";
import { HostRefusal } from "../../functions/errors";
import { assertDigest, mediaTypeOf } from "../../../store/fileMetadata";
import type { Transaction } from "../transaction/transaction";

const usedUploads = "usedUpload";
const uploadRefused = "The upload URL has expired or has been used. Ask for a new one.";

/** `1.0/storageGetUrl`: where the file is served, or null. */
export function getUrl(transaction: Transaction, args: ConvexJsonObject): string {
  const { storage } = transaction.host;
  const file = readFile(transaction, args, "getUrl");
  return JSON.stringify(
    file === null ? null : `${storage.cloudUrl()}/api/storage/${storage.tokens.urlNameOf(textField(file, "_id"))}`,
  );
}

/** `1.0/storageGetMetadata`: `{storageId, sha256 (hex), size, contentType}`, or null. */
export function getMetadata(transaction: Transaction, args: ConvexJsonObject): string {
  return metadataText(readFile(transaction, args, "getMetadata"));
}

/** `1.0/storageGenerateUploadUrl`: an URL for one upload within the hour. */
export function generateUploadUrl(transaction: Transaction): string {
  const { storage } = transaction.host;
  const token = storage.tokens.newUploadToken(storageTable(transaction).number, Date.now());
  return JSON.stringify(`${storage.cloudUrl()}/api/storage/upload?token=${token}`);
}

/** `1.0/storageDelete`: removes the document in the caller's transaction; the file follows its commit. */
export function deleteFile(transaction: Transaction, args: ConvexJsonObject): string {
  const document = readFile(transaction, args, "delete");
  if (document === null) throw new Error(`storage id ${textField(args, "storageId")} not found`);
  const id = textField(document, "_id");
  const { host } = transaction;
  host.storage.touch(id);
  host.store.remove(storageTable(transaction), id, JSON.stringify(document), document);
  return "null";
}

/** `1.0/storageStore`: a mutation's own file, durable before its commit. */
export function storeFile(transaction: Transaction, args: ConvexJsonObject): string {
  const { storage } = transaction.host;
  const id = newStorageId(storageTable(transaction).number, transaction.call.nowMs);
  storage.touch(id);
  const bytes = Buffer.from(textField(args, "blob"), "base64");
  transaction.usage.countFileWrite(bytes.length);
  const written = storage.files.writeBytes(id, bytes);
  assertDigest(written.sha256, typeof args["sha256"] === "string" ? args["sha256"] : null);
  insertFile(transaction, id, written, mediaTypeOf(args["contentType"]));
  return JSON.stringify(id);
}

/** `1.0/storageGet`: `{blob (base64), contentType}`, or null. */
export function getFile(transaction: Transaction, args: ConvexJsonObject): string {
  const document = readFile(transaction, args, "get");
  if (document === null) return "null";
  transaction.usage.countFileRead(Number(document["size"]));
  const bytes = transaction.host.storage.files.readBytes(textField(document, "_id"));
  if (bytes === null) return "null";
  return JSON.stringify({ blob: bytes.toString("base64"), contentType: document["contentType"] ?? null });
}

/** What actions and doors ask of storage: the syscalls, and four requests of the host itself. */
const operations: Readonly<Record<string, (transaction: Transaction, args: ConvexJsonObject) => string>> = {
  "1.0/storageGetUrl": getUrl,
  "1.0/storageGetMetadata": getMetadata,
  "1.0/storageGenerateUploadUrl": generateUploadUrl,
  "1.0/storageDelete": deleteFile,
  /** The id of a file that is about to be written for the component. */
  newFile(transaction) {
    return JSON.stringify(newStorageId(storageTable(transaction).number, transaction.call.nowMs));
  },
  /** The id of a file that is about to be uploaded, if the token is good for it. */
  newUpload(transaction, args) {
    const { tableNumber } = usableUpload(transaction, textField(args, "token"));
    return JSON.stringify(newStorageId(tableNumber, transaction.call.nowMs));
  },
  /** Adds the document of a file that the main thread has written; with a token, the token is used up with it. */
  addFile(transaction, args) {
    const id = textField(args, "id");
    const { host } = transaction;
    const owner = host.components.get(host.catalog.anyTableOfId(id)?.componentPath ?? "");
    if (owner === undefined) throw new HostRefusal("The component that asked for the file is not installed any more.");
    const token = args["token"];
    if (typeof token === "string") {
      const { useKey } = usableUpload(transaction, token);
      host.store.ensureTransaction();
      forgetExpiredUses(host.storage.meta);
      host.storage.meta.set(`${usedUploads}:${useKey}`, id);
    }
    const written = { sizeBytes: Number(args["size"]), sha256: Buffer.from(textField(args, "sha256"), "base64") };
    insertFile(transaction.within(owner), id, written, mediaTypeOf(args["contentType"]));
    return "null";
  },
  /** The metadata of the file behind a URL, whichever component it belongs to. */
  findByUrl(transaction, args) {
    const { storage, components } = transaction.host;
    const internalId = storage.tokens.internalIdOf(textField(args, "urlName"));
    if (internalId === null) return "null";
    for (const host of components.values()) {
      const owner = transaction.within(host);
      const file = readFile(owner, { storageId: encodeDocumentId(storageTable(owner).number, internalId) }, "get");
      if (file !== null) return metadataText(file);
    }
    return "null";
  },
};

/** Runs one storage operation for the main thread, in a transaction of its own. */
export function runStorageOperation(transaction: Transaction, name: string, argsText: string): string {
  const operation = operations[name];
  if (operation === undefined) throw new Error(`Unknown async operation ${name}`);
  return operation(transaction, parseJsonObject(argsText));
}

/** An id for a file that is about to be written. */
function newStorageId(tableNumber: number, nowMs: number): string {
  return encodeDocumentId(tableNumber, newInternalId(nowMs));
}

function insertFile(transaction: Transaction, id: string, written: WrittenFile, contentType: string | null): void {
  const fields = { sha256: written.sha256.toString("base64"), size: written.sizeBytes };
  transaction.insert(storageTable(transaction), contentType === null ? fields : { ...fields, contentType }, id);
}

function readFile(transaction: Transaction, args: ConvexJsonObject, method: string): ConvexJsonObject | null {
  const id = textField(args, "storageId");
  const { catalog, store } = transaction.host;
  try {
    const table = catalog.tableByNumber(decodeDocumentId(id).tableNumber);
    if (table !== undefined && table.name !== storageTableName)
      throw new Error(
        `Invalid argument \`storageId\` for \`storage.${method}\`: expected to be an Id<"_storage">, got Id<"${table.name}"> instead.`,
      );
    if (table === undefined) return null;
  } catch (error) {
    if (!(error instanceof DocumentIdError)) throw error;
    throw new Error(`Invalid argument \`storageId\` for \`storage.${method}\`: ${error.message}`, { cause: error });
  }
  const text = store.get(id);
  transaction.reads?.addDocument(id);
  transaction.usage.countPointRead(id);
  if (text === null) return null;
  transaction.usage.countRead(text);
  return parseJsonObject(text);
}

function metadataText(document: ConvexJsonObject | null): string {
  if (document === null) return "null";
  return JSON.stringify({
    storageId: document["_id"],
    sha256: Buffer.from(textField(document, "sha256"), "base64").toString("hex"),
    size: document["size"],
    contentType: document["contentType"] ?? null,
  });
}

function usableUpload({ host: { storage } }: Transaction, token: string): UploadToken {
  const upload = storage.tokens.readUploadToken(token, Date.now());
  if (upload === null || storage.meta.get(`${usedUploads}:${upload.useKey}`) !== null)
    throw new HostRefusal(uploadRefused);
  return upload;
}

/** Remembers a used token for as long as it would otherwise be accepted. */
function forgetExpiredUses(meta: MetaTable): void {
  const nowMs = Date.now();
  for (const [useKey] of meta.entries(usedUploads)) {
    if (expiryOfUse(useKey) >= nowMs) return;
    meta.delete(`${usedUploads}:${useKey}`);
  }
}

function storageTable(transaction: Transaction): StoredTable {
  return transaction.host.catalog.ensureTable(storageTableName);
}
