import type { Caller, RequestMetadata } from "../../deployment";
import type { MetaTable } from "../../store/storeFile";
import type { ExecutionState } from "../executionState";
import { FunctionError, HostRefusal, toFunctionError } from "../functionErrors";
import type { CallContext } from "../frames";
import { resolveFunction } from "../functionTable";
import { CALL_SLOTS, RESULT_SLOTS } from "../protocol";
import type { Operation, ResultStatus } from "../protocol";
import type { Clock } from "./clock";
import { runFunction } from "./executionFrame";
import { runJobOperation } from "./jobOperations";
import { nextDueTimeMs } from "./jobOperations";
import { runStorageOperation } from "./storageSyscalls";
import { Transaction } from "./transaction";
import type { ExecutionHost } from "./transaction";

const MAX_BATCH_CALLS = 64;
const MAX_BATCH_MS = 8;

/** What a finished batch tells the main thread. */
export interface BatchReply {
  readonly results: readonly string[];
  readonly timestamp: bigint;
  /** How long commit and fsync took; null when the batch wrote nothing or was refused. */
  readonly commitMs: number | null;
  readonly nextJobAtMs?: number | null;
}

/** Runs queued calls one at a time; every batch of them shares one commit, and no call is answered before it. */
export class Executor {
  readonly #host: ExecutionHost;
  readonly #meta: MetaTable;
  readonly #clock: Clock;
  readonly #state: ExecutionState;
  readonly #queue: string[] = [];
  #queueAt = 0;

  constructor(host: ExecutionHost, meta: MetaTable, clock: Clock, state: ExecutionState) {
    this.#host = host;
    this.#meta = meta;
    this.#clock = clock;
    this.#state = state;
  }

  enqueue(calls: readonly string[]): void {
    for (const slot of calls) this.#queue.push(slot);
  }

  get isIdle(): boolean {
    return this.#queueAt >= this.#queue.length;
  }

  /**
   * Runs up to 64 calls or about 8 ms of them and commits.
   *
   * @param receiveMore pulls calls that arrived meanwhile, so that they can still join the batch
   */
  async runBatch(receiveMore: () => void): Promise<BatchReply> {
    const startedAt = performance.now();
    const results: string[] = [];
    let commitMs: number | null = null;
    const jobsBefore = this.#host.store.jobWriteCount;
    this.#state.beginBatch();
    try {
      for (let calls = 0; calls < MAX_BATCH_CALLS; calls++) {
        if (this.isIdle) receiveMore();
        if (this.isIdle || performance.now() - startedAt > MAX_BATCH_MS) break;
        await this.#runNext(results);
        if (this.#host.store.failure !== null) throw this.#host.store.failure;
      }
      this.#state.beginCommit();
      commitMs = this.#commit();
    } catch (error) {
      this.#refuseBatch(results, error);
    }
    this.#host.storage.settle(this.#host.store, (problem) => this.#host.log("", `[ERROR] ${problem}`));
    const reply = { results, timestamp: this.#clock.latest, commitMs };
    return this.#host.store.jobWriteCount === jobsBefore ? reply : { ...reply, nextJobAtMs: nextDueTimeMs(this.#host) };
  }

  /** The store failed (a full disk, for example): nothing of the batch is kept, and every call of it learns why. */
  #refuseBatch(results: string[], error: unknown): void {
    const { store, catalog } = this.#host;
    store.rollback();
    catalog.reload();
    const message = error instanceof Error ? error.message : String(error);
    for (let i = 0; i < results.length; i += RESULT_SLOTS) {
      results[i + 1] = "hostError" satisfies ResultStatus;
      results[i + 2] = `The store could not commit: ${message}`;
    }
  }

  #commit(): number | null {
    const { store } = this.#host;
    if (!store.inTransaction) return null;
    const startedAtMs = performance.now();
    this.#meta.set("clock", String(this.#clock.latest));
    store.commit();
    return performance.now() - startedAtMs;
  }

  async #runNext(results: string[]): Promise<void> {
    const [sequence = "", operation = "", type = "", path = "", argsText = "", callerText = "", metadataText = ""] =
      this.#queue.slice(this.#queueAt, this.#queueAt + CALL_SLOTS);
    this.#queueAt += CALL_SLOTS;
    if (this.isIdle) {
      this.#queue.length = 0;
      this.#queueAt = 0;
    }
    this.#state.beginCall(Number(sequence));
    const logLines: string[] = [];
    const push = (status: ResultStatus, text: string, dataText: string, timestamp: bigint): void => {
      const logText = logLines.length === 0 ? "" : JSON.stringify(logLines);
      results.push(sequence, status, text, dataText, logText, String(timestamp));
    };
    const call = {
      caller: parseCaller(callerText),
      metadata: parseMetadata(metadataText),
      nowMs: Date.now(),
      logLines,
    };
    try {
      const outcome = await this.#run(operationOf(operation), type, path, argsText, call);
      push("success", outcome.text, "", outcome.timestamp);
    } catch (error) {
      if (error instanceof FunctionError) push("error", error.message, error.dataText ?? "", 0n);
      else {
        push("hostError", "", "", 0n);
        throw error;
      }
    }
    this.#host.store.keepAll();
  }

  async #run(
    operation: Operation,
    type: string,
    path: string,
    argsText: string,
    context: Omit<CallContext, "scheduledFunctionId">,
  ): Promise<{ readonly text: string; readonly timestamp: bigint }> {
    if (operation === "storage") {
      const transaction = new Transaction(this.#host, { ...context, scheduledFunctionId: null }, this.#clock.next());
      try {
        return { text: runStorageOperation(transaction, path, argsText), timestamp: this.#clock.latest };
      } catch (error) {
        throw toFunctionError(error, () => "");
      }
    }
    if (operation !== "call")
      return {
        text: await runJobOperation(operation, this.#host, this.#clock, path, argsText, context),
        timestamp: this.#clock.latest,
      };
    const call: CallContext = { ...context, scheduledFunctionId: null };
    try {
      const target = resolveFunction(
        this.#host.functions,
        path.slice(path.indexOf(":") + 1),
        type === "query" || type === "mutation" ? type : "any",
        path.startsWith("internal:"),
      );
      if (target.type === "action") throw new HostRefusal(`${target.path} is an action and does not run here.`);
      const timestamp = target.type === "mutation" ? this.#clock.next() : this.#clock.latest;
      const text = await runFunction(new Transaction(this.#host, call, timestamp), target, argsText);
      return { text, timestamp };
    } catch (error) {
      throw toFunctionError(error, (stack) => this.#host.describeStack(stack));
    }
  }
}

const anonymous: Caller = { kind: "anonymous" };

/** The main thread serialized a Caller; the empty text stands for the most common one. */
function parseCaller(text: string): Caller {
  return text === "" ? anonymous : (JSON.parse(text) as Caller);
}

/** The main thread serialized a RequestMetadata. */
function parseMetadata(text: string): RequestMetadata {
  return JSON.parse(text) as RequestMetadata;
}

/** The main thread only sends operations of the protocol. */
function operationOf(text: string): Operation {
  return text as Operation;
}
