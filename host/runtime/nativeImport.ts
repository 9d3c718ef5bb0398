import { createRequire } from "node:module";
import type { NativeImport } from "./functionTable";

/** {@link NativeImport} on the main thread; the required file exports exactly that function. */
export const nativeImport = createRequire(import.meta.url)("./nativeImport.cjs") as NativeImport;
