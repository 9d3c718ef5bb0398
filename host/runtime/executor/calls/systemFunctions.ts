import { paginationOptsValidator, queryGeneric } from "convex/server";
import { jsonToConvex, v } from "convex/values";
import type { JSONValue, Value } from "convex/values";
import type { Caller } from "../../../deployment";
import { scheduledFunctionsTableName, storageTableName } from "../../../store/catalog";
import type { ValidatorJson } from "../../../values/validatorJson";
import { registerFunction } from "../../functions/registry";
import type { RegisteredFunction } from "../../functions/registry";
import type { HttpRoute } from "../../functions/httpRouter";
import type { ExecutionHost } from "../transaction/transaction";

const systemPathPrefix = "_system/";

/** What system functions report besides the documents that they read. */
export interface SystemSources {
  readonly host: ExecutionHost;
  /** The variables that were set, without those that the host itself provides. */
  storedVariables(): Readonly<Record<string, string>>;
  httpRoutes(): readonly HttpRoute[];
}

/**
 * The queries by which the official CLI looks into a deployment: `convex env list`, `convex env get`, `convex data`,
 * `convex function-spec`, and the list of functions with which `convex run` ends when it does not find one. They are
 * ordinary Convex queries, live ones too: code, variables and new tables make every live query run again.
 */
export function systemFunctions({
  host,
  storedVariables,
  httpRoutes,
}: SystemSources): ReadonlyMap<string, RegisteredFunction> {
  const variable = (name: string): Value =>
    Object.hasOwn(storedVariables(), name) ? { name, value: storedVariables()[name] ?? "" } : null;
  const queries = {
    "_system/cli/convexUrl:cloudUrl": queryGeneric({ args: {}, handler: () => host.storage.cloudUrl() }),
    "_system/cli/modules:apiSpec": queryGeneric({
      args: {},
      handler: () => [
        ...Array.from(host.functions.values(), functionSpec),
        ...httpRoutes().map(({ method, path }) => ({ functionType: "HttpAction", method, path })),
      ],
    }),
    "_system/cli/queryEnvironmentVariables:default": queryGeneric({
      args: {},
      handler: () => Object.keys(storedVariables()).toSorted().map(variable),
    }),
    "_system/cli/queryEnvironmentVariables:get": queryGeneric({
      args: { name: v.string() },
      handler: (_ctx, { name }) => variable(name),
    }),
    // No import is ever under way, so the CLI proceeds to the upload and shows its refusal.
    "_system/cli/queryImport:list": queryGeneric({ args: {}, handler: () => [] }),
    "_system/cli/tables:default": queryGeneric({
      args: { paginationOpts: paginationOptsValidator },
      handler: () => ({ page: tableNames(host).map((name) => ({ name })), isDone: true, continueCursor: "" }),
    }),
    "_system/cli/tableData:default": queryGeneric({
      args: {
        table: v.string(),
        order: v.union(v.literal("asc"), v.literal("desc")),
        paginationOpts: paginationOptsValidator,
      },
      handler: async (ctx, { table, order, paginationOpts }) => {
        const isSystemTable = table === storageTableName || table === scheduledFunctionsTableName;
        const documents = isSystemTable ? ctx.db.system.query(table) : ctx.db.query(table);
        return await documents.order(order).paginate(paginationOpts);
      },
    }),
    "_system/frontend/components:list": queryGeneric({
      args: {},
      handler: () =>
        Array.from(host.components.keys(), (path) => ({
          id: path,
          path,
          name: path.slice(path.lastIndexOf("/") + 1),
          args: {},
          state: "active",
        })),
    }),
  };
  const registered = Object.entries(queries).map(([path, query]) => registerFunction(path, query, () => null));
  return new Map(registered.flatMap((target) => (target === null ? [] : [[target.path, target] as const])));
}

/** The functions that a call from outside can reach. System functions answer only the admin, under the app's path. */
export function functionsFor(
  { componentPath, functions, systemFunctions: system }: ExecutionHost,
  caller: Caller,
  path: string,
): ReadonlyMap<string, RegisteredFunction> {
  const isSystem = caller.kind === "admin" && componentPath === "" && path.startsWith(systemPathPrefix);
  return isSystem && system !== undefined ? system : functions;
}

function tableNames({ catalog }: ExecutionHost): readonly string[] {
  return Array.from(catalog.tables(), ({ name }) => name)
    .filter((name) => !name.startsWith("_"))
    .toSorted();
}

const typeNames = { query: "Query", mutation: "Mutation", action: "Action" } as const;

function functionSpec({ path, type, isPublic, validators }: RegisteredFunction): Value {
  const exportAt = path.lastIndexOf(":");
  return {
    functionType: typeNames[type],
    identifier: `${path.slice(0, exportAt)}.js${path.slice(exportAt)}`,
    visibility: { kind: isPublic ? "public" : "internal" },
    args: validatorValue(validators.args),
    returns: validators.returns === null ? { type: "any" } : validatorValue(validators.returns),
  };
}

/** A validator as a Convex value: its JSON writes 64-bit literals in a form that values do not allow. */
function validatorValue(json: ValidatorJson): Value {
  return jsonToConvex(asJson(json));
}

/** The validator came out of `JSON.parse` and nothing has changed it. */
function asJson(json: unknown): JSONValue {
  return json as JSONValue;
}
