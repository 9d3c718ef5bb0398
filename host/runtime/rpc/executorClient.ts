import { Worker } from "node:worker_threads";
import type { FunctionOutcome, LiveQueryResult } from "../../deployment";
import { StoreError, StoreInUseError } from "../../store/storeFile";
import { executionStateBytes, ExecutionState } from "./executionState";
import type { ExecutorCall, RefreshRequest } from "./calls";
import { PendingCalls, refusalOf } from "./pendingCalls";
import type { CallAnswer, RefreshOutcome } from "./pendingCalls";
import type { ControlRequest, LoadRequest, WorkerOptions, WorkerReply, WorkerRequest } from "./protocol";
import { executorSource } from "./executorSource";

const watchIntervalMs = 100;
/** For all of a deployment's code and one running function; Convex gives 64 MB to each function. */
const maxHeapMb = 512;
const outOfMemoryMessage = "JavaScript execution ran out of memory (maximum memory usage: 64 MB)";
const timeoutMessage = "Function execution timed out (maximum duration: 1s)";

/** What the executor thread tells about itself between batches. */
export interface ExecutorEvents {
  onLog(path: string, line: string): void;
  /** The time of the earliest job or cron has changed. */
  onNextJob(nextJobAtMs: number | null): void;
  /** A batch has been answered; `commitMs` is null when it wrote nothing, `written` says how many documents of which table it did. */
  onBatch(calls: number, commitMs: number | null, written: ReadonlyMap<string, number>): void;
  onTables(tableNames: readonly (readonly [number, string])[]): void;
  /** Results in these query sets may have changed. */
  onInvalidated(sets: readonly string[]): void;
  /** The thread has been replaced and knows no query set any more. */
  onReplaced(): void;
}

/** How the executor thread is started and how long its functions may run. */
export interface ExecutorSettings extends Omit<WorkerOptions, "state"> {
  /** How long one query or mutation may hold the executor, wall time in milliseconds. */
  readonly functionTimeLimitMs: number;
}

interface PendingControl {
  readonly request: ControlRequest;
  resolve(reply: WorkerReply): void;
  reject(error: Error): void;
}

type Loaded = Extract<WorkerReply, { kind: "loaded" | "loadFailed" }>;

/** The main thread's side of the executor: batches calls, watches over their time, replaces a stuck thread. */
export class ExecutorClient {
  readonly #settings: ExecutorSettings;
  readonly #events: ExecutorEvents;
  readonly #pending = new PendingCalls();
  readonly #watch: NodeJS.Timeout;
  #outbox: string[] = [];
  #control: PendingControl | null = null;
  #lastControl: Promise<void> = Promise.resolve();
  #worker: Worker | null = null;
  #state = new ExecutionState(new SharedArrayBuffer(executionStateBytes));
  #lastLoad: LoadRequest | null = null;
  #latest = 0n;
  #failure: Error | null = null;
  #restarting: Promise<void> | null = null;
  #closed = false;
  storedVariables: Readonly<Record<string, string>> = {};
  /** The store's; see `StoreFile.secret`. */
  secret = "";
  /** The public keys of `ctx.auth.signJwt` as a JWK Set. */
  keySetText = "";

  private constructor(settings: ExecutorSettings, events: ExecutorEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#watch = setInterval(() => this.#stopOverdueCall(), watchIntervalMs);
    this.#watch.unref();
  }

