import { v } from "convex/values";
import { action, mutation } from "./server";

export const store = action({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<string> => await ctx.storage.store(new Blob([text])),
});

export const uploadUrl = mutation({ args: {}, handler: async (ctx) => await ctx.storage.generateUploadUrl() });
