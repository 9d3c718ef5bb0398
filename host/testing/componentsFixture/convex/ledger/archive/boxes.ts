import {
  internalMutationGeneric as internalMutation,
  mutationGeneric as mutation,
  queryGeneric as query,
} from "convex/server";
import { v } from "convex/values";

export const store = mutation({
  args: { amount: v.number() },
  handler: async (ctx, { amount }) => {
    await ctx.db.insert("entries", { amount });
    return null;
  },
});

export const tick = internalMutation({ args: {}, handler: async (ctx) => void (await ctx.db.insert("ticks", {})) });

export const report = query({
  args: {},
  handler: async (ctx) => ({
    count: (await ctx.db.query("entries").collect()).length,
    ticks: (await ctx.db.query("ticks").collect()).length,
    rounding: process.env["ROUNDING"] ?? null,
    path: (await ctx.meta.getFunctionMetadata()).componentPath,
  }),
});
