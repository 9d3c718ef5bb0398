import type { MetaTable } from "../../store/storeFile";
import { anonymous, callSlots, decodeCall, noMetadata, operationAt } from "../rpc/calls";
import type { ExecutorCall, FunctionCall, StorageCall } from "../rpc/calls";
import { logTextOf, pushError, pushHostError, pushSuccess } from "../rpc/results";
import type { ExecutionState } from "../rpc/executionState";
import { FunctionError, HostRefusal, toFunctionError } from "../functions/errors";
import type { CallContext } from "../functions/frames";
import { parseAddress } from "../functions/address";
import { functionNotFound, resolveFunction } from "../functions/registry";
import type { Clock } from "./transaction/clock";
import { runFunction } from "./calls/executionFrame";
import { LiveQueries } from "./live/queries";
import { liveQueryRunner } from "./live/runner";
import { LiveRefreshes } from "./live/refreshes";
import type { RunLiveQuery } from "./live/queries";
import { nextDueTimeMs, runSchedulingCall } from "./scheduled/operations";
import { recordedOutcome, recordOutcome } from "./calls/sessionRequests";
import { storeRefusalOf } from "./storeRefusal";
import { runStorageOperation } from "./calls/storageSyscalls";
import { functionsFor } from "./calls/systemFunctions";
import { Transaction } from "./transaction/transaction";
import type { ExecutionHost } from "./transaction/transaction";

const maxBatchCalls = 64;
/** Under load a longer batch shares its commit among more calls, and a shorter one answers sooner. */
const maxBatchMs = 24;
/** How long live queries may run before calls that arrived meanwhile get their turn. */
const maxLiveSliceMs = 6;

/** What a finished batch tells the main thread. */
export interface BatchReply {
  readonly results: readonly string[];
  readonly timestamp: bigint;
  /** How long commit and fsync took; null when the batch wrote nothing or was refused. */
  readonly commitMs: number | null;
  /** How many documents the batch wrote, by their tables. */
  readonly written: ReadonlyMap<string, number>;
  readonly nextJobAtMs?: number | null;
}

/**
 * Runs queued calls one at a time; every batch of them shares one commit, and no call is answered before it. Between batches
 * live queries run, a slice at a time, on committed states.
 */
export class Executor {
  readonly #host: ExecutionHost;
  readonly #meta: MetaTable;
  readonly #clock: Clock;
  readonly #state: ExecutionState;
  /** The calls of the running batch, then those that wait. */
  readonly #queue: string[] = [];
  #queueAt = 0;
  /** How many calls at the head of the queue run in a batch of their own, because their shared batch failed. */
  #loneCalls = 0;
  readonly liveQueries = new LiveQueries();
  readonly #refreshes: LiveRefreshes;
  readonly #runLiveQuery: RunLiveQuery;
  /** Milliseconds that calls may run before live queries run again: as long as the live queries ran. */
  #owedToCallsMs = 0;
  #knownTables = 0;
  #isRefusing = false;
  /** What the running batch has written. */
  #written = new Map<string, number>();

