/** Where a thread keeps the globals that bundled functions see; set before any function module is imported. */
export const FUNCTION_GLOBALS = Symbol.for("convexHost.functionGlobals");
