import { Migrations } from "@convex-dev/migrations";
import { makeFunctionReference } from "convex/server";
import type { FunctionReference } from "convex/server";
import { components } from "./_generated/api";
import { internalMutation, mutation, query } from "./server";
import type { DataModel } from "./server";

const migrations = new Migrations<DataModel>(components.migrations, { internalMutation });

/** `internal.migrations` everywhere else: the package's types refuse it under exactOptionalPropertyTypes. */
function migration(name: string): FunctionReference<"mutation", "internal"> {
  const reference: unknown = makeFunctionReference<"mutation">(`migrations:${name}`);
  return reference as FunctionReference<"mutation", "internal">;
}

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
  handler: async (ctx) => await migrations.runOne(ctx, migration("setLevel")),
});

export const startSeries = mutation({
  args: {},
  handler: async (ctx) => await migrations.runSerially(ctx, [migration("setLevel"), migration("failing")]),
});

export const status = query({
  args: {},
  handler: async (ctx) =>
    await migrations.getStatus(ctx, { migrations: [migration("setLevel"), migration("failing")] }),
});
