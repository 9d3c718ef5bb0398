import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bundleFunctions } from "../bundle/bundleFunctions";
import { BundleError } from "../bundle/entryPoints";
import { functionsDirectoryOf } from "../bundle/projectConfig";
import { analyzePush } from "../bundle/pushAnalysis";
import { evaluateAuthConfig, evaluateSchema } from "../bundle/evaluateConfig";
import { DeploymentRefusal } from "../deployment";
import { makeScratchDirectory } from "../scratchDirectory";
import type {
  AuthProvider,
  Caller,
  Deployment,
  FunctionCall,
  FunctionLogPage,
  FunctionOutcome,
  QuerySet,
  RequestMetadata,
} from "../deployment";
import { FileStore, filesDirectoryOf } from "../store/fileStore";
import { DiskFullError } from "../store/storeFailure";
import type { ConvexJsonObject } from "../values/convexJson";
import { ActionFrame } from "./mainThread/actionFrame";
import type { ActionHost } from "./mainThread/actionFrame";
import { backUpStore } from "./mainThread/backup";
import { DeploymentMetrics } from "./deploymentMetrics";
import type { DeploymentOptions } from "./deploymentOptions";
import { openEgress } from "./mainThread/egress";
import type { Egress } from "./mainThread/egress";
import { ExecutorClient } from "./rpc/executorClient";
import { componentEnvironments, setComponentVariables } from "./rpc/environment";
import type { FunctionEnvironment } from "./rpc/environment";
import { DeployedCode } from "./mainThread/deployedCode";
import { parseAddress } from "./functions/address";
import type { AddressScope, FunctionAddress } from "./functions/address";
import { toFunctionError } from "./functions/errors";
import { FunctionHandles } from "./functions/handles";
import { installFunctionGlobals, removeFunctionGlobals } from "./sandbox/globals";
import { canonicalFunctionPath } from "./functions/registry";
import { installSyscallBoundary } from "./functions/frames";
import type { CallContext } from "./functions/frames";
import { componentLoads, loadCode, loadNodeActions } from "./mainThread/loadedCode";
import { noMetadata } from "./rpc/calls";
import { QuerySets } from "./mainThread/querySets";
import { RecentLogs } from "./mainThread/recentLogs";
import type { LogSource } from "./mainThread/recentLogs";
import { reportStrayFailures } from "./strayFailures";
import { httpModule } from "./functions/httpRouter";
import { httpErrorResponse, runAction, runHttpAction } from "./mainThread/runAction";
import { Scheduler } from "./mainThread/scheduler";
import { sourceStack } from "./functions/sourceStack";
import { MainThreadFiles } from "./mainThread/storedFiles";

const defaultMaxStoredFileBytes = 1 << 30;

/** A Convex deployment in this process: queries and mutations on the executor thread, actions on this one. */
export class LocalDeployment implements Deployment, ActionHost {
  readonly deploymentName: string;
  readonly files: MainThreadFiles;
  readonly #fileStore: FileStore;
  readonly #metrics: DeploymentMetrics;
  readonly #options: DeploymentOptions;
  readonly #scratchDirectory: string;
  readonly #globalsKey = `convexHost.functionGlobals.${randomUUID()}`;
  readonly #code = new DeployedCode();
  readonly #environment: FunctionEnvironment;
  readonly #scheduler: Scheduler;
  readonly #querySets = new QuerySets(() => this.executor);
  readonly #logs = new RecentLogs();
  readonly #running = new Set<Promise<unknown>>();
  /** The app's key and those of its components. */
  readonly #globalsKeys = new Set([this.#globalsKey]);
  readonly #egress: Egress;
  #executor: ExecutorClient | null = null;
  #handles = new FunctionHandles("");
  #authProviders: readonly AuthProvider[] = [];
  #version = 0;
  /** Of the code that runs and of the code before it, each with its bundle. */
  readonly #loadedDirectories: string[] = [];
  #isBackingUp = false;
  #stopReporting = (): void => undefined;

