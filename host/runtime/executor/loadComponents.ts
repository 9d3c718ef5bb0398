import { BundleError } from "../../bundle/entryPoints";
import type { MetaTable } from "../../store/storeFile";
import { loadModules } from "../functions/registry";
import type { NativeImport } from "../functions/registry";
import { readHttpRouter } from "../functions/httpRouter";
import type { ComponentLoad, ImportPhase } from "../rpc/protocol";
import { readCrons } from "./scheduled/crons";
import type { CronDefinition } from "./scheduled/crons";
import { applySchema, compileSchema } from "./transaction/schema";
import type { ExecutionHost } from "./transaction/transaction";

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
  readonly importPhase: ImportPhase;
  readonly nativeImport: NativeImport;
}

/**
 * Imports a component's modules, whose globals are in place already, and brings its tables to its schema, inside a store
 * transaction that the caller rolls back when this throws.
 *
 * @throws {BundleError} that names the component
 */
export async function loadComponent(
  load: Pick<ComponentLoad, "componentPath" | "modules" | "schemaText">,
  { app, meta, importPhase, nativeImport }: ComponentContext,
): Promise<LoadedComponent> {
  const { componentPath } = load;
  try {
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
