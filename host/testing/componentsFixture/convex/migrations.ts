import { Migrations } from "@convex-dev/migrations";
import { makeFunctionReference } from "convex/server";
import type { FunctionReference } from "convex/server";
import { v } from "convex/values";
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
  table: "players",
  batchSize: 10,
  migrateOne: async (ctx, player) => {
    await ctx.db.patch("players", player._id, { level: `level of ${player.name}` });
  },
});

export const failing = migrations.define({
  table: "players",
  migrateOne: async () => {
    throw new Error("cannot migrate");
  },
});

export const addPlayers = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let i = 0; i < count; i++) await ctx.db.insert("players", { name: `player ${i}` });
  },
});

export const levels = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("players").collect()).map(({ level }) => level ?? null),
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
