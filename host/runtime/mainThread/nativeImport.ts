import { createRequire } from "node:module";
import type { NativeImport } from "../functions/registry";

/** {@link NativeImport} on the main thread. */
export const nativeImport = requireNativeImport();

/** The required file exports exactly one function of this type. */
function requireNativeImport(): NativeImport {
  return createRequire(import.meta.url)("./nativeImport.cjs") as NativeImport;
}
