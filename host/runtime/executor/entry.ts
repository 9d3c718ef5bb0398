import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { openStoreFile, StoreError, StoreInUseError, toStoreError } from "../../store/storeFile";
import type { StoreFile } from "../../store/storeFile";
import { ExecutionState } from "../rpc/executionState";
import { installFunctionGlobals } from "../sandbox/globals";
import type { RegisteredFunction } from "../functions/registry";
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

/** The executor thread: owns the store, loads the functions, runs batches. */
class ExecutorThread {
  readonly #port: MessagePort;
  readonly #fileName: string;
  readonly #file: StoreFile;
  readonly #opened: OpenedHost;
  readonly #executor: Executor;
  readonly #state: ExecutionState;
  #httpRoutes: readonly HttpRoute[] = [];
  readonly #control: Exclude<WorkerRequest, readonly string[]>[] = [];
  #knownTables = 0;
  #running = false;

  private constructor(port: MessagePort, options: WorkerOptions) {
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
    const { fetch, setTimeout, setInterval, crypto } = installFunctionGlobals(options.globalsKey, variables.app, log);
    // `globalThis.fetch` must refuse what `fetch` refuses.
    for (const [name, value] of Object.entries({ fetch, setTimeout, setInterval, crypto }))
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    // A rejection that nobody awaited belongs to a function that has already been answered.
    process.on("unhandledRejection", (reason) => log("", `[ERROR] Unhandled rejection: ${String(reason)}`));
  }

  /** Opens the store and begins to listen. @throws {StoreError} when the file cannot be opened */
  static start(port: MessagePort, options: WorkerOptions): void {
    const thread = new ExecutorThread(port, options);
    port.on("message", (request: WorkerRequest) => {
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
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      const request: WorkerRequest = next.message;
      this.#receive(request);
    }
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
      this.#httpRoutes = await swapCode(this.#opened, this.#file.meta, request);
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
    post(this.#port, reply);
  }
}

function summariesOf(functions: ReadonlyMap<string, RegisteredFunction>): readonly FunctionSummary[] {
  return [...functions.values()].map(({ path, type, isPublic }) => ({ path, type, isPublic }));
}

function post(port: MessagePort, reply: WorkerReply): void {
  port.postMessage(reply);
}

function isCalls(request: WorkerRequest): request is readonly string[] {
  return Array.isArray(request);
}

function start(): void {
  if (parentPort === null) throw new Error("The executor runs in a worker thread only");
  const options: WorkerOptions = workerData;
  try {
    ExecutorThread.start(parentPort, options);
  } catch (thrown) {
    const error = toStoreError(options.file, thrown);
    const reply: WorkerReply = {
      kind: "openFailed",
      message: error.message,
      fault: error instanceof StoreInUseError ? "inUse" : error instanceof StoreError ? "store" : "other",
    };
    post(parentPort, reply);
    parentPort.close();
  }
}

start();
