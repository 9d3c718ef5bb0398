import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { components } from "./_generated/api";
import { action, mutation, query } from "./server";

/** Stores the commit timestamp in the component and answers with it. */
export const stamp = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.runMutation(components.ledger.guarantees.stamp, {});
    return ctx.db.vars.commitTs;
  },
});

export const stamps = query({
  args: {},
  handler: async (ctx) => await ctx.runQuery(components.ledger.guarantees.stamps, {}),
});

/** Writes in the app and in the component, under a budget that the component's two writes fit into or not. */
export const measured = mutation({
  args: { documentsWritten: v.number() },
  handler: async (ctx, { documentsWritten }) => {
    await ctx.db.insert("entries", { note: "measured" });
    const failure = await ctx
      .runMutation(components.ledger.entries.add, { amount: 1 }, { transactionLimits: { documentsWritten } })
      .then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    const { documentsWritten: written } = await ctx.meta.getTransactionMetrics();
    return { failure, used: written.used };
  },
});

export const startWaiting = mutation({
  args: { count: v.number(), amount: v.number() },
  handler: async (ctx, { count, amount }) => {
    const reference = makeFunctionReference<"action", { amount: number; later: number }, void>("guarantees:wait");
    const ids: string[] = [];
    for (let i = 0; i < count; i++) ids.push(await ctx.scheduler.runAfter(0, reference, { amount, later: 100 + i }));
    await ctx.runMutation(components.ledger.guarantees.startWaiting, { count, amount });
    return ids;
  },
});

/** Waits as the component does, and then has it schedule. */
export const wait = action({
  args: { amount: v.number(), later: v.number() },
  handler: async (ctx, { amount, later }) => {
    await ctx.runAction(components.ledger.guarantees.wait, { amount });
    await ctx.runMutation(components.ledger.guarantees.addLater, { amount: later });
  },
});

export const cancel = mutation({
  args: { id: v.id("_scheduled_functions") },
  handler: async (ctx, { id }) => await ctx.scheduler.cancel(id),
});

export const inQuery = query({
  args: { which: v.union(v.literal("ledger"), v.literal("secondLedger")) },
  handler: async (ctx, { which }) => await ctx.runQuery(components[which].guarantees.inQuery, {}),
});

export const inAction = action({
  args: { which: v.union(v.literal("ledger"), v.literal("secondLedger")) },
  handler: async (ctx, { which }) => await ctx.runAction(components[which].guarantees.inAction, {}),
});
