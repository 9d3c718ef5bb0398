import { v } from "convex/values";
import { internalMutation, mutation, query } from "./server";

export const create = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const identity = await ctx.auth.getUserIdentity();
    if (identity === null) throw new Error("Not signed in");
    return await ctx.db.insert("tasks", { text, author: identity.tokenIdentifier });
  },
});

export const list = query({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    const tasks = await ctx.db.query("tasks").collect();
    return tasks.filter(({ author }) => author === identity?.tokenIdentifier);
  },
});

export const addAndFail = internalMutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("tasks", { text: "never kept" });
    throw new Error("nested failure");
  },
});
