import type { Catalog, StoredTable } from "../../store/catalog";
import type { DocumentStore } from "../../store/documentStore";
import type { ConvexJson, ConvexJsonObject } from "../../values/convexJson";
import { encodeDocumentId, newInternalId } from "../../values/documentId";
import { documentSizeProblem } from "../../values/documentLimits";
import type { CallContext } from "../frames";
import type { RegisteredFunction } from "../functionTable";
import { nextUp } from "./clock";
import type { CursorCodec } from "./cursor";
import type { Schema } from "./schema";
import type { ExecutorStorage } from "./executorStorage";

/** What every transaction of the worker works on. Swapped parts are replaced between batches only. */
export interface ExecutionHost {
  readonly store: DocumentStore;
  readonly catalog: Catalog;
  readonly cursors: CursorCodec;
  readonly deploymentName: string;
  readonly storage: ExecutorStorage;
  schema: Schema;
  functions: ReadonlyMap<string, RegisteredFunction>;
  describeStack(stack: string): string;
  /** Writes a line to the deployment's log. */
  log(path: string, line: string): void;
}

/** What a transaction has used so far, for `ctx.meta.getTransactionMetrics()`. */
export class TransactionUsage {
  bytesRead = 0;
  bytesWritten = 0;
  databaseQueries = 0;
  documentsRead = 0;
  documentsWritten = 0;
  functionsScheduled = 0;
  scheduledFunctionArgsBytes = 0;

  countRead(text: string): void {
    this.documentsRead++;
    this.bytesRead += text.length;
  }

  countWrite(text: string): void {
    this.documentsWritten++;
    this.bytesWritten += text.length;
  }
}

/** One top-level query or mutation with everything that it calls. */
export class Transaction {
  readonly usage = new TransactionUsage();
  readonly #beginTime: number;

  /** @param timestamp when the transaction began, nanoseconds since the epoch */
  constructor(
    readonly host: ExecutionHost,
    readonly call: CallContext,
    timestamp: bigint,
  ) {
    this.#beginTime = Number(timestamp) / 1e6;
  }

  /** Adds a document with a new id and creation time. `fields` must already have been validated. */
  insert(
    table: StoredTable,
    fields: ConvexJsonObject,
    id = encodeDocumentId(table.number, newInternalId(this.call.nowMs)),
  ): string {
    // A millisecond holds thousands of doubles but a million timestamps: without this, transactions of one millisecond
    // would share a creation time, and their documents stand in random order.
    const { store } = this.host;
    const creationTime = Math.max(this.#beginTime, nextUp(store.latestCreationTime));
    store.latestCreationTime = creationTime;
    const document: Record<string, ConvexJson> = { ...fields, _creationTime: creationTime, _id: id };
    const text = JSON.stringify(document);
    const tooLong = documentSizeProblem(text);
    if (tooLong !== null) throw new Error(tooLong);
    this.usage.countWrite(text);
    store.insert(table, id, text, document);
    return id;
  }
}
