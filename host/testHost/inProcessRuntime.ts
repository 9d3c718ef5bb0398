import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BundledModule } from "../bundle/bundleFunctions";
import { evaluatedSchemaText } from "../bundle/evaluateConfig";
import type { Caller, FunctionCall, FunctionOutcome, FunctionType, RequestMetadata } from "../deployment";
import { ActionFrame } from "../runtime/mainThread/actionFrame";
import type { ActionHost } from "../runtime/mainThread/actionFrame";
import { addressText, parseAddress, resolveAddress } from "../runtime/functions/address";
import type { AddressScope, FunctionAddress } from "../runtime/functions/address";
import { errorOutcome, toFunctionError } from "../runtime/functions/errors";
import { canonicalFunctionPath, loadModules, registerFunction, resolveFunction } from "../runtime/functions/registry";
import type { NativeImport, RegisteredFunction } from "../runtime/functions/registry";
import { installSyscallBoundary } from "../runtime/functions/frames";
import type { CallContext } from "../runtime/functions/frames";
import { httpModule, readHttpRouter } from "../runtime/functions/httpRouter";
import type { HttpRouter } from "../runtime/functions/httpRouter";
import { noMetadata } from "../runtime/rpc/calls";
import type { ImportPhase } from "../runtime/rpc/protocol";
import { runAction, runHttpAction } from "../runtime/mainThread/runAction";
import { Scheduler } from "../runtime/mainThread/scheduler";
import { MainThreadFiles } from "../runtime/mainThread/storedFiles";
import { nextDueTimeMs } from "../runtime/executor/scheduled/operations";
import { loadComponent } from "../runtime/executor/loadComponents";
import { openHost } from "../runtime/executor/openHost";
import { applySchema, compileSchema } from "../runtime/executor/transaction/schema";
import type { Schema } from "../runtime/executor/transaction/schema";
import type { ExecutionHost } from "../runtime/executor/transaction/transaction";
import type { TransactionLimits } from "../runtime/executor/transaction/transactionUsage";
import { filesDirectoryOf } from "../store/fileStore";
import { openStoreFile } from "../store/storeFile";
import type { StoreFile } from "../store/storeFile";
import type { ConvexJsonObject } from "../values/convexJson";
import { InProcessExecutor } from "./inProcessExecutor";
import { liveExports } from "./liveFunctions";
import { functionModules, isEntryPoint } from "./moduleGlob";
import type { ModuleGlob } from "./moduleGlob";
import { PlainFunctionHandles } from "./plainFunctionHandles";
import { TestCreationClock } from "./testCreationClock";

const cloudUrl = "https://some-deployment.convex.cloud";
const maxFileBytes = 1 << 30;
const noFunctions: ReadonlyMap<string, RegisteredFunction> = new Map();
/** The name that convex-test gives every function that is not an export. */
const inlineName = "inline";
const componentPathPattern = /^\w+(?:\/\w+)*$/;

/** What a suite gives of the app or of one component: the default export of `schema.ts`, if any, and its modules. */
interface FunctionsSource {
  readonly schema: unknown;
  readonly modules: ModuleGlob;
}

/** Which functions an {@link InProcessRuntime} runs on which file. */
export interface InProcessOptions extends FunctionsSource {
  readonly file: string;
  /** Stack of the test that opened the runtime; see {@link functionModules}. */
  readonly testStack: string;
  /** In place of Convex's limits. */
  readonly transactionLimits: TransactionLimits;
}

/** A call of the accessor, which sees internal functions too. */
type RuntimeCall = Pick<FunctionCall, "argsText" | "caller" | "metadata"> & { readonly type: FunctionType };

/**
 * Runs the real store and syscalls on the calling thread with the modules that the test runner loaded, so that mocks,
 * coverage, breakpoints and fake timers reach into functions. Crons do not run, and only the test runner can stop a
 * function that never returns.
 */
export class InProcessRuntime implements ActionHost {
  readonly deploymentName = "test";
  readonly executor: InProcessExecutor;
  readonly files: MainThreadFiles;
  readonly scheduler: Scheduler;
  readonly #options: InProcessOptions;
  readonly #file: StoreFile;
  readonly #host: ExecutionHost;
  readonly #functions = new Map<string, RegisteredFunction>();
  readonly #components = new Map<string, ExecutionHost>();
  readonly #registered = new Map<string, FunctionsSource>();
  readonly #schema: Schema;
  #router: HttpRouter | null = null;
  #loaded: Promise<void> | null = null;
  #inlineFunctions = 0;

