import { makeFunctionReference } from "convex/server";
import type { FunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import { startSyncHost } from "./syncHost.testing";

const add = makeFunctionReference<"mutation", { name: string; fail?: boolean }, number>("behaviour:add");
const read = makeFunctionReference<"query", { name: string }, number>("behaviour:read");
const addByAction = makeFunctionReference<"action", { name: string; fail?: boolean }, number>("behaviour:addByAction");

type Query<Args extends Record<string, unknown>, Value> = FunctionReference<"query", "public", Args, Value>;

/** Subscribes and collects every update. */
function watch<Args extends Record<string, unknown>, Value>(
  client: Awaited<ReturnType<typeof startSyncHost>>["client"] extends () => infer Client ? Client : never,
  query: Query<Args, Value>,
  args: Args,
): { readonly values: Value[]; readonly errors: Error[]; stop(): void } {
  const values: Value[] = [];
  const errors: Error[] = [];
  const stop = client.onUpdate(
    query,
    args,
    (value: Value) => void values.push(value),
    (error) => void errors.push(error),
  );
  return { values, errors, stop };
}

describe("ConvexClient", () => {
  it("is told the value and each change of it", async () => {
    const host = await startSyncHost();
    const watched = watch(host.client(), read, { name: "a" });
    await expect.poll(() => watched.values).toEqual([0]);
    const other = host.client();
    expect(await other.mutation(add, { name: "a" })).toBe(1);
    await expect.poll(() => watched.values).toEqual([0, 1]);
    await other.mutation(add, { name: "unrelated" });
    await other.mutation(add, { name: "a" });
    await expect.poll(() => watched.values).toEqual([0, 1, 2]);
    expect(host.reported).toEqual([]);
  });

  it("runs actions", async () => {
    const host = await startSyncHost();
    const client = host.client();
    const watched = watch(client, read, { name: "acted" });
    expect(await client.action(addByAction, { name: "acted" })).toBe(1);
    await expect.poll(() => watched.values.at(-1)).toBe(1);
    await expect(client.action(addByAction, { name: "acted", fail: true })).rejects.toThrow(ConvexError);
  });
});
