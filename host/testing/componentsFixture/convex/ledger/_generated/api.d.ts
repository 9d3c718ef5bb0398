import type { ApiFromModules, FilterApi, FunctionReference, FunctionType } from "convex/server";
import type { ComponentApi as ArchiveApi } from "../archive/_generated/component";
import type * as entries from "../entries";

declare const fullApi: ApiFromModules<{ entries: typeof entries }>;

export declare const internal: FilterApi<typeof fullApi, FunctionReference<FunctionType, "internal">>;
export declare const components: { archive: ArchiveApi<"archive"> };
