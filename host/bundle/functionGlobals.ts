// Injected into every bundled module: esbuild turns each unbound reference to one of these names into an import of
// this file, which is how `process` or `Buffer` differ between user code and the host that shares the thread.

/** Defined by the bundler: where this deployment keeps the globals of its functions. */
declare const functionGlobalsKey: string;

const globals = Reflect.get(globalThis, Symbol.for(functionGlobalsKey));

export const process = globals.process;
export const console = globals.console;
export const crypto = globals.crypto;
export const Date = globals.Date;
export const fetch = globals.fetch;
export const Request = globals.Request;
export const Response = globals.Response;
export const setTimeout = globals.setTimeout;
export const setInterval = globals.setInterval;
export const Math = globals.Math;
export const performance = globals.performance;
export const WeakRef = globals.WeakRef;
export const FinalizationRegistry = globals.FinalizationRegistry;
export const self = globals.globalThis;
const functionGlobalThis = globals.globalThis;
export { functionGlobalThis as globalThis };
export const Buffer = undefined;
export const global = undefined;
export const require = undefined;
export const setImmediate = undefined;
export const clearImmediate = undefined;
export const navigator = undefined;
export const WebSocket = undefined;
export const MessageChannel = undefined;
export const BroadcastChannel = undefined;
export const MessagePort = undefined;
export const MessageEvent = undefined;
export const CompressionStream = undefined;
export const DecompressionStream = undefined;
export const PerformanceObserver = undefined;
