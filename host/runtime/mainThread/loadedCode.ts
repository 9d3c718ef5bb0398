import type { BundledModule, FunctionBundle } from "../../bundle/bundleFunctions";
import type { ComponentInstance } from "../../bundle/componentDefinitions";
import { BundleError } from "../../bundle/entryPoints";
import { withRemedy } from "../../bundle/pushRules";
import { evaluateSchema } from "../../bundle/evaluateConfig";
import type { TableOfId } from "../../values/validator";
import { setComponentVariables } from "../rpc/environment";
import type { ComponentEnvironment } from "../rpc/environment";
import type { HttpComponent } from "./componentHttp";
import type { Egress } from "./egress";
import { installFunctionGlobals } from "../sandbox/globals";
import type { FunctionEnvironment } from "../rpc/environment";
import { loadModules } from "../functions/registry";
import type { LoadedModules, RegisteredFunction } from "../functions/registry";
import { httpModule, readHttpRouter } from "../functions/httpRouter";
import { nativeImport } from "./nativeImport";
import type { ComponentLoad, FunctionSummary, ImportPhase } from "../rpc/protocol";

/** The functions of the app or of one component as the main thread uses them. */
interface ComponentCode extends HttpComponent {
  readonly functions: ReadonlyMap<string, FunctionSummary>;
  readonly actions: ReadonlyMap<string, RegisteredFunction>;
}

/** One bundle as the main thread uses it. */
export interface LoadedCode {
  /** The app under the empty path. */
  readonly components: ReadonlyMap<string, ComponentCode>;
  readonly environments: readonly ComponentEnvironment[];
  readonly environmentHolders: ReadonlyMap<string, FunctionEnvironment>;
  readonly authConfigSource: string | null;
}

export const noCode: LoadedCode = {
  components: new Map(),
  environments: [],
  environmentHolders: new Map(),
  authConfigSource: null,
};

/** What loading needs beside the bundle. */
interface LoadContext {
  readonly environments: readonly ComponentEnvironment[];
  readonly appVariables: Readonly<Record<string, string>>;
  /** What the executor found, by component. */
  readonly functionsOf: ReadonlyMap<string, readonly FunctionSummary[]>;
  readonly nodeActions: LoadedModules;
  readonly importPhase: ImportPhase;
  tableOfId(componentPath: string): TableOfId;
  onLog(path: string, line: string): void;
  readonly fetch: Egress["fetch"];
}

/** Loads the "use node" modules, which run on the main thread only. */
export async function loadNodeActions(
  bundle: FunctionBundle,
  importPhase: ImportPhase,
  tableOfId: TableOfId,
): Promise<LoadedModules> {
  const modules = bundle.modules.filter((module) => module.environment === "node");
  const loaded = await loadModules(modules, { componentPath: "", importPhase, tableOfId, nativeImport });
  for (const { path, type } of loaded.functions.values())
    if (type !== "action")
      throw new BundleError(
        withRemedy("nodeFunctionType", `${path} is a ${type} function. Only actions can be defined in Node.js.`),
      );
  return loaded;
}

/** Loads what the main thread runs of a bundle: actions and HTTP actions, of the app and of every component. */
export async function loadCode(bundle: FunctionBundle, context: LoadContext): Promise<LoadedCode> {
  const { environments, appVariables, functionsOf, nodeActions, onLog, fetch } = context;
  const environmentHolders = new Map(
    environments.map(({ componentPath }) => [componentPath, { variables: {} }] as const),
  );
  setComponentVariables(environments, environmentHolders, appVariables);
  const load = async (instance: ComponentInstance, modules: readonly BundledModule[]): Promise<ComponentCode> => {
    const functions = functionsOf.get(instance.componentPath) ?? [];
    return await loadComponentCode(instance, modules, functions, context);
  };
  const app = await load(bundle.app, bundle.modules);
  const components = new Map<string, ComponentCode>([
    ["", { ...app, actions: new Map([...app.actions, ...nodeActions.functions]) }],
  ]);
  for (const { instance, modules, globalsKey } of bundle.components) {
    const environment = environmentHolders.get(instance.componentPath) ?? { variables: {} };
    installFunctionGlobals(globalsKey, environment, onLog, fetch);
    components.set(instance.componentPath, await load(instance, modules));
  }
  return { components, environments, environmentHolders, authConfigSource: bundle.authConfigSource };
}

async function loadComponentCode(
  { componentPath, httpPrefix, httpMounts }: ComponentInstance,
  modules: readonly BundledModule[],
  functions: readonly FunctionSummary[],
  { importPhase, tableOfId }: LoadContext,
): Promise<ComponentCode> {
  const wanted = new Set([httpModule]);
  for (const { path, type } of functions) if (type === "action") wanted.add(path.slice(0, path.lastIndexOf(":")));
  const loaded = await loadModules(
    modules.filter(({ environment, modulePath }) => environment === "isolate" && wanted.has(modulePath)),
    { componentPath, importPhase, tableOfId: tableOfId(componentPath), nativeImport },
  );
  return {
    functions: new Map(functions.map((summary) => [summary.path, summary])),
    actions: new Map([...loaded.functions].filter(([, { type }]) => type === "action")),
    httpRouter: readHttpRouter(loaded.namespaces.get(httpModule)),
    httpPrefix,
    httpMounts,
  };
}

/** What the executor loads of a bundle's components. */
export function componentLoads(
  { components }: FunctionBundle,
  environments: readonly ComponentEnvironment[],
): readonly ComponentLoad[] {
  return components.flatMap(({ instance, modules, schemaSource, globalsKey }) => {
    const environment = environments.find(({ componentPath }) => componentPath === instance.componentPath);
    if (environment === undefined) return [];
    return [{ ...environment, modules, schemaText: evaluateComponentSchema(instance, schemaSource), globalsKey }];
  });
}

function evaluateComponentSchema({ componentPath }: ComponentInstance, schemaSource: string | null): string | null {
  try {
    return evaluateSchema(schemaSource);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new BundleError(`Component ${componentPath}: ${message}`, { cause: error });
  }
}
