import { makeFunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { action, internalQuery, mutation, query } from "./server";

// By name, since the modules' own references would refer back to this one.
const addAndFail = makeFunctionReference<"mutation">("tasks:addAndFail");
const sendMessage = makeFunctionReference<"mutation">("messages:send");
const countMessages = makeFunctionReference<"query", Record<string, never>, number>("messages:count");

export const list = query({ args: {}, handler: async (ctx) => await ctx.db.query("messages").collect() });

export const count = internalQuery({
  args: {},
  handler: async (ctx) => (await ctx.db.query("messages").collect()).length,
});

export const send = mutation({
  args: { body: v.string(), author: v.string() },
  handler: async (ctx, { body, author }) => {
    if (body === "") throw new Error("Empty message body is not allowed");
    if (author === "") throw new ConvexError({ code: "NO_AUTHOR", size: 3n });
    return await ctx.db.insert("messages", { body, author });
  },
});

/** Writes, then fails in a nested call and goes on. */
export const sendBoth = mutation({
  args: {},
  handler: async (ctx): Promise<{ failure: string | null; tasks: number }> => {
    await ctx.db.insert("messages", { body: "kept", author: "outer" });
    const failure = await ctx.runMutation(addAndFail, {}).then(
      () => null,
      (error: unknown) => String(error),
    );
    return { failure, tasks: (await ctx.db.query("tasks").collect()).length };
  },
});

export const sendAiMessage = action({
  args: { prompt: v.string() },
  handler: async (ctx, { prompt }): Promise<number> => {
    const response = await fetch("https://ai.example/generate", { method: "POST", body: prompt });
    await ctx.runMutation(sendMessage, { body: await response.text(), author: "AI" });
    return await ctx.runQuery(countMessages, {});
  },
});
