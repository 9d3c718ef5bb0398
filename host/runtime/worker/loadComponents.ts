import { BundleError } from "../../bundle/entryPoints";
import type { MetaTable } from "../../store/storeFile";
import type { FunctionEnvironment } from "../componentEnvironment";
import { installFunctionGlobals } from "../functionGlobals";
import { loadModules } from "../functionTable";
import type { NativeImport } from "../functionTable";
import { readHttpRouter } from "../httpRouter";
import type { ComponentLoad, ImportPhase } from "../protocol";
import { readCrons } from "./crons";
import type { CronDefinition } from "./crons";
import { applySchema, compileSchema } from "./schema";
import type { ExecutionHost } from "./transaction";

/** A component that is ready to be swapped in. */
export interface LoadedComponent {
  readonly host: ExecutionHost;
  readonly crons: readonly CronDefinition[];
}

/** What a component is loaded into. */
interface ComponentContext {
  /** The host that the component shares its store with. */
  readonly app: ExecutionHost;
  readonly meta: MetaTable;
  /** What `process.env` shows inside the component, set already, since module scope may read it. */
  readonly environment: FunctionEnvironment;
  readonly importPhase: ImportPhase;
  readonly nativeImport: NativeImport;
}

/**
 * Imports a component's modules and brings its tables to its schema, inside a store transaction that the caller rolls
 * back when this throws.
 *
 * @throws {BundleError} that names the component
 */
export async function loadComponent(
  load: ComponentLoad,
  { app, meta, environment, importPhase, nativeImport }: ComponentContext,
): Promise<LoadedComponent> {
  const { componentPath } = load;
  try {
    installFunctionGlobals(load.globalsKey, environment, app.log);
    const catalog = app.catalog.ofComponent(componentPath);
    app.store.backfillSystemIndexes(catalog);
    const tableOfId = (id: string): string | null => catalog.tableOfId(id)?.name ?? null;
    const { functions, namespaces } = await loadModules(load.modules, {
      componentPath,
      importPhase,
      tableOfId,
      nativeImport,
    });
    const schema = compileSchema(load.schemaText, tableOfId);
    readHttpRouter(namespaces.get("http"));
    const crons = readCrons(namespaces.get("crons"));
    applySchema(schema, app.store, catalog, meta);
    return { host: { ...app, componentPath, catalog, schema, functions }, crons };
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    throw new BundleError(`Component ${componentPath}: ${error.message}`, { cause: error });
  }
}
