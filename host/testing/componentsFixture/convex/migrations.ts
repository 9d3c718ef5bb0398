import { Migrations } from "@convex-dev/migrations";
import { makeFunctionReference } from "convex/server";
import { components } from "./_generated/api";
import { internalMutation, mutation, query } from "./server";
import type { DataModel } from "./server";

const migrations = new Migrations<DataModel>(components.migrations, { internalMutation });

// `internal.migrations.setLevel` everywhere else: the package's types refuse it under exactOptionalPropertyTypes.
const setLevelReference = makeFunctionReference<"mutation">("migrations:setLevel");
const failingReference = makeFunctionReference<"mutation">("migrations:failing");

export const run = migrations.runner();

export const setLevel = migrations.define({
  table: "scores",
  batchSize: 10,
  migrateOne: async (ctx, score) => {
    await ctx.db.patch("scores", score._id, { level: score.score > 50 ? "high" : "low" });
  },
});

export const failing = migrations.define({
  table: "scores",
  migrateOne: async () => {
    throw new Error("cannot migrate");
  },
});

export const start = mutation({
  args: {},
  handler: async (ctx) => await migrations.runOne(ctx, setLevelReference),
});

export const startSeries = mutation({
  args: {},
  handler: async (ctx) => await migrations.runSerially(ctx, [setLevelReference, failingReference]),
});

export const status = query({
  args: {},
  handler: async (ctx) => await migrations.getStatus(ctx, { migrations: [setLevelReference, failingReference] }),
});