  /** Starts the thread and opens the store. @throws {StoreError} when the file cannot be opened */
  static async start(settings: ExecutorSettings, events: ExecutorEvents): Promise<ExecutorClient> {
    const client = new ExecutorClient(settings, events);
    try {
      await client.#spawn();
    } catch (error) {
      clearInterval(client.#watch);
      throw error;
    }
    return client;
  }

  /** Latest committed timestamp, nanoseconds since the epoch. */
  get latestTimestamp(): bigint {
    return this.#latest;
  }

  /** Calls without an answer. */
  get queueLength(): number {
    return this.#pending.size;
  }

  /** Queues a call; it is answered after the commit of its batch. @throws {Error} when the host itself fails */
  call(call: ExecutorCall): Promise<FunctionOutcome> {
    return new Promise((resolve, reject) => this.#start(call, { resolve, reject }));
  }

  /** Queues a refresh of live queries. @throws {Error} when the host itself fails */
  refresh(request: RefreshRequest, callerText: string): Promise<RefreshOutcome> {
    return new Promise((resolve, reject) => {
      const results: LiveQueryResult[] = [];
      this.#start(
        { operation: "refreshQuerySet", request, callerText },
        {
          resolve(outcome) {
            if (outcome.status === "error") reject(new Error(outcome.errorMessage));
            else if (outcome.valueText !== "true") resolve({ kind: "unknown" });
            else resolve({ kind: "done", timestamp: outcome.timestamp, results });
          },
          reject,
          refresh: {
            results,
            stop: (queryId, errorMessage) => resolve({ kind: "stopped", queryId, errorMessage }),
          },
        },
      );
    });
  }

  #start(call: ExecutorCall, answer: CallAnswer): void {
    if (this.#failure !== null) return answer.reject(this.#failure);
    if (this.#closed) return answer.reject(new Error("The deployment is closed"));
    this.#send(this.#pending.add(call, answer));
  }

  /** Loads a bundle into the thread; on failure the code that was loaded before stays. */
  async load(request: LoadRequest): Promise<Loaded> {
    const reply = await this.#controlRequest(request);
    if (reply.kind === "loaded") this.#lastLoad = request;
    if (reply.kind !== "loaded" && reply.kind !== "loadFailed") throw new Error(`Unexpected reply ${reply.kind}`);
    return reply;
  }

  /** Persists the deployment's own variables, all of them. @throws {DeploymentRefusal} when the store does not take them */
  async setEnvironment(stored: Readonly<Record<string, string>>): Promise<void> {
    const reply = await this.#controlRequest({ kind: "setEnvironment", stored });
    if (reply.kind !== "environmentSet") throw new Error(`Unexpected reply ${reply.kind}`);
    if (reply.error !== null) throw refusalOf(reply.error);
    this.storedVariables = stored;
  }

  /**
   * Runs `copy` while the database file holds everything committed so far and does not change. Calls go on.
   *
   * @param filesDirectory where links to the stored files are made
   * @throws {Error} when the thread had to be replaced meanwhile, which may have changed the file
   */
  async whileDatabaseRests(filesDirectory: string, copy: () => Promise<void>): Promise<void> {
    const begun = await this.#controlRequest({ kind: "beginBackup", filesDirectory });
    if (begun.kind !== "backupBegun") throw new Error(`Unexpected reply ${begun.kind}`);
    if (begun.error !== null) throw refusalOf(begun.error);
    const worker = this.#worker;
    try {
      await copy();
    } finally {
      await this.#controlRequest({ kind: "endBackup" });
    }
    if (worker !== this.#worker) throw new Error("A function was stopped during the backup. Try again.");
  }

  /** Waits for every pending call, then closes the store and ends the thread. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#restarting;
    await this.#pending.settled();
    this.#closed = true;
    clearInterval(this.#watch);
    const worker = this.#worker;
    if (worker === null || this.#failure !== null) return;
    const exited = new Promise<void>((resolve) => void worker.once("exit", () => resolve()));
    await this.#controlRequest({ kind: "close" });
    await exited;
  }

  #send(slots: readonly string[]): void {
    // Not a microtask: those run between two sockets of one turn, and each message between threads has its price.
    if (this.#outbox.length === 0) setImmediate(() => this.#flush());
    this.#outbox.push(...slots);
  }

  #flush(): void {
    if (this.#restarting !== null || this.#outbox.length === 0) return;
    const batch = this.#outbox;
    this.#outbox = [];
    this.#post(batch);
  }

  #post(request: WorkerRequest): void {
    this.#worker?.postMessage(request);
  }

  /** Loads and changes of variables happen one after the other. */
  #controlRequest(request: ControlRequest): Promise<WorkerReply> {
    const reply = this.#lastControl.then(() => this.#sendControl(request));
    this.#lastControl = reply.then(
      () => undefined,
      () => undefined,
    );
    return reply;
  }

  async #sendControl(request: ControlRequest): Promise<WorkerReply> {
    if (this.#failure !== null) throw this.#failure;
    await this.#restarting;
    return await new Promise((resolve, reject) => {
      this.#control = { request, resolve, reject };
      this.#post(request);
    });
  }

  async #spawn(): Promise<void> {
    const source = await executorSource();
    this.#state = new ExecutionState(new SharedArrayBuffer(executionStateBytes));
    const { functionTimeLimitMs: _limit, ...options } = this.#settings;
    const workerData: WorkerOptions = { ...options, state: this.#state.buffer };
    const worker = new Worker(source, {
      eval: true,
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    this.#worker = worker;
    const opened = await new Promise<WorkerReply>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    if (opened.kind !== "opened") {
      await worker.terminate();
      if (opened.kind !== "openFailed") throw new Error(`Unexpected reply ${opened.kind}`);
      if (opened.fault === "inUse") throw new StoreInUseError(this.#settings.file);
      throw opened.fault === "store" ? new StoreError(opened.message) : new Error(opened.message);
    }
    this.storedVariables = opened.storedVariables;
    this.secret = opened.secret;
    this.keySetText = opened.keySetText;
    this.#latest = opened.timestamp;
    worker.removeAllListeners("error");
    worker.on("message", (reply: WorkerReply) => this.#receive(worker, reply));
    worker.on("error", (error) => this.#recover(worker, error));
  }

  #receive(worker: Worker, reply: WorkerReply): void {
    if (worker !== this.#worker) return;
    switch (reply.kind) {
      case "batch":
        this.#settleBatch(reply);
        return;
      case "log":
        this.#events.onLog(reply.path, reply.line);
        return;
      case "invalidated":
        this.#events.onInvalidated(reply.sets);
        return;
      default: {
        const control = this.#control;
        this.#control = null;
        if (reply.kind === "loaded") {
          this.#events.onTables(reply.tableNames);
          this.#events.onNextJob(reply.nextJobAtMs);
        }
        control?.resolve(reply);
      }
    }
  }

  #settleBatch(reply: Extract<WorkerReply, { kind: "batch" }>): void {
    this.#latest = reply.timestamp;
    if (reply.tableNames !== undefined) this.#events.onTables(reply.tableNames);
    this.#events.onBatch(this.#pending.settle(reply.results), reply.commitMs, reply.written);
    if (reply.nextJobAtMs !== undefined) this.#events.onNextJob(reply.nextJobAtMs);
  }

  #stopOverdueCall(): void {
    if (this.#worker === null || this.#restarting !== null) return;
    const sequence = this.#state.stopIfOverdue(this.#settings.functionTimeLimitMs);
    if (sequence === null) return;
    this.#pending.fail(sequence, timeoutMessage, this.#state.stoppedQueryId);
    this.#restart(this.#worker, null);
  }

  /** The thread is gone. When one function took all of its memory, only that function has failed. */
  #recover(worker: Worker, error: Error): void {
    const sequence = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY" ? this.#state.interruptedCall : null;
    if (sequence !== null) this.#pending.fail(sequence, outOfMemoryMessage, this.#state.stoppedQueryId);
    this.#restart(worker, sequence === null ? error : null);
  }

  /** Replaces the thread. Its open transaction is gone with it, so every call without an answer runs again. */
  #restart(worker: Worker, cause: Error | null): void {
    if (this.#restarting !== null || this.#closed) return;
    this.#outbox = [];
    this.#restarting = this.#replace(worker, cause).then(
      () => {
        // In one step, so that no call is sent on its own between the two and then again with the rest.
        this.#restarting = null;
        this.#resend();
        this.#events.onReplaced();
      },
      (error: unknown) => {
        this.#restarting = null;
        this.#fail(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  async #replace(worker: Worker, cause: Error | null): Promise<void> {
    await worker.terminate();
    if (cause !== null) {
      // The host failed, not a function: the calls that were sent cannot be known to be harmless, so they are refused.
      this.#pending.rejectAll(cause);
    }
    await this.#spawn();
    const control = this.#control;
    this.#control = null;
    if (this.#lastLoad !== null) {
      const reply = await this.#reload(this.#lastLoad);
      if (reply.kind === "loadFailed") throw new Error(reply.message);
    }
    if (control !== null) {
      if (control.request.kind === "load") control.reject(new Error("The functions did not finish loading in time"));
      else {
        this.#control = control;
        this.#post(control.request);
      }
    }
  }

  async #reload(request: LoadRequest): Promise<WorkerReply> {
    return await new Promise((resolve, reject) => {
      this.#control = { request, resolve, reject };
      this.#post(request);
    });
  }

  #resend(): void {
    this.#outbox = this.#pending.allSlots();
    this.#flush();
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#pending.rejectAll(error);
    this.#control?.reject(error);
    this.#control = null;
  }
}
