import { v } from "convex/values";
import type { Id } from "./ids";
import { internal } from "./references";
import { action, internalAction, internalMutation, mutation } from "./server";

export const mutationSchedulingAction = mutation({
  args: { delayMs: v.number() },
  handler: async (ctx, { delayMs }): Promise<Id<"_scheduled_functions">> =>
    await ctx.scheduler.runAfter(delayMs, internal.scheduler.scheduledAction, { text: "scheduled" }),
});

export const scheduledAction = internalAction({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<void> => {
    await ctx.runMutation(internal.scheduler.addTask, { text });
  },
});

export const addTask = internalMutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    await ctx.db.insert("tasks", { text });
  },
});

/** Schedules an action that waits, then schedules a mutation, then another. */
export const startChain = mutation({
  args: { links: v.number() },
  handler: async (ctx, { links }): Promise<void> => {
    await ctx.scheduler.runAfter(1000, internal.scheduler.chain, { links });
  },
});

export const chain = internalAction({
  args: { links: v.number() },
  handler: async (ctx, { links }): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await ctx.runMutation(internal.scheduler.addTask, { text: `link ${links}` });
    if (links > 1) await ctx.scheduler.runAfter(60_000, internal.scheduler.chain, { links: links - 1 });
  },
});

export const cancel = mutation({
  args: { id: v.id("_scheduled_functions") },
  handler: async (ctx, { id }) => await ctx.scheduler.cancel(id),
});

export const failing = internalMutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("tasks", { text: "undone" });
    throw new Error("scheduled failure");
  },
});

export const scheduleFailing = action({
  args: {},
  handler: async (ctx): Promise<Id<"_scheduled_functions">> =>
    await ctx.scheduler.runAfter(0, internal.scheduler.failing, {}),
});
