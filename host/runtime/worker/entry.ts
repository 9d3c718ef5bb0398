import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { Catalog } from "../../store/catalog";
import { DocumentStore } from "../../store/documentStore";
import { FileStore } from "../../store/fileStore";
import { StorageTokens } from "../../store/storageTokens";
import { openStoreFile, StoreError, toStoreError } from "../../store/storeFile";
import type { StoreFile } from "../../store/storeFile";
import { ExecutionState } from "../executionState";
import { installFunctionGlobals } from "../functionGlobals";
import type { FunctionEnvironment } from "../componentEnvironment";
import { setComponentVariables } from "../componentEnvironment";
import { FunctionHandles } from "../functionHandles";
import { loadModules, mainThreadAction } from "../functionTable";
import type { NativeImport, RegisteredFunction } from "../functionTable";
import { httpRoutesOf, readHttpRouter } from "../httpRouter";
import type { HttpRoute } from "../httpRouter";
import { installSyscallBoundary } from "../frames";
import type { CallContext } from "../frames";
import { NO_METADATA } from "../protocol";
import type {
  ComponentLoad,
  FunctionSummary,
  LoadRequest,
  WorkerOptions,
  WorkerReply,
  WorkerRequest,
} from "../protocol";
import { sourceStack } from "../sourceStack";
import { beginBackup, endBackup } from "./backup";
import { Clock, CreationClock } from "./clock";
import { applyCrons, readCrons } from "./crons";
import { CursorCodec } from "./cursor";
import { Executor } from "./executor";
import { nextDueTimeMs } from "./jobOperations";
import { JwtSigner } from "./jwtSigner";
import { loadComponent } from "./loadComponents";
import { applySchema, compileSchema, EMPTY_SCHEMA } from "./schema";
import { ExecutorStorage } from "./executorStorage";
import { systemFunctions } from "./systemFunctions";
import { storeRefusalOf } from "./storeRefusal";
import { Transaction } from "./transaction";
import type { ExecutionHost } from "./transaction";

/** The executor thread: owns the store, loads the functions, runs batches. */
class ExecutorThread {
  readonly #port: MessagePort;
  readonly #fileName: string;
  readonly #file: StoreFile;
  readonly #clock: Clock;
  readonly #host: ExecutionHost;
  readonly #executor: Executor;
  readonly #state: ExecutionState;
  readonly #environment: FunctionEnvironment;
  #httpRoutes: readonly HttpRoute[] = [];
  #componentLoads: readonly ComponentLoad[] = [];
  #componentEnvironments: ReadonlyMap<string, FunctionEnvironment> = new Map();
  readonly #systemVariables: Readonly<Record<string, string>>;
  readonly #control: Exclude<WorkerRequest, readonly string[]>[] = [];
  #knownTables = 0;
  #running = false;

