import { createFunctionHandle, makeFunctionReference } from "convex/server";
import type { FunctionHandle } from "convex/server";
import { v } from "convex/values";
import type { GenericId } from "convex/values";
import { components, internal } from "./_generated/api";
import { action, internalMutation, mutation, query } from "./server";

/** The caller says that the text is a handle; the deployment finds out whether that is true. */
function asHandle(text: string): FunctionHandle<"mutation", { note: string }> {
  return text as FunctionHandle<"mutation", { note: string }>;
}

/** An id of another component's table, which the types would refuse here. */
function asId(text: string): GenericId<"entries"> {
  return text as GenericId<"entries">;
}

const vWhich = v.union(v.literal("ledger"), v.literal("secondLedger"));

export const add = mutation({
  args: { which: vWhich, amount: v.number() },
  handler: async (ctx, { which, amount }): Promise<string> =>
    await ctx.runMutation(components[which].entries.add, { amount }),
});

export const report = query({
  args: { which: vWhich },
  handler: async (ctx, { which }) => await ctx.runQuery(components[which].entries.report, {}),
});

/** Calls an internal function of the component as if it were public. */
export const addSecretly = mutation({
  args: {},
  handler: async (ctx) => await ctx.runMutation(Reflect.get(components.ledger.entries, "addSecretly"), { amount: 1 }),
});

export const callMissingChild = query({
  args: {},
  handler: async (ctx) => await ctx.runQuery(Reflect.get(components, "nobody").entries.report, {}),
});

/** Reaches into the component's own child, which belongs to the component alone. */
export const callGrandchild = mutation({
  args: {},
  handler: async (ctx) => await ctx.runMutation(Reflect.get(components.ledger, "archive").boxes.store, { amount: 1 }),
});

export const readForeignId = query({
  args: { id: v.string() },
  handler: async (ctx, { id }) => ({
    document: await ctx.db.get(asId(id)),
    normalized: ctx.db.normalizeId("entries", id),
    own: await ctx.db.query("entries").collect(),
  }),
});

export const paginate = query({
  args: {},
  handler: async (ctx) => await ctx.runQuery(components.ledger.entries.paginate, {}),
});

export const outerCatches = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("entries", { note: "kept" });
    const message = await ctx
      .runMutation(components.ledger.entries.addThenFail, { amount: 1000 })
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    await ctx.runMutation(components.ledger.entries.add, { amount: 5 });
    return message;
  },
});

/** Returns while a query of its begin snapshot is still running. */
export const abandonSnapshot = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("entries", { note: "written before the snapshot" });
    const options = { useStaleSnapshot: true } as const;
    void ctx.runQuery(components.ledger.entries.slowReport, {}, options).catch(() => undefined);
    await crypto.subtle.digest("SHA-256", new Uint8Array(1));
  },
});

export const getStuck = mutation({
  args: {},
  handler: async (ctx) => await ctx.runMutation(components.ledger.entries.getStuck, {}),
});

/** The component calls back by a handle, now and later. */
export const callBack = mutation({
  args: { delayMs: v.number() },
  handler: async (ctx, { delayMs }): Promise<string> => {
    const handle = await createFunctionHandle(internal.ledgers.note);
    await ctx.runMutation(components.ledger.entries.callBack, { handle, delayMs });
    return handle;
  },
});

export const note = internalMutation({
  args: { note: v.string() },
  handler: async (ctx, args) => void (await ctx.db.insert("entries", args)),
});

export const notes = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("entries").collect()).map((entry) => entry.note),
});

export const forgedHandle = mutation({
  args: { handle: v.string() },
  handler: async (ctx, { handle }) => await ctx.runMutation(asHandle(handle), { note: "forged" }),
});

export const jobs = query({
  args: {},
  handler: async (ctx) => ({
    app: await ctx.db.system.query("_scheduled_functions").collect(),
    component: await ctx.runQuery(components.ledger.entries.jobs, {}),
  }),
});

/** Schedules a function of the component from the app. */
export const addLater = mutation({
  args: { amount: v.number() },
  handler: async (ctx, { amount }) => await ctx.scheduler.runAfter(0, components.ledger.entries.add, { amount }),
});

export const fromAction = action({
  args: { amount: v.number() },
  handler: async (ctx, { amount }): Promise<unknown> => {
    await ctx.runMutation(components.ledger.entries.add, { amount });
    await ctx.scheduler.runAfter(0, components.ledger.entries.add, { amount: amount + 1 });
    return {
      doubled: await ctx.runAction(components.ledger.entries.addByAction, { amount }),
      report: await ctx.runQuery(components.ledger.entries.report, {}),
      refused: await ctx
        .runMutation(makeFunctionReference<"mutation">("ledger;entries:addSecretly"), { amount: 1 })
        .catch((error: unknown) => (error instanceof Error ? error.message : String(error))),
    };
  },
});

export const authTokens = mutation({
  args: {},
  handler: async (ctx): Promise<unknown> => ({
    app: (await ctx.meta.getRequestMetadata()).authToken,
    component: await ctx.runMutation(components.ledger.entries.authToken, {}),
  }),
});

export const whoAmI = query({
  args: {},
  handler: async (ctx) => ({
    app: (await ctx.auth.getUserIdentity())?.subject ?? null,
    component: await ctx.runQuery(components.ledger.entries.whoAmI, {}),
  }),
});
