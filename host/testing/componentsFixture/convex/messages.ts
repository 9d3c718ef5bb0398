import { HOUR, MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import { v } from "convex/values";
import { components } from "./_generated/api";
import { mutation, query } from "./server";

const rateLimiter = new RateLimiter(components.rateLimiter, {
  freeTrialSignUp: { kind: "fixed window", rate: 2, period: HOUR },
  sendMessage: { kind: "token bucket", rate: 10, period: MINUTE, capacity: 3 },
});

export const signUp = mutation({ args: {}, handler: async (ctx) => await rateLimiter.limit(ctx, "freeTrialSignUp") });

/** Writes first, so that a refused limit has something to roll back. */
export const send = mutation({
  args: { user: v.string(), text: v.string() },
  handler: async (ctx, { user, text }) => {
    await ctx.db.insert("messages", { user, text });
    return await rateLimiter.limit(ctx, "sendMessage", { key: user, throws: true });
  },
});

export const check = query({
  args: { user: v.string() },
  handler: async (ctx, { user }) => await rateLimiter.check(ctx, "sendMessage", { key: user }),
});

/** `check` in a mutation reads the snapshot that the mutation began with. */
export const consumeThenCheck = mutation({
  args: { user: v.string() },
  handler: async (ctx, { user }) => {
    await rateLimiter.limit(ctx, "sendMessage", { key: user, count: 3 });
    const stale = await ctx.runQuery(
      components.rateLimiter.lib.checkRateLimit,
      { name: "sendMessage", key: user, config: { kind: "token bucket", rate: 10, period: MINUTE, capacity: 3 } },
      { useStaleSnapshot: true },
    );
    const current = await ctx.runQuery(components.rateLimiter.lib.checkRateLimit, {
      name: "sendMessage",
      key: user,
      config: { kind: "token bucket", rate: 10, period: MINUTE, capacity: 3 },
    });
    return { stale: stale.ok, current: current.ok };
  },
});

export const reset = mutation({
  args: { user: v.string() },
  handler: async (ctx, { user }) => await rateLimiter.reset(ctx, "sendMessage", { key: user }),
});

export const list = query({
  args: { user: v.string() },
  handler: async (ctx, { user }) =>
    await ctx.db
      .query("messages")
      .withIndex("by_user", (q) => q.eq("user", user))
      .collect(),
});