  private constructor(port: MessagePort, options: WorkerOptions) {
    this.#port = port;
    this.#fileName = options.file;
    this.#file = openStoreFile(options.file, { durable: options.durable });
    this.#systemVariables = options.systemVariables;
    const { connection, meta, secret } = this.#file;
    const store = new DocumentStore(connection);
    this.#clock = new Clock(BigInt(meta.get("clock") ?? "0"));
    store.ensureTransaction();
    const catalog = new Catalog(meta);
    // Whatever this run hands out as its first timestamp lies above everything an earlier run handed out.
    meta.set("clock", String(this.#clock.next()));
    store.backfillSystemIndexes(catalog);
    const signer = JwtSigner.ofStore(meta, options.systemVariables["CONVEX_CLOUD_URL"] ?? "");
    store.commit();
    this.#state = new ExecutionState(options.state);
    const log = (path: string, line: string): void => this.#reply({ kind: "log", path, line });
    this.#host = {
      componentPath: "",
      components: new Map(),
      handles: new FunctionHandles(secret),
      store,
      catalog,
      cursors: new CursorCodec(secret),
      signer,
      creationClock: new CreationClock(),
      deploymentName: options.deploymentName,
      storage: new ExecutorStorage(
        new FileStore(options.filesDirectory),
        new StorageTokens(secret),
        meta,
        () => this.#environment.variables["CONVEX_CLOUD_URL"] ?? "",
      ),
      schema: EMPTY_SCHEMA,
      functions: new Map(),
      describeStack: sourceStack,
      log,
    };
    this.#host.components = new Map([["", this.#host]]);
    this.#host.systemFunctions = systemFunctions({
      host: this.#host,
      storedVariables: () => this.#storedVariables(),
      httpRoutes: () => this.#httpRoutes,
    });
    this.#executor = new Executor(this.#host, meta, this.#clock, this.#state);
    this.#environment = { variables: this.#allVariables() };
    installSyscallBoundary();
    const { fetch, setTimeout, setInterval, crypto } = installFunctionGlobals(
      options.globalsKey,
      this.#environment,
      log,
    );
    // `globalThis.fetch` must not be a way round what `fetch` refuses.
    for (const [name, value] of Object.entries({ fetch, setTimeout, setInterval, crypto }))
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    // A promise that nobody awaited belongs to a function that has been answered already.
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
      storedVariables: thread.#storedVariables(),
      timestamp: thread.#clock.latest,
      secret: thread.#file.secret,
      keySetText: thread.#host.signer.keySetText,
    });
  }

  #receive(request: WorkerRequest): void {
    if (isCalls(request)) this.#executor.enqueue(request);
    else this.#control.push(request);
  }

  /** Alternates between batches and control requests until there is nothing to do. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        if (!this.#executor.isIdle) await this.#runBatch();
        const request = this.#control.shift();
        if (request !== undefined) await this.#runControl(request);
        else if (this.#executor.isIdle) return;
        this.#receiveMore();
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

  async #runBatch(): Promise<void> {
    const reply = await this.#executor.runBatch(() => this.#receiveMore());
    this.#reply({ kind: "batch", ...reply, ...this.#changedTables() });
    this.#announceInvalidated();
    this.#state.endBatch();
  }

  #announceInvalidated(): void {
    const sets = this.#executor.liveQueries.takeInvalidated();
    if (sets.length > 0) this.#reply({ kind: "invalidated", sets });
  }

  /** What a live query takes from code and variables is not recorded, so a change of either makes all of them run. */
  #invalidateLiveQueries(): void {
    this.#executor.liveQueries.invalidateAll();
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
    const { store, catalog } = this.#host;
    const tableOfId = (id: string): string | null => catalog.tableOfId(id)?.name ?? null;
    const clockBefore = this.#clock.latest;
    try {
      const { functions, namespaces } = await loadModules(
        request.modules.filter((module) => module.environment === "isolate"),
        { componentPath: "", importPhase: request.importPhase, tableOfId, nativeImport },
      );
      const schema = compileSchema(request.schemaText, tableOfId);
      // Checked here already: once this thread has swapped the code, the main thread must be able to follow.
      const httpRoutes = httpRoutesOf(readHttpRouter(namespaces.get("http")));
      const crons = readCrons(namespaces.get("crons"));
      store.ensureTransaction();
      applySchema(schema, store, catalog, this.#file.meta);
      for (const summary of request.nodeActions) functions.set(summary.path, mainThreadAction(summary));
      const environments = new Map(
        request.components.map(({ componentPath }) => [componentPath, { variables: {} }] as const),
      );
      setComponentVariables(request.components, environments, this.#environment.variables);
      const candidate = { ...this.#host, schema, functions };
      applyCrons(new Transaction(candidate, hostCall(), this.#clock.next()), crons);
      const components = new Map([["", this.#host]]);
      for (const load of request.components) {
        const environment = environments.get(load.componentPath) ?? { variables: {} };
        installFunctionGlobals(load.globalsKey, environment, candidate.log);
        const component = await loadComponent(load, {
          app: candidate,
          meta: this.#file.meta,
          importPhase: request.importPhase,
          nativeImport,
        });
        component.host.components = components;
        components.set(load.componentPath, component.host);
        applyCrons(new Transaction(component.host, hostCall(), this.#clock.next()), component.crons);
      }
      this.#file.meta.set("clock", String(this.#clock.latest));
      store.commit();
      this.#host.schema = schema;
      this.#host.functions = functions;
      this.#host.components = components;
      this.#httpRoutes = httpRoutes;
      this.#componentLoads = request.components;
      this.#componentEnvironments = environments;
    } catch (error) {
      store.rollback();
      catalog.reload();
      this.#clock.takeBack(clockBefore);
      this.#reply({ kind: "loadFailed", message: toStoreError(this.#fileName, error).message });
      return;
    }
    this.#invalidateLiveQueries();
    const { functions, components } = this.#host;
    this.#reply({
      kind: "loaded",
      functions: summariesOf(functions),
      componentFunctions: [...components].flatMap(([path, component]) =>
        path === "" ? [] : [[path, summariesOf(component.functions)] as const],
      ),
      nextJobAtMs: nextDueTimeMs(this.#host),
      tableNames: this.#tableNames(),
    });
  }

  #setEnvironment(stored: Readonly<Record<string, string>>): void {
    const { meta } = this.#file;
    const { store } = this.#host;
    try {
      store.ensureTransaction();
      for (const [name] of meta.entries("env")) if (!Object.hasOwn(stored, name)) meta.delete(`env:${name}`);
      for (const [name, value] of Object.entries(stored)) meta.set(`env:${name}`, value);
      store.commit();
    } catch (error) {
      store.rollback();
      this.#reply({ kind: "environmentSet", error: storeRefusalOf(error) });
      return;
    }
    this.#environment.variables = this.#allVariables();
    setComponentVariables(this.#componentLoads, this.#componentEnvironments, this.#environment.variables);
    this.#reply({ kind: "environmentSet", error: null });
    this.#invalidateLiveQueries();
  }

  #beginBackup(filesDirectory: string): void {
    try {
      beginBackup(this.#file.connection, this.#host, filesDirectory);
      this.#reply({ kind: "backupBegun", error: null });
    } catch (error) {
      endBackup(this.#file.connection);
      this.#host.store.rollback();
      this.#reply({ kind: "backupBegun", error: storeRefusalOf(error) });
    }
  }

  #storedVariables(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#file.meta.entries("env"));
  }

  #allVariables(): Readonly<Record<string, string>> {
    return { ...this.#storedVariables(), ...this.#systemVariables };
  }

  #changedTables(): { readonly tableNames?: readonly (readonly [number, string])[] } {
    const tableNames = this.#host.catalog.size === this.#knownTables ? undefined : this.#tableNames();
    return tableNames === undefined ? {} : { tableNames };
  }

  #tableNames(): readonly (readonly [number, string])[] {
    this.#knownTables = this.#host.catalog.size;
    return Array.from(this.#host.catalog.allTables(), ({ number, qualifiedName }) => [number, qualifiedName] as const);
  }

  #reply(reply: WorkerReply): void {
    post(this.#port, reply);
  }
}

const nativeImport: NativeImport = (url) => import(url);

function summariesOf(functions: ReadonlyMap<string, RegisteredFunction>): readonly FunctionSummary[] {
  return [...functions.values()].map(({ path, type, isPublic }) => ({ path, type, isPublic }));
}

/** The context in which the host itself writes, for example when it registers crons. */
function hostCall(): CallContext {
  return {
    caller: { kind: "admin" },
    metadata: NO_METADATA,
    scheduledFunctionId: null,
    nowMs: Date.now(),
    logLines: [],
  };
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
      isStoreError: error instanceof StoreError,
    };
    post(parentPort, reply);
    parentPort.close();
  }
}

start();