  constructor(options: InProcessOptions) {
    this.#options = options;
    // Before the store is opened, since nothing would close it after a failure here.
    this.#schema = compileSchema(schemaTextOf(options.schema), this.#tableOfId);
    const isInMemory = options.file === ":memory:";
    this.#file = openStoreFile(options.file, { durable: !isInMemory });
    const { host, clock } = openHost(
      this.#file,
      {
        systemVariables: { CONVEX_CLOUD_URL: cloudUrl },
        deploymentName: this.deploymentName,
        filesDirectory: isInMemory ? temporaryDirectory() : filesDirectoryOf(options.file),
      },
      (path, line) => this.logLine(path, line),
    );
    this.#host = {
      ...host,
      components: this.#components,
      functions: this.#functions,
      creationClock: new TestCreationClock(),
      handles: new PlainFunctionHandles(),
      transactionLimits: options.transactionLimits,
      pagingComponentFunctions: new Set(),
      describeStack: stackFrames,
    };
    this.#components.set("", this.#host);
    this.executor = new InProcessExecutor(this.#host, this.#file.meta, clock, (atMs) =>
      this.scheduler.setNextJobTime(atMs),
    );
    this.files = new MainThreadFiles(this.#host.storage.files, () => this.executor, maxFileBytes);
    this.scheduler = new Scheduler({
      executorOf: () => this.executor,
      runScheduledAction: (path, argsText, jobId) =>
        this.runAction(path, argsText, context({ kind: "anonymous" }, noMetadata, jobId)),
      reportError: (error) => console.error(error),
    });
    installSyscallBoundary();
  }

