import type { MetaTable } from "../../store/storeFile";
import type { CallContext } from "../functions/frames";
import { installFunctionGlobals } from "../sandbox/globals";
import { loadModules, mainThreadAction } from "../functions/registry";
import type { NativeImport } from "../functions/registry";
import { httpRoutesOf, readHttpRouter } from "../functions/httpRouter";
import type { HttpRoute } from "../functions/httpRouter";
import { noMetadata } from "../rpc/calls";
import type { LoadRequest } from "../rpc/protocol";
import { applyCrons, readCrons } from "./scheduled/crons";
import { loadComponent } from "./loadComponents";
import type { OpenedHost } from "./openHost";
import { applySchema, compileSchema } from "./transaction/schema";
import { Transaction } from "./transaction/transaction";
import type { ExecutionHost } from "./transaction/transaction";

/** Code that has been loaded and may be swapped in. */
interface LoadedCode extends Pick<ExecutionHost, "schema" | "functions" | "components"> {
  readonly httpRoutes: readonly HttpRoute[];
  readonly environments: ReturnType<OpenedHost["variables"]["forComponents"]>;
}

/**
 * Swaps in new code entirely or not at all. Modules are imported, existing documents validated, and tables, indexes and
 * crons migrated and committed before any running part is swapped.
 *
 * @returns the HTTP routes of the app
 * @throws {BundleError} and what the store throws; everything is then as before
 */
export async function swapCode(
  opened: OpenedHost,
  meta: MetaTable,
  request: LoadRequest,
): Promise<readonly HttpRoute[]> {
  const { host, clock, variables } = opened;
  const { store, catalog } = host;
  const clockBefore = clock.latest;
  let code: LoadedCode;
  try {
    code = await loadCode(opened, meta, request);
    meta.set("clock", String(clock.latest));
    store.commit();
  } catch (error) {
    store.rollback();
    catalog.reload();
    clock.takeBack(clockBefore);
    throw error;
  }
  host.schema = code.schema;
  host.functions = code.functions;
  host.components = code.components;
  variables.adopt(request.components, code.environments);
  return code.httpRoutes;
}

/** Everything of {@link swapCode} that may fail, in a store transaction that the caller ends. */
async function loadCode(
  { host, clock, variables }: OpenedHost,
  meta: MetaTable,
  { modules, schemaText, importPhase, nodeActions, components: componentLoads }: LoadRequest,
): Promise<LoadedCode> {
  const { store, catalog } = host;
  const tableOfId = (id: string): string | null => catalog.tableOfId(id)?.name ?? null;
  const { functions, namespaces } = await loadModules(
    modules.filter((module) => module.environment === "isolate"),
    { componentPath: "", importPhase, tableOfId, nativeImport },
  );
  const schema = compileSchema(schemaText, tableOfId);
  // Checked before the swap: once this thread has swapped the code, the main thread must be able to follow.
  const httpRoutes = httpRoutesOf(readHttpRouter(namespaces.get("http")));
  const crons = readCrons(namespaces.get("crons"));
  store.ensureTransaction();
  applySchema(schema, store, catalog, meta);
  for (const summary of nodeActions) functions.set(summary.path, mainThreadAction(summary));
  const app = { ...host, schema, functions };
  applyCrons(new Transaction(app, hostCall(), clock.next()), crons);
  const environments = variables.forComponents(componentLoads);
  const components = new Map([["", host]]);
  for (const load of componentLoads) {
    installFunctionGlobals(load.globalsKey, environments.get(load.componentPath) ?? { variables: {} }, host.log);
    const component = await loadComponent(load, { app, meta, importPhase, nativeImport });
    component.host.components = components;
    components.set(load.componentPath, component.host);
    applyCrons(new Transaction(component.host, hostCall(), clock.next()), component.crons);
  }
  return { schema, functions, components, httpRoutes, environments };
}

const nativeImport: NativeImport = (url) => import(url);

/** The context in which the host itself writes, for example when it registers crons. */
function hostCall(): CallContext {
  return {
    caller: { kind: "admin" },
    metadata: noMetadata,
    scheduledFunctionId: null,
    nowMs: Date.now(),
    logLines: [],
  };
}
