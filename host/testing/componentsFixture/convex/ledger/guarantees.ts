import {
  actionGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import type { ActionBuilder, DataModelFromSchemaDefinition, MutationBuilder, QueryBuilder } from "convex/server";
import { v } from "convex/values";
import type schema from "./schema";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;
const query: QueryBuilder<DataModel, "public"> = queryGeneric;
const mutation: MutationBuilder<DataModel, "public"> = mutationGeneric;
const internalMutation: MutationBuilder<DataModel, "internal"> = internalMutationGeneric;
const action: ActionBuilder<DataModel, "public"> = actionGeneric;

const loadedAt = Date.now();
const loadedRandom = Math.random();

async function attempt(run: () => unknown): Promise<string> {
  try {
    await run();
    return "allowed";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runtime() {
  const scope: object = globalThis;
  const earlier: unknown = Reflect.get(scope, "__seenByLedger");
  Reflect.set(scope, "__seenByLedger", process.env["CONVEX_SITE_URL"]);
  return {
    loadedAt,
    loadedRandom,
    earlier: earlier ?? null,
    fetch: await attempt(() => fetch("data:,x")),
    lazily: await attempt(() => import("./lazy")),
    buffer: typeof Reflect.get(scope, "Buffer"),
  };
}

export const inQuery = query({ args: {}, handler: runtime });
export const inAction = action({ args: {}, handler: runtime });

export const stamp = mutation({
  args: {},
  handler: async (ctx) => void (await ctx.db.insert("stamps", { at: ctx.db.vars.commitTs })),
});

export const stamps = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("stamps").collect()).map(({ at }) => at),
});

/** Waits until an entry of that amount exists. */
export const wait = action({
  args: { amount: v.number() },
  handler: async (ctx, { amount }) => {
    const reference = makeFunctionReference<"query", Record<string, never>, { amounts: number[] }>("entries:report");
    while (!(await ctx.runQuery(reference, {})).amounts.includes(amount))
      await new Promise((resolve) => setTimeout(resolve, 5));
  },
});

export const startWaiting = mutation({
  args: { count: v.number(), amount: v.number() },
  handler: async (ctx, { count, amount }) => {
    const reference = makeFunctionReference<"action", { amount: number }, void>("guarantees:wait");
    for (let i = 0; i < count; i++) await ctx.scheduler.runAfter(0, reference, { amount });
  },
});

export const addLater = mutation({
  args: { amount: v.number() },
  handler: async (ctx, { amount }) => {
    const reference = makeFunctionReference<"mutation", { amount: number }, void>("guarantees:addNow");
    await ctx.scheduler.runAfter(0, reference, { amount });
  },
});

export const addNow = internalMutation({
  args: { amount: v.number() },
  handler: async (ctx, { amount }) => void (await ctx.db.insert("entries", { amount })),
});
