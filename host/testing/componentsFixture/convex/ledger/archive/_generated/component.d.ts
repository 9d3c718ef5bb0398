import type { FunctionReference } from "convex/server";

export type ComponentApi<Name extends string | undefined = string | undefined> = {
  boxes: {
    store: FunctionReference<"mutation", "internal", { amount: number }, null, Name>;
    report: FunctionReference<"query", "internal", Record<string, never>, unknown, Name>;
  };
};
