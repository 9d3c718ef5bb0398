import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import type { Id } from "./ids";
import { action, internalAction, internalMutation, mutation } from "./server";

// By name, since the modules' own references would refer back to this one.
const runScheduledAction = makeFunctionReference<"action", { text: string }>("scheduler:scheduledAction");
const insertTask = makeFunctionReference<"mutation", { text: string }>("scheduler:addTask");
const runChain = makeFunctionReference<"action", { links: number }>("scheduler:chain");
const runFailing = makeFunctionReference<"mutation">("scheduler:failing");

export const mutationSchedulingAction = mutation({
  args: { delayMs: v.number() },
  handler: async (ctx, { delayMs }): Promise<Id<"_scheduled_functions">> =>
    await ctx.scheduler.runAfter(delayMs, runScheduledAction, { text: "scheduled" }),
});

export const scheduledAction = internalAction({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<void> => {
    await ctx.runMutation(insertTask, { text });
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
    await ctx.scheduler.runAfter(1000, runChain, { links });
  },
});

export const chain = internalAction({
  args: { links: v.number() },
  handler: async (ctx, { links }): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await ctx.runMutation(insertTask, { text: `link ${links}` });
    if (links > 1) await ctx.scheduler.runAfter(60_000, runChain, { links: links - 1 });
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
  handler: async (ctx): Promise<Id<"_scheduled_functions">> => await ctx.scheduler.runAfter(0, runFailing, {}),
});
