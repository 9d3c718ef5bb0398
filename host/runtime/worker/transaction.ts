import type { Catalog, StoredTable } from "../../store/catalog";
import type { DocumentStore, WriteStash } from "../../store/documentStore";
import type { ConvexJson, ConvexJsonObject } from "../../values/convexJson";
import { encodeDocumentId, newInternalId } from "../../values/documentId";
import { documentSizeProblem } from "../../values/documentLimits";
import type { CallContext } from "../frames";
import type { FunctionHandles } from "../functionHandles";
import type { RegisteredFunction } from "../functionTable";
import { nextUp } from "./clock";
import type { CursorCodec } from "./cursor";
import type { ReadRecorder } from "./readRecorder";
import type { Schema } from "./schema";
import type { ExecutorStorage } from "./executorStorage";

/**
 * What every transaction of the worker works on: the app, or one component with its own tables, schema and functions.
 * Swapped parts are replaced between batches only.
 */
export interface ExecutionHost {
  /** Empty for the app. */
  readonly componentPath: string;
  /** The app under the empty path, and every installed component. */
  components: ReadonlyMap<string, ExecutionHost>;
  readonly handles: FunctionHandles;
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

/** What all views of one transaction share; see {@link Transaction.within}. */
class TransactionProgress {
  readonly usage = new TransactionUsage();
  hidden: { readonly depth: number; readonly stash: WriteStash } | null = null;
}

/** One top-level query or mutation with everything that it calls, as the app or one component sees it. */
export class Transaction {
  readonly usage: TransactionUsage;
  readonly #progress: TransactionProgress;

  /**
   * @param timestamp when the transaction began, nanoseconds since the epoch
   * @param reads takes note of what is read; null for everything but live queries
   */
  constructor(
    readonly host: ExecutionHost,
    readonly call: CallContext,
    readonly timestamp: bigint,
    readonly reads: ReadRecorder | null = null,
    progress = new TransactionProgress(),
  ) {
    this.#progress = progress;
    this.usage = progress.usage;
  }

  /** The same transaction for a function of another component. */
  within(host: ExecutionHost): Transaction {
    return host === this.host ? this : new Transaction(host, this.call, this.timestamp, this.reads, this.#progress);
  }

  /** Hides the transaction's own writes while the function at this call depth runs a query on the state before them. */
  hideWrites(depth: number): void {
    this.#progress.hidden = { depth, stash: this.host.store.stashWrites(0) };
  }

  /** Brings hidden writes back when the function that hid them, or one that called it, is done with that query. */
  showWrites(depth: number): void {
    const { hidden } = this.#progress;
    if (hidden === null || depth > hidden.depth) return;
    this.host.store.restoreWrites(hidden.stash);
    this.#progress.hidden = null;
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
    const creationTime = Math.max(Number(this.timestamp) / 1e6, nextUp(store.latestCreationTime));
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
