import type { BundledModule } from "../../bundle/bundleFunctions";
import { BundleError } from "../../bundle/entryPoints";
import { withRemedy } from "../../bundle/pushRules";
import { checkValidator, isIdentifier } from "../../bundle/validatorRules";
import type { FunctionType } from "../../deployment";
import { isJsonObject, parseJson } from "../../json";
import { hasLoneSurrogate, specialTagOf } from "../../values/convexJson";
import type { JsonValue } from "../../deployment";
import { displaySize, sizeOverLimit } from "../../values/convexSize";
import { valueLimitProblem } from "../../values/documentLimits";
import { compileValidator } from "../../values/validator";
import type { CompiledValidator, TableOfId } from "../../values/validator";
import type { FunctionValidators, ValidatorJson } from "../../values/validatorJson";
import { runInFrame } from "./frames";
import { HostRefusal, toFunctionError } from "./errors";
import { ImportFrame } from "./importFrame";
import { lastResult } from "./lastResult";
import { sourceStack } from "./sourceStack";
import type { ImportPhase, MainThreadAction } from "../rpc/protocol";

const maxFunctionArgsBytes = 16 << 20;
const maxNodeArgsBytes = 5 << 20;
const maxResultBytes = 16 << 20;

/** One exported query, mutation or action, ready to run. */
export interface RegisteredFunction {
  readonly path: string;
  readonly type: FunctionType;
  readonly isPublic: boolean;
  /** Runs the handler on the arguments object as Convex JSON text and answers with the value as Convex JSON text. */
  invoke(argsText: string): Promise<string>;
  readonly checkArgs: CompiledValidator;
  readonly checkReturns: CompiledValidator | null;
  readonly validators: FunctionValidators;
  /** The largest arguments object by Convex's formula; 16 MiB when absent. */
  readonly maxArgsBytes?: number;
}

/** Everything that one thread has loaded of a bundle. */
export interface LoadedModules {
  readonly functions: Map<string, RegisteredFunction>;
  /** Module namespaces by module path, for the special modules `http` and `crons`. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** Node's own `import()`: bundled modules must not pass through the loader of whatever loaded the host. */
export type NativeImport = (url: string) => Promise<Readonly<Record<string, unknown>>>;

/** What modules are loaded with. */
export interface ModuleContext {
  /** The component that they belong to; empty for the app. */
  readonly componentPath: string;
  readonly importPhase: ImportPhase;
  readonly tableOfId: TableOfId;
  readonly nativeImport: NativeImport;
}

/** Imports a bundle's modules and registers what they export. */
export async function loadModules(modules: readonly BundledModule[], context: ModuleContext): Promise<LoadedModules> {
  const functions = new Map<string, RegisteredFunction>();
  const namespaces = new Map<string, Readonly<Record<string, unknown>>>();
  for (const { modulePath, url, environment } of modules) {
    const namespace = await importModule(url, modulePath, context);
    namespaces.set(modulePath, namespace);
    for (const [name, value] of Object.entries(namespace)) {
      const registered = registerFunction(`${modulePath}:${name}`, value, context.tableOfId);
      if (registered === null) continue;
      const limited = environment === "node" ? { ...registered, maxArgsBytes: maxNodeArgsBytes } : registered;
      functions.set(registered.path, limited);
    }
  }
  return { functions, namespaces };
}

async function importModule(
  url: string,
  modulePath: string,
  { componentPath, importPhase, nativeImport }: ModuleContext,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await runInFrame(new ImportFrame(componentPath, modulePath, importPhase), () => nativeImport(url));
  } catch (error) {
    // Frames name the sources as they are found from the project's folder, which is where messages are read.
    const frames = (stack: string) => sourceStack(stack).replaceAll("(../convex/", "(convex/");
    const { message } = toFunctionError(error, frames);
    throw new BundleError(withRemedy("moduleLoad", `Failed to load ${modulePath}: ${message}\n`));
  }
}

