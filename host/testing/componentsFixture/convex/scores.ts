import { TableAggregate } from "@convex-dev/aggregate";
import { v } from "convex/values";
import { components } from "./_generated/api";
import { mutation, query } from "./server";
import type { DataModel } from "./server";

const byScore = new TableAggregate<{ Key: number; DataModel: DataModel; TableName: "scores" }>(components.aggregate, {
  sortKey: (score) => score.score,
  sumValue: (score) => score.score,
});
const byPlayer = new TableAggregate<{ Namespace: string; Key: number; DataModel: DataModel; TableName: "scores" }>(
  components.aggregateByPlayer,
  { namespace: (score) => score.player, sortKey: (score) => score.score, sumValue: (score) => score.score },
);

export const add = mutation({
  args: { player: v.string(), score: v.number(), fail: v.optional(v.boolean()) },
  handler: async (ctx, { player, score, fail }) => {
    const id = await ctx.db.insert("scores", { player, score });
    const inserted = await ctx.db.get("scores", id);
    if (inserted === null) throw new Error("not inserted");
    await byScore.insert(ctx, inserted);
    await byPlayer.insert(ctx, inserted);
    if (fail) throw new Error("rolled back with the aggregates");
    return id;
  },
});

export const change = mutation({
  args: { id: v.id("scores"), score: v.number() },
  handler: async (ctx, { id, score }) => {
    const before = await ctx.db.get("scores", id);
    await ctx.db.patch("scores", id, { score });
    const after = await ctx.db.get("scores", id);
    if (before === null || after === null) throw new Error("no such score");
    await byScore.replace(ctx, before, after);
    await byPlayer.replace(ctx, before, after);
  },
});

export const remove = mutation({
  args: { id: v.id("scores") },
  handler: async (ctx, { id }) => {
    const score = await ctx.db.get("scores", id);
    if (score === null) throw new Error("no such score");
    await ctx.db.delete("scores", id);
    await byScore.delete(ctx, score);
    await byPlayer.delete(ctx, score);
  },
});

export const summary = query({
  args: { player: v.string(), score: v.number() },
  handler: async (ctx, { player, score }) => ({
    count: await byScore.count(ctx),
    sum: await byScore.sum(ctx),
    rank: await byScore.indexOf(ctx, score),
    above: await byScore.count(ctx, { bounds: { lower: { key: score, inclusive: false } } }),
    largest: (await byScore.max(ctx))?.key ?? null,
    third: (await byScore.at(ctx, 2)).key,
    ofPlayer: await byPlayer.sum(ctx, { namespace: player }),
  }),
});
