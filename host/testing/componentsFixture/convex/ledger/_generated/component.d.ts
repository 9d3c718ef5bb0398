import type { FunctionReference } from "convex/server";

type Amount = { amount: number };
type Reference<
  Type extends "query" | "mutation" | "action",
  Args extends Record<string, unknown>,
  Result,
  Name extends string | undefined,
> = FunctionReference<Type, "internal", Args, Result, Name>;

export type ComponentApi<Name extends string | undefined = string | undefined> = {
  entries: {
    add: Reference<"mutation", Amount, string, Name>;
    addByAction: Reference<"action", Amount, number, Name>;
    addThenFail: Reference<"mutation", Amount, null, Name>;
    authToken: Reference<"mutation", Record<string, never>, string | null, Name>;
    callBack: Reference<"mutation", { handle: string; delayMs: number }, null, Name>;
    getStuck: Reference<"mutation", Record<string, never>, null, Name>;
    jobs: Reference<"query", Record<string, never>, unknown, Name>;
    paginate: Reference<"query", Record<string, never>, unknown, Name>;
    report: Reference<"query", Record<string, never>, unknown, Name>;
    slowReport: Reference<"query", Record<string, never>, unknown, Name>;
    whoAmI: Reference<"query", Record<string, never>, unknown, Name>;
  };
  guarantees: {
    addLater: Reference<"mutation", Amount, null, Name>;
    inAction: Reference<"action", Record<string, never>, unknown, Name>;
    inQuery: Reference<"query", Record<string, never>, unknown, Name>;
    stamp: Reference<"mutation", Record<string, never>, null, Name>;
    stamps: Reference<"query", Record<string, never>, unknown, Name>;
    startWaiting: Reference<"mutation", Amount & { count: number }, null, Name>;
    wait: Reference<"action", Amount, null, Name>;
  };
};
