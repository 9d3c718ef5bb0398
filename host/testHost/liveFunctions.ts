import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";
import { BundleError } from "../bundle/entryPoints";
import { registerFunction } from "../runtime/functions/registry";

type Handler = (ctx: unknown, ...args: unknown[]) => unknown;

/**
 * A module's exports for a test: functions whose `_handler` is looked up when they run, as convex-test looks it up, so that
 * a spy on it is what runs.
 *
 * @param isTestFile nobody pushes a test file, so what a push would refuse there is refused when it is called, and the
 *   file's other functions work
 */
export function liveExports(
  exports: Readonly<Record<string, unknown>>,
  isTestFile: boolean,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(exports).map(([name, value]) => [name, liveExport(name, value, isTestFile)]),
  );
}

function liveExport(name: string, value: unknown, isTestFile: boolean): unknown {
  if (typeof value !== "function") return value;
  const build = builderOf(value);
  if (build === null || typeof Reflect.get(value, "_handler") !== "function") return value;
  const refusal = isTestFile ? refusalOf(name, value) : null;
  const live = build((...call) => {
    if (refusal !== null) throw refusal;
    const handler: unknown = Reflect.get(value, "_handler");
    return typeof handler === "function" ? Reflect.apply(handler, value, call) : undefined;
  });
  const marks = refusal === null ? [...visibilityMarks, ...validatorMarks] : visibilityMarks;
  for (const mark of marks) Reflect.set(live, mark, Reflect.get(value, mark));
  return live;
}

const visibilityMarks = ["isPublic", "isInternal"];
const validatorMarks = ["exportArgs", "exportReturns"];

function builderOf(value: object): ((handler: Handler) => object) | null {
  if ("isQuery" in value) return (handler) => queryGeneric({ handler });
  if ("isMutation" in value) return (handler) => mutationGeneric({ handler });
  if ("isAction" in value) return (handler) => actionGeneric({ handler });
  return null;
}

function refusalOf(name: string, value: unknown): BundleError | null {
  try {
    registerFunction(name, value, () => null);
    return null;
  } catch (error) {
    if (error instanceof BundleError) return error;
    throw error;
  }
}
