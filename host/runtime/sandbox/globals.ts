import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { FunctionRequest } from "../../lightObject";
import type { functionFetch } from "../../lightObject";
import { LightResponse } from "../../lightResponse";
import type { FunctionEnvironment } from "../rpc/environment";
import { functionConsole } from "./console";
import { functionCrypto, functionRandom } from "./crypto";
import { lastResult } from "../functions/lastResult";
import { requireAction } from "./restrictions";
import { functionScope, SilentFinalizationRegistry, StrongReference } from "./scope";
import { functionDate, functionPerformance } from "./time";

// Captured before the executor thread replaces them on its global object.
const { setTimeout, setInterval } = globalThis;

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
 * @param fetch what actions send requests by; a thread that runs none has none
 * @returns the globals, for a thread that runs nothing but functions
 */
export function installFunctionGlobals(
  globalsKey: string,
  environment: FunctionEnvironment,
  onLog: (path: string, line: string) => void,
  fetch?: typeof functionFetch,
): FunctionGlobals {
  // As in Convex, variables can be read by name and not listed.
  const env = new Proxy(
    {},
    {
      get: (_target, name) =>
        typeof name === "string" && Object.hasOwn(environment.variables, name)
          ? environment.variables[name]
          : undefined,
      set: () => false,
    },
  );
  const functionGlobals = {
    process: { env },
    nodeProcess: Object.create(process, { env: { value: env } }),
    console: functionConsole(onLog),
    crypto: functionCrypto,
    Date: functionDate(),
    Request: FunctionRequest,
    Response: LightResponse,
    // Own properties are not copied: functions that Math lacks today are inherited from it tomorrow.
    Math: Object.create(Math, { random: { value: functionRandom, writable: true, configurable: true } }),
    performance: functionPerformance(),
    WeakRef: StrongReference,
    FinalizationRegistry: SilentFinalizationRegistry,
    fetch: (...args: Parameters<typeof functionFetch>) => {
      requireAction("fetch()");
      if (!fetch) throw new Error("This thread runs no actions.");
      return fetch(...args);
    },
    setTimeout: (...args: Parameters<typeof setTimeout>) => {
      requireAction("setTimeout");
      return setTimeout(...args);
    },
    setInterval: (...args: Parameters<typeof setInterval>) => {
      requireAction("setInterval");
      return setInterval(...args);
    },
    AsyncLocalStorage,
    AsyncResource,
  };
  const { nodeProcess: _node, ...own } = functionGlobals;
  const published = { ...functionGlobals, globalThis: functionScope(own), lastResult };
  // The shim of node:async_hooks is bundled like user code and sees this object only.
  Reflect.set(published.globalThis, Symbol.for(globalsKey), published);
  Reflect.set(globalThis, Symbol.for(globalsKey), published);
  return functionGlobals;
}

/** Forgets what {@link installFunctionGlobals} published. */
export function removeFunctionGlobals(globalsKey: string): void {
  Reflect.deleteProperty(globalThis, Symbol.for(globalsKey));
}
