import type { Catalog, StoredTable } from "../../../store/catalog";
import type { DocumentStore, WriteStash } from "../../../store/documentStore";
import { parseJsonObject } from "../../../json";
import type { ConvexJson, ConvexJsonObject } from "../../../values/convexJson";
import { encodeDocumentId, newInternalId } from "../../../values/documentId";
import { documentSizeProblem } from "../../../values/documentLimits";
import type { CallContext } from "../../functions/frames";
import type { FunctionHandles } from "../../functions/handles";
import type { RegisteredFunction } from "../../functions/registry";
import type { CreationClock } from "./clock";
import type { JwtSigner } from "./jwtSigner";
import { TransactionUsage } from "./transactionUsage";
import type { TransactionLimits } from "./transactionUsage";
import { holdsCommitTs, resolveCommitTs } from "./commitTimestamp";
import type { CursorCodec } from "./cursor";
import type { ReadRecorder } from "./readRecorder";
import type { Schema } from "./schema";
import type { ExecutorStorage } from "./fileAccess";

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
  readonly signer: JwtSigner;
  readonly creationClock: CreationClock;
  readonly deploymentName: string;
  readonly storage: ExecutorStorage;
  schema: Schema;
  functions: ReadonlyMap<string, RegisteredFunction>;
  /** Functions that only the admin key can call, besides the app's own; see `systemFunctions.ts`. */
  systemFunctions?: ReadonlyMap<string, RegisteredFunction>;
  /** In place of Convex's, for tests that lower or raise them. */
  readonly transactionLimits?: TransactionLimits;
  /** Component functions that have paginated and were logged for it. */
  readonly pagingComponentFunctions: Set<string>;
  describeStack(stack: string): string;
  /** Writes a line to the deployment's log. */
  log(path: string, line: string): void;
}

/** What all views of one transaction share; see {@link Transaction.within}. */
class TransactionProgress {
  readonly usage: TransactionUsage;
  /** Documents of any component that were written with `db.vars.commitTs` in them. */
  unresolved: Set<string> | null = null;
  hidden: { readonly depth: number; readonly stash: WriteStash } | null = null;

  constructor(limits: TransactionLimits | undefined) {
    this.usage = new TransactionUsage(limits);
  }
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
    progress = new TransactionProgress(host.transactionLimits),
  ) {
    this.#progress = progress;
    this.usage = progress.usage;
  }

  /** The same transaction for a function of another component. */
  within(host: ExecutionHost): Transaction {
    return host === this.host ? this : new Transaction(host, this.call, this.timestamp, this.reads, this.#progress);
  }

  /** Adds a document with a new creation time and, unless given, a new id. `fields` must already have been validated. */
  insert(
    table: StoredTable,
    fields: ConvexJsonObject,
    id = encodeDocumentId(table.number, newInternalId(this.call.nowMs)),
  ): string {
    const creationTime = this.host.creationClock.next(this.timestamp);
    const document: Record<string, ConvexJson> = { ...fields, _creationTime: creationTime, _id: id };
    const text = JSON.stringify(document);
    // The job of a scheduled function has limits of its own.
    if (!table.name.startsWith("_")) {
      const tooLong = documentSizeProblem(text, document);
      if (tooLong !== null) throw new Error(tooLong);
      this.usage.countWrite(text);
    }
    this.noteUnresolved(id, text);
    this.host.store.insert(table, id, text, document);
    return id;
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

  /** Remembers a document whose text waits for the commit timestamp. */
  noteUnresolved(id: string, text: string): void {
    if (holdsCommitTs(text)) (this.#progress.unresolved ??= new Set()).add(id);
  }

  /** What `ctx.meta.getSnapshotTs()` answers: every commit that this transaction sees is at or below it, later ones above. */
  snapshotTimestamp(isMutation: boolean): bigint {
    return isMutation ? this.timestamp - 1n : this.timestamp;
  }

  /**
   * Writes the commit timestamp into the documents that wait for it and into the mutation's result. Nothing else commits
   * while a mutation runs, so its start timestamp is its commit timestamp.
   */
  resolveCommitTs(valueText: string): string {
    const { store, catalog } = this.host;
    for (const id of this.#progress.unresolved ?? []) {
      const table = catalog.anyTableOfId(id);
      const text = table === undefined ? null : store.get(id);
      if (table === undefined || text === null || !holdsCommitTs(text)) continue;
      const resolved = resolveCommitTs(text, this.timestamp);
      const after = { text: resolved, document: parseJsonObject(resolved) };
      store.replace(table, id, { text, document: parseJsonObject(text) }, after);
    }
    return resolveCommitTs(valueText, this.timestamp);
  }
}