  constructor(host: ExecutionHost, meta: MetaTable, clock: Clock, state: ExecutionState) {
    this.#host = host;
    this.#meta = meta;
    this.#clock = clock;
    this.#state = state;
    this.#refreshes = new LiveRefreshes(
      this.liveQueries,
      () => clock.latest,
      (sequence) => state.beginCall(Number(sequence)),
    );
    this.#runLiveQuery = liveQueryRunner({ host, state });
  }

  /**
   * Takes calls as they come from the main thread, each in {@link callSlots} texts; live queries do not wait for their
   * turn.
   */
  enqueue(calls: readonly string[]): void {
    for (let at = 0; at < calls.length; at += callSlots) {
      const operation = operationAt(calls, at);
      if (operation === "refreshQuerySet" || operation === "dropQuerySet")
        this.#takeLive(calls[at] ?? "", decodeCall(calls, at));
      else for (let slot = at; slot < at + callSlots; slot++) this.#queue.push(calls[slot] ?? "");
    }
  }

  #takeLive(sequence: string, call: ExecutorCall): void {
    if (call.operation === "refreshQuerySet") this.#refreshes.add(sequence, call.request, call.callerText);
    else if (call.operation === "dropQuerySet") this.#refreshes.drop(sequence, call.set);
  }

  /** True when no call waits. */
  get isIdle(): boolean {
    return this.#queueAt >= this.#queue.length;
  }

  /** True when live queries wait and calls do not come first. */
  get wantsLiveSlice(): boolean {
    return !this.#refreshes.isIdle && (this.isIdle || this.#owedToCallsMs <= 0);
  }

  /** Runs live queries for some milliseconds, without a transaction: what they read has been committed. */
  async runLiveSlice(): Promise<BatchReply> {
    const startedAt = performance.now();
    this.#state.beginBatch();
    const results = await this.#refreshes.runSlice(maxLiveSliceMs, this.#runLiveQuery);
    this.#state.beginCommit();
    this.#owedToCallsMs = performance.now() - startedAt;
    return { results, timestamp: this.#clock.latest, commitMs: null, written: new Map() };
  }

  /**
   * Runs every live query again, because functions or variables changed, which no read set records, or because writes
   * that paused refreshes had seen were rolled back.
   */
  restartLiveQueries(): void {
    this.#refreshes.abandon();
    this.liveQueries.invalidateAll();
  }

  /**
   * Runs up to 64 calls or about 24 ms of them and commits. When the store fails, for example on a full disk, nothing of
   * the batch is kept and no call has been answered. So each call runs again in a batch of its own: reads succeed, and
   * only what cannot be stored is refused.
   *
   * @param receiveMore pulls calls that arrived meanwhile, so that they can still join the batch
   */
  async runBatch(receiveMore: () => void): Promise<BatchReply> {
    const startedAt = performance.now();
    const results: string[] = [];
    let commitMs: number | null = null;
    this.#written = new Map();
    const jobsBefore = this.#host.store.jobWriteCount;
    const clockBefore = this.#clock.latest;
    this.#state.beginBatch();
    const maxCalls = this.#loneCalls > 0 ? 1 : maxBatchCalls;
    try {
      for (let calls = 0; calls < maxCalls; calls++) {
        if (this.isIdle) receiveMore();
        if (this.isIdle || performance.now() - startedAt > maxBatchMs) break;
        await this.#runNext(results);
        if (this.#host.store.failure !== null) throw this.#host.store.failure;
      }
      this.#state.beginCommit();
      commitMs = this.#commit();
      this.#loneCalls = Math.max(0, this.#loneCalls - 1);
    } catch (error) {
      this.#rollBack();
      this.#clock.takeBack(clockBefore);
      this.#runAgainOrRefuse(results, error);
    }
    this.#queue.splice(0, this.#queueAt);
    this.#queueAt = 0;
    this.#owedToCallsMs -= performance.now() - startedAt;
    this.#host.storage.settle(this.#host.store, (problem) => this.#host.log("", `[ERROR] ${problem}`));
    const reply = { results, timestamp: this.#clock.latest, commitMs, written: this.#written };
    return this.#host.store.jobWriteCount === jobsBefore ? reply : { ...reply, nextJobAtMs: nextDueTimeMs(this.#host) };
  }

  #rollBack(): void {
    const { store, catalog } = this.#host;
    store.rollback();
    this.#written = new Map();
    catalog.reload();
    this.#knownTables = catalog.size;
    this.restartLiveQueries();
  }

  #runAgainOrRefuse(results: string[], error: unknown): void {
    const [sequence] = this.#queue;
    results.length = 0;
    if (this.#queueAt > callSlots) {
      this.#loneCalls = this.#queueAt / callSlots;
      this.#queueAt = 0;
      return;
    }
    this.#loneCalls = Math.max(0, this.#loneCalls - 1);
    const { code, message } = storeRefusalOf(error);
    if (!this.#isRefusing && this.#beginRefusing(code, message)) {
      this.#loneCalls++;
      this.#queueAt = 0;
      return;
    }
    if (sequence !== undefined) pushHostError(results, sequence, message, code);
  }

  /**
   * Logs each outage once: a line per refused call would fill a disk that is already full.
   *
   * @returns whether there may be space again
   */
  #beginRefusing(code: string, message: string): boolean {
    this.#isRefusing = true;
    this.#host.log("", `[ERROR] ${message}`);
    if (code !== "DiskFull") return false;
    try {
      this.#host.store.giveBackLogSpace();
      return true;
    } catch (error) {
      this.#host.store.rollback();
      this.#host.log("", `[WARN] The write-ahead log could not be emptied: ${String(error)}`);
      return false;
    }
  }

  #commit(): number | null {
    const { store } = this.#host;
    if (!store.inTransaction) return null;
    const startedAtMs = performance.now();
    this.#meta.set("clock", String(this.#clock.latest));
    store.commit();
    if (this.#isRefusing) this.#host.log("", "[WARN] The store takes writes again.");
    this.#isRefusing = false;
    return performance.now() - startedAtMs;
  }

  async #runNext(results: string[]): Promise<void> {
    const sequence = this.#queue[this.#queueAt] ?? "";
    const call = decodeCall(this.#queue, this.#queueAt);
    this.#queueAt += callSlots;
    this.#state.beginCall(Number(sequence));
    const logLines: string[] = [];
    const clockBefore = this.#clock.latest;
    try {
      const text = await this.#run(call, contextOf(call, logLines));
      this.#settleClock(clockBefore);
      pushSuccess(results, sequence, text, logTextOf(logLines), this.#clock.latest);
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      pushError(results, sequence, error.message, error.dataText ?? "", logTextOf(logLines));
      this.#settleClock(clockBefore);
    }
    this.#noteWrites();
    this.#host.store.keepAll();
  }

  /**
   * A call that wrote nothing uses up no timestamp: a crash would forget one that is not stored, so it must not be seen.
   */
  #settleClock(before: bigint): void {
    if (this.#host.store.callWrites.length === 0) this.#clock.takeBack(before);
  }

  #noteWrites(): void {
    const { catalog, store } = this.#host;
    const hasNewTable = catalog.size !== this.#knownTables;
    this.#knownTables = catalog.size;
    for (const { table } of store.callWrites) this.#written.set(table.name, (this.#written.get(table.name) ?? 0) + 1);
    this.liveQueries.applyWrites(store.callWrites, hasNewTable);
  }

  async #run(call: ExecutorCall, context: CallContext): Promise<string> {
    switch (call.operation) {
      case "call":
        return await this.#runFunction(call, context);
      case "storage":
        return this.#runStorage(call, context);
      case "schedule":
      case "cancelJob":
      case "claimJobs":
      case "runJob":
      case "finishJob":
      case "failRunningJobs":
      case "removeFinishedJobs":
        return await runSchedulingCall(call, this.#host, this.#clock, context);
      case "refreshQuerySet":
      case "dropQuerySet":
        throw new HostRefusal(`${call.operation} joins no batch.`);
    }
  }

  #runStorage({ componentPath, name, argsText }: StorageCall, context: CallContext): string {
    const host = this.#host.components.get(componentPath);
    if (host === undefined)
      throw new FunctionError(`Component "${componentPath}" is not installed any more.`, undefined);
    try {
      return runStorageOperation(new Transaction(host, context, this.#clock.next()), name, argsText);
    } catch (error) {
      throw toFunctionError(error, () => "");
    }
  }

  async #runFunction(call: FunctionCall, context: CallContext): Promise<string> {
    const { type, address, allowInternal, argsText, idempotencyKey } = call;
    try {
      const { componentPath, functionPath } = parseAddress(address);
      // Calls from outside cannot reach a component, not even its public functions.
      const host = componentPath === "" || allowInternal ? this.#host.components.get(componentPath) : undefined;
      if (host === undefined) throw functionNotFound(address, allowInternal);
      const functions = functionsFor(host, call.caller, functionPath);
      const target = resolveFunction(
        functions,
        functionPath,
        type === "query" || type === "mutation" ? type : "any",
        allowInternal,
      );
      if (target.type === "action") throw new HostRefusal(`${target.path} is an action and does not run here.`);
      if (target.type === "query")
        return await runFunction(new Transaction(host, context, this.#clock.latest), target, argsText);
      const recorded = idempotencyKey === undefined ? null : recordedOutcome(this.#host, idempotencyKey);
      if (recorded !== null) {
        context.logLines.push(...recorded.logLines);
        return recorded.valueText;
      }
      const transaction = new Transaction(host, context, this.#clock.next());
      const valueText = await runFunction(transaction, target, argsText);
      if (idempotencyKey !== undefined) recordOutcome(this.#host, context, idempotencyKey, valueText);
      return valueText;
    } catch (error) {
      throw toFunctionError(error, (stack) => this.#host.describeStack(stack));
    }
  }
}

/** What the functions that a call runs may ask about it; the host itself calls as nobody. */
function contextOf(call: ExecutorCall, logLines: string[]): CallContext {
  const nowMs = Date.now();
  switch (call.operation) {
    case "call":
    case "schedule":
    case "cancelJob": {
      const { caller, metadata, scheduledFunctionId = null } = call;
      return { caller, metadata, scheduledFunctionId, nowMs, logLines };
    }
    default:
      return { caller: anonymous, metadata: noMetadata, scheduledFunctionId: null, nowMs, logLines };
  }
}
