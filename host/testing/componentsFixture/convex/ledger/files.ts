import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

export const uploadUrl = mutationGeneric({
  args: {},
  handler: async (ctx) => await ctx.storage.generateUploadUrl(),
});

export const storeInAction = actionGeneric({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const id = await ctx.storage.store(new Blob([text], { type: "text/plain" }));
    const blob = await ctx.storage.get(id);
    return { id, read: blob === null ? null : await blob.text(), url: await ctx.storage.getUrl(id) };
  },
});

export const all = queryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.db.system.query("_storage").collect()).map(({ _id }) => _id),
});

export const describe = queryGeneric({
  args: { id: v.string() },
  handler: async (ctx, { id }) => ({
    url: await ctx.storage.getUrl(id),
    normalized: ctx.db.system.normalizeId("_storage", id),
  }),
});