/** An action that the executor only knows by name, because its module runs on the main thread alone. */
export function mainThreadAction({ path, isPublic, validators }: MainThreadAction): RegisteredFunction {
  const invoke = (): Promise<never> => Promise.reject(new Error(`${path} runs on the main thread only`));
  return { path, type: "action", isPublic, invoke, checkArgs: () => null, checkReturns: null, validators };
}

/** The shape that convex/server gives to every registered function. */
interface ConvexFunction {
  readonly isQuery?: true;
  readonly isMutation?: true;
  readonly isAction?: true;
  readonly isPublic?: true;
  readonly exportArgs?: () => string;
  readonly exportReturns?: () => string;
  readonly invokeQuery?: (argsText: string) => Promise<string>;
  readonly invokeMutation?: (argsText: string) => Promise<string>;
  readonly invokeAction?: (requestId: string, argsText: string) => Promise<string>;
}

/** Makes a module's export ready to run under its path; null when it is no Convex function. */
export function registerFunction(path: string, value: unknown, tableOfId: TableOfId): RegisteredFunction | null {
  if (!isConvexFunction(value)) return null;
  const args = readValidator(value.exportArgs) ?? { type: "any" };
  const returns = readValidator(value.exportReturns);
  // Code that Convex refuses at push time must not run here either.
  const name = path.slice(path.lastIndexOf(":") + 1);
  if (!isIdentifier(name))
    throw new BundleError(withRemedy("functionName", `${path}: Invalid function name: "${name}".`));
  if (args.type !== "object" && args.type !== "any")
    throw new BundleError(
      withRemedy("argsValidator", `Invalid validator for ${path}: Args validator must be an object or any.`),
    );
  for (const validator of returns === null ? [args] : [args, returns]) {
    if (rightValidators.has(validator)) continue;
    checkValidator(`Invalid validator for ${path}`, validator);
    const unknown = unknownTypeIn(validator);
    if (unknown !== null)
      throw new BundleError(`Invalid validator for ${path}: this host does not know v.${unknown}().`);
    rightValidators.add(validator);
  }
  const common = {
    path,
    isPublic: value.isPublic === true,
    checkArgs: compileValidator(args, tableOfId),
    checkReturns: returns === null ? null : compileValidator(returns, tableOfId),
    validators: { args, returns },
  };
  const { invokeQuery, invokeMutation, invokeAction } = value;
  if (invokeQuery) return { ...common, type: "query", invoke: (argsText) => invokeQuery(`[${argsText}]`) };
  if (invokeMutation) return { ...common, type: "mutation", invoke: (argsText) => invokeMutation(`[${argsText}]`) };
  if (invokeAction) return { ...common, type: "action", invoke: (argsText) => invokeAction("", `[${argsText}]`) };
  return null;
}

/** The first validator type, of a newer convex/server, that this host does not know. */
function unknownTypeIn(validator: ValidatorJson): string | null {
  switch (validator.type) {
    case "array":
      return unknownTypeIn(validator.value);
    case "record":
      return unknownTypeIn(validator.keys) ?? unknownTypeIn(validator.values.fieldType);
    case "union":
      return firstOf(validator.value);
    case "object":
      return firstOf(Object.values(validator.value).map(({ fieldType }) => fieldType));
    default:
      return knownTypes.has(validator.type) ? null : validator.type;
  }
}

function firstOf(validators: readonly ValidatorJson[]): string | null {
  for (const validator of validators) {
    const unknown = unknownTypeIn(validator);
    if (unknown !== null) return unknown;
  }
  return null;
}

const knownTypes: ReadonlySet<string> = new Set([
  "any",
  "bigint",
  "boolean",
  "bytes",
  "commitTs",
  "id",
  "literal",
  "null",
  "number",
  "string",
]);

/** convex/server marks its functions with these flags; nothing else in a module carries them. */
function isConvexFunction(value: unknown): value is ConvexFunction {
  return (
    typeof value === "function" &&
    (("isQuery" in value && value.isQuery === true) ||
      ("isMutation" in value && value.isMutation === true) ||
      ("isAction" in value && value.isAction === true))
  );
}

