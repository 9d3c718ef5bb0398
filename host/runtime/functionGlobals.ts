import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { inspect } from "node:util";
import { LightResponse } from "../lightResponse";
import { currentFrame } from "./frames";
import { addressText } from "./functionAddress";
import { functionCrypto } from "./functionCrypto";

const ACTIONS_HINT = "Please consider using an action. See https://docs.convex.dev/functions/actions for more details.";
const MAX_LOG_LINES = 256;
// Captured before the executor thread replaces them on its global object.
const { fetch, setTimeout, setInterval } = globalThis;

/** The environment variables that functions read; replaced whenever they change. */
export interface FunctionEnvironment {
  variables: Readonly<Record<string, string>>;
}

/** The replaced globals that a thread of its own can also put on its global object. */
export interface FunctionGlobals {
  readonly fetch: unknown;
  readonly setTimeout: unknown;
  readonly setInterval: unknown;
  readonly crypto: unknown;
}

/**
 * Publishes the globals that bundled functions see on this thread: Convex's where it differs from Node, and Convex's
 * refusals by function type.
 *
 * @param globalsKey the key that the deployment's modules were bundled with
 * @returns the globals, for a thread that runs nothing but functions
 */
export function installFunctionGlobals(
  globalsKey: string,
  environment: FunctionEnvironment,
  onLog: (path: string, line: string) => void,
): FunctionGlobals {
  const env = new Proxy(
    {},
    {
      get: (_target, name) =>
        typeof name === "string" && Object.hasOwn(environment.variables, name)
          ? environment.variables[name]
          : undefined,
      has: (_target, name) => typeof name === "string" && Object.hasOwn(environment.variables, name),
      set: () => false,
    },
  );
  const functionGlobals = {
    process: Object.freeze({ env }),
    nodeProcess: Object.create(process, { env: { value: env } }),
    console: functionConsole(onLog),
    crypto: functionCrypto,
    Date: functionDate(),
    Response: LightResponse,
    fetch: (...args: Parameters<typeof fetch>) => {
      refuseInQueriesAndMutations("fetch()");
      return fetch(...args);
    },
    setTimeout: (...args: Parameters<typeof setTimeout>) => {
      refuseInQueriesAndMutations("setTimeout");
      return setTimeout(...args);
    },
    setInterval: (...args: Parameters<typeof setInterval>) => {
      refuseInQueriesAndMutations("setInterval");
      return setInterval(...args);
    },
    AsyncLocalStorage,
    AsyncResource,
  };
  Reflect.set(globalThis, Symbol.for(globalsKey), functionGlobals);
  return functionGlobals;
}

function refuseInQueriesAndMutations(what: string): void {
  const frame = currentFrame();
  if (frame !== undefined && frame.type !== "action")
    throw new Error(`Can't use ${what} in queries and mutations. ${ACTIONS_HINT}`);
}

/** `Date` whose "now" stands still while a query or mutation runs. */
function functionDate(): unknown {
  const now = (): number => {
    const frame = currentFrame();
    return frame === undefined || frame.type === "action" ? Date.now() : frame.call.nowMs;
  };
  function FunctionDate(this: unknown, ...args: readonly unknown[]): unknown {
    if (new.target === undefined) return new Date(now()).toString();
    return Reflect.construct(Date, args.length === 0 ? [now()] : args, new.target);
  }
  FunctionDate.prototype = Date.prototype;
  return Object.assign(FunctionDate, { now, UTC: Date.UTC, parse: Date.parse });
}

function functionConsole(onLog: (path: string, line: string) => void): unknown {
  const timers = new Map<string, number>();
  const log = (level: string, args: readonly unknown[]): void => {
    const frame = currentFrame();
    const text = args.map((arg) => (typeof arg === "string" ? `'${arg}'` : inspect(arg))).join(" ");
    const line = `[${level}] ${text}`;
    if (frame !== undefined && frame.call.logLines.length < MAX_LOG_LINES) frame.call.logLines.push(line);
    onLog(
      frame === undefined ? "" : addressText({ componentPath: frame.componentPath, functionPath: frame.path }),
      line,
    );
  };
  return {
    log: (...args: unknown[]) => log("LOG", args),
    debug: (...args: unknown[]) => log("DEBUG", args),
    info: (...args: unknown[]) => log("INFO", args),
    warn: (...args: unknown[]) => log("WARN", args),
    error: (...args: unknown[]) => log("ERROR", args),
    trace: (...args: unknown[]) => log("LOG", ["Trace:", ...args]),
    time: (label = "default") => void timers.set(label, performance.now()),
    timeLog: (label = "default") => log("INFO", [`${label}: ${elapsedMs(timers.get(label))}ms`]),
    timeEnd(label = "default") {
      log("INFO", [`${label}: ${elapsedMs(timers.get(label))}ms`]);
      timers.delete(label);
    },
  };
}

function elapsedMs(startMs: number | undefined): number {
  return startMs === undefined ? 0 : Math.round(performance.now() - startMs);
}

/** Forgets what {@link installFunctionGlobals} published. */
export function removeFunctionGlobals(globalsKey: string): void {
  Reflect.deleteProperty(globalThis, Symbol.for(globalsKey));
}
