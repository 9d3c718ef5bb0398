import { openStoreFile, StoreError, StoreInUseError, toStoreError } from "../../store/storeFile";
import type { StoreFile } from "../../store/storeFile";
import { ExecutionState } from "../rpc/executionState";
import { installFunctionGlobals } from "../sandbox/globals";
import type { FunctionGlobals } from "../sandbox/globals";
import type { NativeImport, RegisteredFunction } from "../functions/registry";
import type { HttpRoute } from "../functions/httpRouter";
import { installSyscallBoundary } from "../functions/frames";
import type { FunctionSummary, LoadRequest, WorkerOptions, WorkerReply, WorkerRequest } from "../rpc/protocol";
import { beginBackup, endBackup } from "./backup";
import { Executor } from "./executor";
import type { BatchReply } from "./executor";
import { nextDueTimeMs } from "./scheduled/operations";
import { swapCode } from "./swapCode";
import { openHost } from "./openHost";
import type { OpenedHost } from "./openHost";
import { storeRefusalOf } from "./storeRefusal";
import { systemFunctions } from "./calls/systemFunctions";

/** What the executor runs on: its end of the way to the main thread, and how modules are imported there. */
export interface ExecutorPort {
  postMessage(reply: WorkerReply): void;
  /** Names who takes requests as they come. */
  onRequest(take: (request: WorkerRequest) => void): void;
  /** A request that has come already and that nobody has taken. */
  receive(): WorkerRequest | undefined;
  close(): void;
  readonly nativeImport: NativeImport;
}

/** The executor thread: owns the store, loads the functions, runs batches. */
export class ExecutorThread {
  readonly #port: ExecutorPort;
  readonly #fileName: string;
  readonly #file: StoreFile;
  readonly #opened: OpenedHost;
  readonly #executor: Executor;
  readonly #state: ExecutionState;
  readonly #globals: FunctionGlobals;
  #httpRoutes: readonly HttpRoute[] = [];
  readonly #control: Exclude<WorkerRequest, readonly string[]>[] = [];
  #knownTables = 0;
  #running = false;

  private constructor(port: ExecutorPort, options: WorkerOptions) {
    this.#port = port;
    this.#fileName = options.file;
    this.#file = openStoreFile(options.file, { durable: options.durable });
    const log = (path: string, line: string): void => this.#reply({ kind: "log", path, line });
    this.#opened = openHost(this.#file, options, log);
    const { host, clock, variables } = this.#opened;
    host.systemFunctions = systemFunctions({
      host,
      storedVariables: () => variables.stored(),
      httpRoutes: () => this.#httpRoutes,
    });
    this.#state = new ExecutionState(options.state);
    this.#executor = new Executor(host, this.#file.meta, clock, this.#state);
    installSyscallBoundary();
    this.#globals = installFunctionGlobals(options.globalsKey, variables.app, log);
  }

  /**
   * Opens the store and begins to listen; a store that cannot be opened is told of to the port.
   *
   * @returns the globals of functions, for a thread that runs nothing else
   */
  static start(port: ExecutorPort, options: WorkerOptions): FunctionGlobals | undefined {
    try {
      return ExecutorThread.#start(port, options);
    } catch (thrown) {
      const error = toStoreError(options.file, thrown);
      port.postMessage({
        kind: "openFailed",
        message: error.message,
        fault: error instanceof StoreInUseError ? "inUse" : error instanceof StoreError ? "store" : "other",
      });
      port.close();
      return undefined;
    }
  }

