import { psa } from "./psa";
import type { Adapter } from "./adapter";
import type { AdapterName } from "../tables";

/** The adapters of this deployment: one more is a file, a line here, and its name in `adapterNames`. */
export const adapters: Readonly<Record<AdapterName, Adapter>> = { psa };
