import { expect, it } from "vitest";
import { QuerySets } from "./querySets";
import type { FunctionOutcome } from "../../deployment";
import type { RefreshOutcome } from "../rpc/pendingCalls";

const anonymous = { caller: { kind: "anonymous" }, allowInternal: false, add: [], remove: [] } as const;

/** A thread that answers a refresh when it is told to, and notes what it is asked. */
function slowExecutor() {
  const asked: string[] = [];
  const answers: ((outcome: RefreshOutcome) => void)[] = [];
  const executor = {
    refresh(): Promise<RefreshOutcome> {
      asked.push("refresh");
      return new Promise((resolve) => void answers.push(resolve));
    },
    async call({ operation }: { readonly operation: string }): Promise<FunctionOutcome> {
      asked.push(operation);
      return { status: "success", valueText: "null", timestamp: 0n, logLines: [] };
    },
  };
  return { asked, answers, executor };
}

it.each<RefreshOutcome>([
  { kind: "done", timestamp: 1n, results: [] },
  { kind: "unknown" },
  { kind: "stopped", queryId: 0, errorMessage: "too slow" },
])("a set that is closed during its first refresh is dropped, and not asked for again ($kind)", async (outcome) => {
  const { asked, answers, executor } = slowExecutor();
  const set = new QuerySets(() => executor).open(() => undefined);
  const refreshing = set.refresh(anonymous);
  await set.close();
  answers.shift()?.(outcome);
  expect(await refreshing).toMatchObject({ results: expect.any(Array) });
  expect(asked).toEqual(["refresh", "dropQuerySet"]);
});

it("a set that was never refreshed has nothing to drop", async () => {
  const { asked, executor } = slowExecutor();
  await new QuerySets(() => executor).open(() => undefined).close();
  expect(asked).toEqual([]);
});