  private constructor(options: DeploymentOptions) {
    this.#options = options;
    this.#egress = openEgress(options.egress);
    this.deploymentName = options.deploymentName ?? "local";
    this.#scratchDirectory = makeScratchDirectory();
    this.#environment = { variables: {} };
    const isInMemory = options.file === ":memory:";
    this.#fileStore = new FileStore(
      isInMemory ? join(this.#scratchDirectory, "files") : filesDirectoryOf(options.file),
    );
    this.#metrics = new DeploymentMetrics({
      databaseFile: () => this.#databaseFile,
      queueLength: () => this.executor.queueLength,
      runningActions: () => this.#running.size,
    });
    this.files = new MainThreadFiles(
      this.#fileStore,
      () => this.executor,
      options.maxStoredFileBytes ?? defaultMaxStoredFileBytes,
    );
    this.#scheduler = new Scheduler({
      executorOf: () => this.executor,
      runScheduledAction: (path, argsText, jobId) =>
        this.runAction(path, argsText, this.#context({ kind: "anonymous" }, noMetadata, jobId)),
      reportError: (error) => this.#log("", `[ERROR] ${error.message}`),
    });
  }

  /** Opens the store, loads the functions and starts the scheduler. */
  static async open(options: DeploymentOptions): Promise<LocalDeployment> {
    const deployment = new LocalDeployment(options);
    try {
      await deployment.#start();
      return deployment;
    } catch (error) {
      await deployment.close();
      throw error;
    }
  }

  /** The client of the thread that runs queries and mutations. @throws {Error} while the deployment is not open */
  get executor(): ExecutorClient {
    if (this.#executor === null) throw new Error("The deployment is not open");
    return this.#executor;
  }

  async call(call: FunctionCall): Promise<FunctionOutcome> {
    const path = canonicalFunctionPath(call.path);
    // Only those who may call internal functions can name a component's.
    const address = call.allowInternal ? parseAddress(path) : { componentPath: "", functionPath: path };
    const known = this.#code.summaryOf(address);
    const type = call.type === "any" ? (known?.type ?? "unknown") : call.type;
    const name = known === undefined ? "" : path;
    const failed = ({ status }: FunctionOutcome): boolean => status === "error";
    const startedAtMs = performance.now();
    const outcome = await this.#metrics.measure(type, name, () => this.#call(call, path, address), failed);
    if (outcome.status === "error")
      this.#logs.addFailure(this.#sourceOf(address), outcome.errorMessage, performance.now() - startedAtMs);
    return outcome;
  }

  async #call(call: FunctionCall, path: string, address: FunctionAddress): Promise<FunctionOutcome> {
    if (call.type === "action" || (call.type === "any" && this.#code.summaryOf(address)?.type === "action")) {
      const context = this.#context(call.caller, call.metadata, null);
      return await this.#track(this.#runActionFor(address, call.argsText, context, call.allowInternal));
    }
    const outcome = await this.executor.call({
      operation: "call",
      type: call.type,
      address: path,
      allowInternal: call.allowInternal,
      argsText: call.argsText,
      caller: call.caller,
      metadata: call.metadata,
      idempotencyKey: call.idempotencyKey,
    });
    if (call.snapshotTimestamp !== undefined) this.#assertSnapshot(call.snapshotTimestamp, outcome);
    return outcome;
  }

  openQuerySet(onInvalidated: () => void): QuerySet {
    return this.#querySets.open(onInvalidated);
  }

  async fetchHttpAction(request: Request, caller: Caller, metadata: RequestMetadata): Promise<Response> {
    const failed = ({ status }: Response): boolean => status >= 500;
    return await this.#metrics.measure(
      "httpAction",
      "",
      () => this.#fetchHttpAction(request, caller, metadata),
      failed,
    );
  }

  async #fetchHttpAction(request: Request, caller: Caller, metadata: RequestMetadata): Promise<Response> {
    const route = this.#code.httpRoute(request);
    if (route instanceof Response) return route;
    const { componentPath, action, method, routePath } = route;
    const context = this.#context(caller, metadata, null);
    const frame = new ActionFrame(this, componentPath, `${method} ${routePath}`, context, httpModule);
    let end = (): void => undefined;
    // A stop waits for bodies that are still being made, too.
    void this.#track(new Promise<void>((resolve) => (end = resolve)));
    try {
      return await runHttpAction(frame, action, request, end);
    } catch (error) {
      return httpErrorResponse(toFunctionError(error, sourceStack), error, metadata.requestId);
    }
  }

  async runAction(address: string, argsText: string, call: CallContext): Promise<FunctionOutcome> {
    const { componentPath, functionPath } = parseAddress(address);
    const canonical = { componentPath, functionPath: canonicalFunctionPath(functionPath) };
    return await this.#track(this.#runActionFor(canonical, argsText, call, true));
  }

  addressScope(componentPath: string): AddressScope {
    return { componentPath, handles: this.#handles, components: this.#code.loaded.components };
  }

  authProviders(): readonly AuthProvider[] {
    return this.#authProviders;
  }

  environmentVariables(): Readonly<Record<string, string>> {
    return this.executor.storedVariables;
  }

  async updateEnvironmentVariables(changes: ReadonlyMap<string, string | null>): Promise<void> {
    const variables = new Map(Object.entries(this.executor.storedVariables));
    for (const [name, value] of changes) {
      if (value === null) variables.delete(name);
      else variables.set(name, value);
    }
    const stored = Object.fromEntries(variables);
    const authProviders = evaluateAuthConfig(this.#code.loaded.authConfigSource, {
      ...stored,
      ...this.#systemVariables(),
    });
    await this.executor.setEnvironment(stored);
    this.#authProviders = authProviders;
    this.#environment.variables = { ...stored, ...this.#systemVariables() };
    const { environments, environmentHolders } = this.#code.loaded;
    setComponentVariables(environments, environmentHolders, this.#environment.variables);
  }

  /** The store keeps no old versions: a query at a timestamp is answered while nothing has been written since. */
  #assertSnapshot(wanted: bigint, outcome: FunctionOutcome): void {
    const readAt = outcome.status === "success" ? outcome.timestamp : this.latestTimestamp();
    if (readAt === wanted) return;
    throw new DeploymentRefusal(503, "OutOfRetention", "The snapshot is no longer available. Take a new timestamp.");
  }

  logLine(path: string, line: string): void {
    this.#log(path, line);
  }

  jsonWebKeySet(): string {
    return this.executor.keySetText;
  }

  latestTimestamp(): bigint {
    return this.executor.latestTimestamp;
  }

  /**
   * Bundles the functions directory again and swaps the code between two batches. Calls that run keep the old code.
   *
   * @throws {BundleError} when the code does not build or load, or existing documents do not match the new schema; the
   *   old code then stays in place
   */
  async reload(): Promise<void> {
    const directory = join(this.#scratchDirectory, `v${++this.#version}`);
    try {
      await this.#loadFrom(directory);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
    this.#loadedDirectories.push(directory);
    // Calls that run on may still import a part of the code before.
    for (const old of this.#loadedDirectories.splice(0, this.#loadedDirectories.length - 2))
      rmSync(old, { recursive: true, force: true });
  }

  async #loadFrom(directory: string): Promise<void> {
    const bundle = await (this.#options.bundle ?? bundleFunctions)(
      functionsDirectoryOf(this.#options.functionsDirectory),
      directory,
      this.#globalsKey,
    );
    const variables = { ...this.executor.storedVariables, ...this.#systemVariables() };
    const authProviders = evaluateAuthConfig(bundle.authConfigSource, variables);
    const schemaText = evaluateSchema(bundle.schemaSource);
    this.#environment.variables = variables;
    const importPhase = { nowMs: Date.now(), seed: randomUUID() };
    const nodeActions = await loadNodeActions(bundle, importPhase, this.#code.tableOfId(""));
    const environments = componentEnvironments([bundle.app, ...bundle.components.map(({ instance }) => instance)]);
    const reply = await this.executor.load({
      kind: "load",
      modules: bundle.modules,
      schemaText,
      importPhase,
      nodeActions: Array.from(nodeActions.functions.values(), ({ path, isPublic, validators }) => ({
        path,
        isPublic,
        validators,
      })),
      components: componentLoads(bundle, environments),
    });
    if (reply.kind === "loadFailed") throw new BundleError(reply.message);
    for (const { globalsKey } of bundle.components) this.#globalsKeys.add(globalsKey);
    this.#code.loaded = await loadCode(bundle, {
      environments,
      appVariables: variables,
      functionsOf: new Map([["", reply.functions], ...reply.componentFunctions]),
      nodeActions,
      importPhase,
      tableOfId: (componentPath) => this.#code.tableOfId(componentPath),
      onLog: (path, line) => this.#log(path, line),
      fetch: this.#egress.fetch,
    });
    this.#authProviders = authProviders;
    this.#querySets.retryStopped();
  }

  async logsAfter(cursor: number, signal: AbortSignal): Promise<FunctionLogPage> {
    return await this.#logs.after(cursor, signal);
  }

  async metricsText(): Promise<string> {
    return await this.#metrics.text();
  }

  async analyzePush(push: ConvexJsonObject): Promise<ConvexJsonObject> {
    try {
      return await analyzePush(push);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new DeploymentRefusal(400, "InvalidPush", message);
    }
  }

  async backUp(): Promise<string> {
    if (this.#options.file === ":memory:")
      throw new DeploymentRefusal(409, "NothingToBackUp", "This deployment is in memory only.");
    if (this.#isBackingUp) throw new DeploymentRefusal(409, "BackupRunning", "A backup is being made already.");
    this.#isBackingUp = true;
    try {
      return await this.#track(backUpStore(this.executor, this.#options.file, new Date()));
    } catch (error) {
      if (error instanceof DiskFullError) throw new DeploymentRefusal(503, "DiskFull", error.message);
      throw error;
    } finally {
      this.#isBackingUp = false;
    }
  }

  async close(graceMs?: number): Promise<void> {
    const settled = Promise.all([this.#scheduler.stop(), Promise.allSettled(this.#running)]);
    await (graceMs === undefined ? settled : settledWithin(settled, graceMs));
    await Promise.all([this.#executor?.close(), this.#egress.close()]);
    this.#stopReporting();
    for (const key of this.#globalsKeys) removeFunctionGlobals(key);
    rmSync(this.#scratchDirectory, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const isInMemory = this.#options.file === ":memory:";
    this.#executor = await ExecutorClient.start(
      {
        file: this.#databaseFile,
        durable: !isInMemory,
        filesDirectory: this.#fileStore.directory,
        systemVariables: this.#systemVariables(),
        deploymentName: this.deploymentName,
        globalsKey: this.#globalsKey,
        functionTimeLimitMs: this.#options.functionTimeLimitMs ?? 5000,
      },
      {
        onLog: (path, line) => this.#log(path, line),
        onNextJob: (nextJobAtMs) => this.#scheduler.setNextJobTime(nextJobAtMs),
        onBatch: (calls, commitMs, written) => this.#metrics.countBatch(calls, commitMs, written),
        onTables: (tableNames) => this.#code.noteTables(tableNames),
        onInvalidated: (sets) => this.#querySets.invalidate(sets),
        onReplaced: () => this.#querySets.invalidateAll(),
      },
    );
    this.#handles = new FunctionHandles(this.#executor.secret);
    this.#fileStore.removeUnfinished();
    this.#stopReporting = reportStrayFailures((text) => this.#log("", `[ERROR] ${text}`));
    installSyscallBoundary();
    const onLog = (path: string, line: string) => this.#log(path, line);
    installFunctionGlobals(this.#globalsKey, this.#environment, onLog, this.#egress.fetch);
    await this.reload();
    await this.#scheduler.recover();
    await this.#scheduler.keepRetention();
  }

  async #runActionFor(
    address: FunctionAddress,
    argsText: string,
    call: CallContext,
    allowInternal: boolean,
  ): Promise<FunctionOutcome> {
    const frame = new ActionFrame(this, address.componentPath, address.functionPath, call);
    return await runAction(frame, () => this.#code.action(address, allowInternal), argsText, sourceStack);
  }

  #context(caller: Caller, metadata: RequestMetadata, scheduledFunctionId: string | null): CallContext {
    return { caller, metadata, scheduledFunctionId, nowMs: Date.now(), logLines: [] };
  }

  /** A replacement thread must find the data again, so even an "in-memory" store is a file that is merely not synced. */
  get #databaseFile(): string {
    const { file } = this.#options;
    return file === ":memory:" ? join(this.#scratchDirectory, "memory.sqlite3") : file;
  }

  #systemVariables(): Readonly<Record<string, string>> {
    const { environmentVariables, cloudUrl, siteUrl } = this.#options;
    return { ...environmentVariables, CONVEX_CLOUD_URL: cloudUrl, CONVEX_SITE_URL: siteUrl };
  }

  #log(path: string, line: string): void {
    this.#logs.addLine(this.#sourceOf(parseAddress(path)), line);
    this.#options.onLog?.({ path, line });
  }

  #sourceOf(address: FunctionAddress): LogSource {
    return { ...address, type: this.#code.summaryOf(address)?.type };
  }

  async #track<T>(run: Promise<T>): Promise<T> {
    this.#running.add(run);
    try {
      return await run;
    } finally {
      this.#running.delete(run);
    }
  }
}

/** Waits for a promise, up to a limit. */
async function settledWithin(promise: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
