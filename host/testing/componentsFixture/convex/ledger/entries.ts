import {
  actionGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import type {
  ActionBuilder,
  DataModelFromSchemaDefinition,
  FunctionHandle,
  MutationBuilder,
  QueryBuilder,
} from "convex/server";
import { ConvexError, v } from "convex/values";
import { components } from "./_generated/api";
import type schema from "./schema";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;
const query: QueryBuilder<DataModel, "public"> = queryGeneric;
const mutation: MutationBuilder<DataModel, "public"> = mutationGeneric;
const internalMutation: MutationBuilder<DataModel, "internal"> = internalMutationGeneric;
const action: ActionBuilder<DataModel, "public"> = actionGeneric;

/** The app says that the text is a handle of a function that takes a note. */
function asHandle(text: string): FunctionHandle<"mutation", { note: string }> {
  return text as FunctionHandle<"mutation", { note: string }>;
}

// Read when the module is evaluated, which is once for each place where the component is installed.
const roundingAtLoad = process.env["ROUNDING"];

export const add = mutation({
  args: { amount: v.number() },
  returns: v.id("entries"),
  handler: async (ctx, { amount }) => {
    await ctx.runMutation(components.archive.boxes.store, { amount });
    return await ctx.db.insert("entries", { amount });
  },
});

export const addSecretly = internalMutation({
  args: { amount: v.number() },
  handler: async (ctx, { amount }) => await ctx.db.insert("entries", { amount }),
});

export const addThenFail = mutation({
  args: { amount: v.number() },
  handler: async (ctx, { amount }) => {
    await ctx.db.insert("entries", { amount });
    await ctx.runMutation(components.archive.boxes.store, { amount });
    throw new ConvexError({ amount });
  },
});

export const addByAction = action({
  args: { amount: v.number() },
  handler: async (ctx, { amount }): Promise<number> => {
    await ctx.runMutation(makeFunctionReference<"mutation">("entries:addSecretly"), { amount: amount * 2 });
    return amount * 2;
  },
});

export const report = query({
  args: {},
  handler: async (ctx) => ({
    amounts: (await ctx.db.query("entries").withIndex("by_amount").collect()).map((entry) => entry.amount),
    archived: await ctx.runQuery(components.archive.boxes.report, {}),
    environment: {
      currency: process.env["CURRENCY"] ?? null,
      rounding: process.env["ROUNDING"] ?? null,
      roundingAtLoad: roundingAtLoad ?? null,
      undeclared: process.env["ISSUER"] ?? null,
      siteUrl: process.env["CONVEX_SITE_URL"] ?? null,
    },
    metadata: await ctx.meta.getFunctionMetadata(),
  }),
});

export const getStuck = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("entries", { amount: 1e6 });
    for (;;);
  },
});

export const slowReport = query({
  args: {},
  handler: async (ctx) => {
    await crypto.subtle.digest("SHA-256", new Uint8Array(8_000_000));
    return await ctx.db.query("entries").collect();
  },
});

export const paginate = query({
  args: {},
  handler: async (ctx) => await ctx.db.query("entries").paginate({ numItems: 1, cursor: null }),
});

export const callBack = mutation({
  args: { handle: v.string(), delayMs: v.number() },
  handler: async (ctx, args) => {
    const handle = asHandle(args.handle);
    await ctx.runMutation(handle, { note: "called now" });
    await ctx.scheduler.runAfter(args.delayMs, handle, { note: "called later" });
    return null;
  },
});

export const jobs = query({
  args: {},
  handler: async (ctx) => await ctx.db.system.query("_scheduled_functions").collect(),
});

export const authToken = mutation({
  args: {},
  handler: async (ctx) => (await ctx.meta.getRequestMetadata()).authToken,
});

export const whoAmI = query({
  args: {},
  handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null,
});