  static #start(port: ExecutorPort, options: WorkerOptions): FunctionGlobals {
    const thread = new ExecutorThread(port, options);
    port.onRequest((request) => {
      thread.#receive(request);
      thread.#run().catch((error: unknown) => {
        // A thread that cannot answer must not live on; the main thread replaces it.
        setImmediate(() => {
          throw error;
        });
      });
    });
    thread.#reply({
      kind: "opened",
      storedVariables: thread.#opened.variables.stored(),
      timestamp: thread.#opened.clock.latest,
      secret: thread.#file.secret,
      keySetText: thread.#opened.host.signer.keySetText,
    });
    return thread.#globals;
  }

  #receive(request: WorkerRequest): void {
    if (isCalls(request)) this.#executor.enqueue(request);
    else this.#control.push(request);
  }

  /** Alternates between batches, live queries and control requests until there is nothing to do. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        if (!this.#executor.isIdle) await this.#answer(this.#executor.runBatch(() => this.#receiveMore()));
        if (this.#executor.wantsLiveSlice) await this.#answer(this.#executor.runLiveSlice());
        const request = this.#control.shift();
        if (request !== undefined) await this.#runControl(request);
        this.#receiveMore();
        if (this.#executor.isIdle && !this.#executor.wantsLiveSlice && this.#control.length === 0) return;
      }
    } finally {
      this.#running = false;
    }
  }

  #receiveMore(): void {
    for (let next = this.#port.receive(); next !== undefined; next = this.#port.receive()) this.#receive(next);
  }

  async #answer(running: Promise<BatchReply>): Promise<void> {
    this.#reply({ kind: "batch", ...(await running), ...this.#changedTables() });
    this.#announceInvalidated();
    this.#state.endBatch();
  }

  #announceInvalidated(): void {
    const sets = this.#executor.liveQueries.takeInvalidated();
    if (sets.length > 0) this.#reply({ kind: "invalidated", sets });
  }

  #restartLiveQueries(): void {
    this.#executor.restartLiveQueries();
    this.#announceInvalidated();
  }

  async #runControl(request: Exclude<WorkerRequest, readonly string[]>): Promise<void> {
    switch (request.kind) {
      case "load":
        return await this.#load(request);
      case "setEnvironment":
        return this.#setEnvironment(request.stored);
      case "beginBackup":
        return this.#beginBackup(request.filesDirectory);
      case "endBackup":
        endBackup(this.#file.connection);
        return this.#reply({ kind: "backupEnded" });
      case "close":
        this.#file.close();
        this.#reply({ kind: "closed" });
        this.#port.close();
    }
  }

  async #load(request: LoadRequest): Promise<void> {
    try {
      this.#httpRoutes = await swapCode(this.#opened, this.#file.meta, request, this.#port.nativeImport);
    } catch (error) {
      this.#reply({ kind: "loadFailed", message: toStoreError(this.#fileName, error).message });
      return;
    }
    this.#restartLiveQueries();
    const { host } = this.#opened;
    this.#reply({
      kind: "loaded",
      functions: summariesOf(host.functions),
      componentFunctions: [...host.components].flatMap(([path, component]) =>
        path === "" ? [] : [[path, summariesOf(component.functions)] as const],
      ),
      nextJobAtMs: nextDueTimeMs(host),
      tableNames: this.#tableNames(),
    });
  }

  #setEnvironment(stored: Readonly<Record<string, string>>): void {
    try {
      this.#opened.variables.replace(stored);
    } catch (error) {
      this.#reply({ kind: "environmentSet", error: storeRefusalOf(error) });
      return;
    }
    this.#reply({ kind: "environmentSet", error: null });
    this.#restartLiveQueries();
  }

  #beginBackup(filesDirectory: string): void {
    const { host } = this.#opened;
    try {
      beginBackup(this.#file.connection, host, filesDirectory);
      this.#reply({ kind: "backupBegun", error: null });
    } catch (error) {
      endBackup(this.#file.connection);
      host.store.rollback();
      this.#reply({ kind: "backupBegun", error: storeRefusalOf(error) });
    }
  }

  #changedTables(): { readonly tableNames?: readonly (readonly [number, string])[] } {
    return this.#opened.host.catalog.size === this.#knownTables ? {} : { tableNames: this.#tableNames() };
  }

  #tableNames(): readonly (readonly [number, string])[] {
    const { catalog } = this.#opened.host;
    this.#knownTables = catalog.size;
    return Array.from(catalog.allTables(), ({ number, qualifiedName }) => [number, qualifiedName] as const);
  }

  #reply(reply: WorkerReply): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
    this.#port.postMessage(reply);
  }
}

function summariesOf(functions: ReadonlyMap<string, RegisteredFunction>): readonly FunctionSummary[] {
  return [...functions.values()].map(({ path, type, isPublic }) => ({ path, type, isPublic }));
}

function isCalls(request: WorkerRequest): request is readonly string[] {
  return Array.isArray(request);
}