/** Validators by the functions that write them, and those that were found right: a suite registers the same functions in host after host. */
const readValidators = new WeakMap<() => string, ValidatorJson | null>();
const rightValidators = new WeakSet<ValidatorJson>();

function readValidator(write: (() => string) | undefined): ValidatorJson | null {
  if (write === undefined) return null;
  let validator = readValidators.get(write);
  if (validator === undefined) readValidators.set(write, (validator = parseValidator(write())));
  return validator;
}

/** `exportArgs` and `exportReturns` write exactly {@link ValidatorJson}, or `null` for no returns validator. */
function parseValidator(text: string): ValidatorJson | null {
  return JSON.parse(text) as ValidatorJson | null;
}

/** The canonical `dir/module:export` of a path, which may omit `:default` or carry a `.js` extension. */
export function canonicalFunctionPath(path: string): string {
  const colon = path.lastIndexOf(":");
  const modulePath = (colon === -1 ? path : path.slice(0, colon)).replace(/\.js$/, "");
  return `${modulePath}:${colon === -1 ? "default" : path.slice(colon + 1)}`;
}

/** Parses and validates arguments. @throws {HostRefusal} Convex's ArgumentValidationError */
export function validateArgs(target: RegisteredFunction, argsText: string): JsonValue {
  const maxBytes = target.maxArgsBytes ?? maxFunctionArgsBytes;
  const tooLarge = sizeOverLimit(argsText, maxBytes);
  if (tooLarge !== null)
    throw new HostRefusal(
      `Arguments for ${target.path} are too large (actual: ${displaySize(tooLarge)}, limit: ${displaySize(maxBytes)})`,
    );
  const args = parseJson(argsText);
  const limit = valueLimitProblem(args);
  if (limit !== null) throw new HostRefusal(`ArgumentValidationError: ${limit}`);
  if (hasLoneSurrogate(argsText)) throw new HostRefusal("ArgumentValidationError: Strings must be valid Unicode.");
  if (!isJsonObject(args) || specialTagOf(args) !== null)
    throw new HostRefusal("ArgumentValidationError: The arguments of a function must be one object.");
  const problem = target.checkArgs(args);
  if (problem !== null) throw new HostRefusal(`ArgumentValidationError: ${problem}`);
  return args;
}

/** Validates a handler's result. @throws {HostRefusal} Convex's ReturnsValidationError */
export function validateReturns(target: RegisteredFunction, valueText: string): void {
  const tooLarge = sizeOverLimit(valueText, maxResultBytes);
  if (tooLarge !== null)
    throw new HostRefusal(
      `Function ${target.path} return value is too large (actual: ${displaySize(tooLarge)}, limit: ${displaySize(maxResultBytes)})`,
    );
  const problem = target.checkReturns === null ? null : target.checkReturns(lastResult.take(valueText));
  if (problem !== null) throw new HostRefusal(`ReturnsValidationError: ${problem}`);
}

/** Convex's refusal of a path that the caller cannot call. */
export function functionNotFound(path: string, allowInternal: boolean): HostRefusal {
  return new HostRefusal(
    `Could not find ${allowInternal ? "" : "public "}function for '${path}'. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`,
  );
}

const typeNames = { query: "Query", mutation: "Mutation", action: "Action" } as const;

/**
 * Finds a function for a caller.
 *
 * @throws {HostRefusal} when it does not exist, is internal and the caller may not call that, or is of another type
 */
export function resolveFunction(
  functions: ReadonlyMap<string, RegisteredFunction>,
  path: string,
  expected: FunctionType | "any",
  allowInternal: boolean,
): RegisteredFunction {
  const target = functions.get(path) ?? functions.get(canonicalFunctionPath(path));
  if (target === undefined || (!target.isPublic && !allowInternal)) throw functionNotFound(path, allowInternal);
  if (expected !== "any" && target.type !== expected)
    throw new HostRefusal(
      `Trying to execute ${target.path} as ${typeNames[expected]}, but it is defined as ${typeNames[target.type]}.`,
    );
  return target;
}