  /**
   * Installs a component under its path, `parent/child` for one within another. What is registered again is replaced.
   *
   * @throws {BundleError} when Convex would refuse its schema
   * @throws {Error} once a function has been called, since running transactions see the components that they began with
   */
  registerComponent(componentPath: string, source: FunctionsSource): void {
    if (this.#loaded !== null)
      throw new Error(`Component "${componentPath}" must be registered before the first function is called.`);
    if (!componentPathPattern.test(componentPath))
      throw new Error(`"${componentPath}" is no component path: names are letters, digits and "_", joined by "/".`);
    compileSchema(schemaTextOf(source.schema), () => null);
    this.#registered.set(componentPath, source);
  }

  /** Runs a function of the glob or of a registered component, at an address as convex/server writes it. */
  async call(address: ConvexJsonObject, call: RuntimeCall): Promise<FunctionOutcome> {
    await this.#load();
    let target: FunctionAddress;
    try {
      target = resolveAddress(address, this.#host);
    } catch (error) {
      return errorOutcome(toFunctionError(error, stackFrames), []);
    }
    const { componentPath } = target;
    const caller = call.caller.kind === "user" ? { ...call.caller, knownTo: componentPath } : call.caller;
    return await this.#callAt(target, { ...call, caller });
  }

  /** Runs a function that is no export of any module; `registered` is what convex/server's builders return. */
  async callInline(registered: unknown, call: RuntimeCall): Promise<FunctionOutcome> {
    await this.#load();
    const inline = registerFunction(inlineName, registered, this.#tableOfId);
    if (inline === null) throw new Error("An inline function must be made by one of convex/server's builders.");
    const functionPath = `${inlineName}/${++this.#inlineFunctions}:default`;
    this.#functions.set(functionPath, inline);
    try {
      return await this.#callAt({ componentPath: "", functionPath }, call);
    } finally {
      this.#functions.delete(functionPath);
    }
  }

  async #callAt(address: FunctionAddress, { type, argsText, caller, metadata }: RuntimeCall): Promise<FunctionOutcome> {
    const path = addressText(address);
    if (type === "action") return await this.runAction(path, argsText, context(caller, metadata, null));
    return await this.executor.call({
      operation: "call",
      type,
      address: path,
      allowInternal: true,
      argsText,
      caller,
      metadata,
    });
  }

  async runAction(address: string, argsText: string, call: CallContext): Promise<FunctionOutcome> {
    const { componentPath, functionPath: addressed } = parseAddress(address);
    const functionPath = canonicalFunctionPath(addressed);
    const functions = this.#components.get(componentPath)?.functions ?? noFunctions;
    const resolve = (): RegisteredFunction => resolveFunction(functions, functionPath, "action", true);
    const name = functions.get(functionPath)?.path ?? functionPath;
    return await runAction(new ActionFrame(this, componentPath, name, call), resolve, argsText, stackFrames);
  }

  addressScope(componentPath: string): AddressScope {
    return { componentPath, handles: this.#host.handles, components: this.#components };
  }

  /** Runs `http.ts`'s router. @throws {Error} as the HTTP action does */
  async fetchHttpAction(request: Request, caller: Caller, metadata: RequestMetadata): Promise<Response> {
    await this.#load();
    const { pathname } = new URL(request.url);
    const route = this.#router?.lookup(pathname, request.method) ?? null;
    if (route === null) return new Response(`No HttpAction routed for ${pathname}`, { status: 404 });
    const [action, method, path] = route;
    const frame = new ActionFrame(this, "", `${method} ${path}`, context(caller, metadata, null), httpModule);
    return await runHttpAction(frame, action, request);
  }

  logLine(address: string, line: string): void {
    console.error(address, line);
  }

  /** Waits for scheduled functions that run, then closes the store. */
  async close(): Promise<void> {
    await this.scheduler.stop();
    this.#file.release();
  }

  /** The public half of the key with which `signJwt` signs here, as JSON text. */
  get keySetText(): string {
    return this.#host.signer.keySetText;
  }

  readonly #tableOfId = (id: string): string | null => this.#host.catalog.tableOfId(id)?.name ?? null;

  #load(): Promise<void> {
    this.#loaded ??= this.#loadOnce();
    return this.#loaded;
  }

  async #loadOnce(): Promise<void> {
    const { modules, testStack } = this.#options;
    const loaded = await loadModules(bundledModules(modules, testStack), {
      componentPath: "",
      importPhase: importPhase(),
      tableOfId: this.#tableOfId,
      nativeImport: globImport(modules),
    });
    for (const [path, registered] of loaded.functions) this.#functions.set(path, registered);
    this.#router = readHttpRouter(loaded.namespaces.get(httpModule));
    const { store, catalog } = this.#host;
    this.#host.schema = this.#schema;
    store.ensureTransaction();
    applySchema(this.#host.schema, store, catalog, this.#file.meta);
    for (const [componentPath, source] of this.#registered)
      this.#components.set(componentPath, await this.#loadComponent(componentPath, source));
    store.commit();
    await this.scheduler.recover();
    this.scheduler.setNextJobTime(nextDueTimeMs(this.#host));
  }

  async #loadComponent(componentPath: string, { modules, schema }: FunctionsSource): Promise<ExecutionHost> {
    const load = { componentPath, modules: bundledModules(modules), schemaText: schemaTextOf(schema) };
    const { host } = await loadComponent(load, {
      app: this.#host,
      meta: this.#file.meta,
      importPhase: importPhase(),
      nativeImport: globImport(modules),
    });
    return host;
  }
}

/** The modules of a glob as the loader names them; {@link globImport} finds them by their keys. */
function bundledModules(modules: ModuleGlob, testStack = ""): readonly BundledModule[] {
  return functionModules(modules, testStack).map(({ modulePath, key }) => ({
    modulePath,
    url: key,
    environment: "isolate",
  }));
}

function importPhase(): ImportPhase {
  return { nowMs: Date.now(), seed: randomUUID() };
}

function globImport(modules: ModuleGlob): NativeImport {
  return async (key) => liveExports(namespaceOf(await modules[key]?.()), !isEntryPoint(key));
}

function schemaTextOf(schema: unknown): string | null {
  return schema === undefined ? null : evaluatedSchemaText(schema);
}

function context(caller: Caller, metadata: RequestMetadata, scheduledFunctionId: string | null): CallContext {
  return { caller, metadata, scheduledFunctionId, nowMs: Date.now(), logLines: [] };
}

/** The test runner has mapped the frames to sources already. */
function stackFrames(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}

/** A module namespace is an object whose properties are its exports. */
function namespaceOf(module: unknown): Readonly<Record<string, unknown>> {
  if (typeof module === "object" && module !== null) return Object.fromEntries(Object.entries(module));
  throw new Error("A module of the glob did not load as a module.");
}

/** A directory that need not exist, gone when the process ends. */
function temporaryDirectory(): string {
  const directory = join(tmpdir(), `convex-test-host-${randomUUID()}`);
  temporaryDirectories.push(directory);
  if (temporaryDirectories.length === 1)
    process.once("exit", () => {
      for (const used of temporaryDirectories) rmSync(used, { recursive: true, force: true });
    });
  return directory;
}

const temporaryDirectories: string[] = [];
