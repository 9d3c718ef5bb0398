// Injected into "use node" modules: Node's own globals, except that `process.env` is the deployment's.

/** Defined by the bundler: where this deployment keeps the globals of its functions. */
declare const functionGlobalsKey: string;

const globals = Reflect.get(globalThis, Symbol.for(functionGlobalsKey));

export const process = globals.nodeProcess;
export const console = globals.console;
