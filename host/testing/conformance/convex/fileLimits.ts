import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import type { GenericId } from "convex/values";
import { attempt, mutation } from "./functions";

type Stored = GenericId<"_storage">;
const storeReference = makeFunctionReference<"mutation", { sizeBytes: number; count: number }, Stored[]>(
  "fileLimits:store",
);
const readReference = makeFunctionReference<"mutation", { id: Stored; times: number }, null>("fileLimits:read");
const failReference = makeFunctionReference<"mutation", { sizeBytes: number }, null>("fileLimits:storeAndFail");

const fileOf = (sizeBytes: number): Blob => new Blob([new Uint8Array(sizeBytes)]);

export const store = mutation({
  args: { sizeBytes: v.number(), count: v.number() },
  handler: async (ctx, { sizeBytes, count }) => {
    const ids: Stored[] = [];
    for (let i = 0; i < count; i++) ids.push(await ctx.storage.store(fileOf(sizeBytes)));
    return ids;
  },
});

export const storeAndFail = mutation({
  args: { sizeBytes: v.number() },
  handler: async (ctx, { sizeBytes }) => {
    await ctx.storage.store(fileOf(sizeBytes));
    throw new Error("on purpose");
  },
});

export const read = mutation({
  args: { id: v.id("_storage"), times: v.number() },
  handler: async (ctx, { id, times }) => {
    for (let i = 0; i < times; i++) await ctx.storage.get(id);
    return null;
  },
});

export const metrics = mutation({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.storage.store(fileOf(10));
    await ctx.runMutation(storeReference, { sizeBytes: 20, count: 1 });
    await ctx.runMutation(failReference, { sizeBytes: 40 }).catch(() => undefined);
    await ctx.runMutation(readReference, { id, times: 2 });
    await ctx.storage.getUrl(id);
    await ctx.storage.delete(id);
    await ctx.storage.get(id);
    return await ctx.meta.getTransactionMetrics();
  },
});

export const budgets = mutation({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    const transactionLimits = { filesWritten: 1, filesRead: 1 };
    const refusals = {
      stored: await attempt(() => ctx.runMutation(storeReference, { sizeBytes: 1, count: 2 }, { transactionLimits })),
      read: await attempt(() => ctx.runMutation(readReference, { id, times: 2 }, { transactionLimits })),
    };
    const { filesWritten, filesRead } = await ctx.meta.getTransactionMetrics();
    return { ...refusals, afterwards: { filesWritten: filesWritten.used, filesRead: filesRead.used } };
  },
});
