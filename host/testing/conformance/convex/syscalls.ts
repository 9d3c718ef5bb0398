import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { action, attempt, internalMutation, mutation, query } from "./functions";

const namesReference = makeFunctionReference<"query", Record<string, never>, string[]>("syscalls:names");
const stampReference = makeFunctionReference<"mutation", { name: string }, unknown>("syscalls:stamp");
const effectReference = makeFunctionReference<"mutation", { name: string }, null>("syscalls:effect");
const waitReference = makeFunctionReference<"action", { name: string; waitForName: string }, null>("syscalls:wait");
const scheduleLaterReference = makeFunctionReference<"mutation", Record<string, never>, null>("syscalls:scheduleLater");

export const names = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("effects").collect()).map(({ name }) => name),
});

/** Stores the commit timestamp in several places and answers with it. */
export const stamp = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const { commitTs } = ctx.db.vars;
    const id = await ctx.db.insert("stamped", { name, at: commitTs, list: [commitTs] });
    const own = await ctx.db.query("stamped").withIndex("by_at").order("desc").first();
    return { id, at: commitTs, lastIsOwn: own?._id === id, snapshotTs: ctx.meta.getSnapshotTs() };
  },
});

export const stampTwice = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.runMutation(stampReference, { name: "inner" });
    const id = await ctx.db.insert("stamped", { name: "outer" });
    await ctx.db.patch(id, { at: ctx.db.vars.commitTs });
    const gone = await ctx.db.insert("stamped", { name: "gone", at: ctx.db.vars.commitTs });
    await ctx.db.delete(gone);
    return ctx.db.vars.commitTs;
  },
});

export const stamped = query({
  args: {},
  handler: async (ctx) => ({
    rows: await ctx.db.query("stamped").withIndex("by_at").collect(),
    snapshotTs: ctx.meta.getSnapshotTs(),
  }),
});

export const scheduleCommitTs = mutation({
  args: {},
  handler: async (ctx) => {
    const reference = makeFunctionReference<"mutation", { name: unknown }, null>("syscalls:effect");
    return await attempt(() => ctx.scheduler.runAfter(0, reference, { name: ctx.db.vars.commitTs }));
  },
});

export const sign = mutation({
  args: { claims: v.any(), expiresInSeconds: v.number() },
  handler: async (ctx, options) => await ctx.auth.signJwt(options),
});

/** Reads the state before the mutation's own writes, and then goes on with them. */
export const staleSnapshot = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("effects", { name });
    const [stale, fresh] = await Promise.all([
      ctx.runQuery(namesReference, {}, { useStaleSnapshot: true }),
      ctx.runQuery(namesReference, {}),
    ]);
    await ctx.db.insert("effects", { name: `${name} again` });
    return { stale, fresh };
  },
});

/** Returns while its snapshot query is still running. */
export const abandonSnapshot = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("effects", { name });
    const slow = makeFunctionReference<"query", Record<string, never>, number>("syscalls:slowCount");
    void ctx.runQuery(slow, {}, { useStaleSnapshot: true }).catch(() => undefined);
  },
});

export const slowCount = query({
  args: {},
  handler: async (ctx) => {
    await crypto.subtle.digest("SHA-256", new Uint8Array(8_000_000));
    return (await ctx.db.query("effects").collect()).length;
  },
});

export const unknownOperations = query({
  args: {},
  handler: async () => {
    const boundary: object = Reflect.get(globalThis, "Convex");
    const call = (method: string, operation: string) =>
      attempt(() => Reflect.apply(Reflect.get(boundary, method), boundary, [operation, "{}"]));
    return [
      await call("syscall", "1.0/nothing"),
      await call("asyncSyscall", "1.0/nothing"),
      await call("jsSyscall", "nothing"),
      await call("asyncSyscall", "1.0/insert"),
    ];
  },
});

export const search = query({
  args: {},
  handler: async (ctx) =>
    await attempt(() =>
      ctx.db
        .query("searched")
        .withSearchIndex("by_text", (q) => q.search("text", "a"))
        .collect(),
    ),
});

export const searchVectors = action({
  args: {},
  handler: async (ctx) => await attempt(() => ctx.vectorSearch("searched", "by_vector", { vector: [1, 2] })),
});

export const systemTables = mutation({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.scheduler.runAfter(3_600_000, effectReference, { name: "later" });
    const effect = await ctx.db.insert("effects", { name: "user row" });
    const untyped: (table: string, id: string) => Promise<unknown> = (table, of) =>
      Reflect.apply(Reflect.get(ctx.db, "get"), ctx.db, [table, of]);
    const untypedSystem: (of: string) => Promise<unknown> = (of) =>
      Reflect.apply(Reflect.get(ctx.db.system, "get"), ctx.db.system, [of]);
    return {
      job: await ctx.db.system.get(id),
      throughDb: await attempt(() => untyped("_scheduled_functions", id)),
      throughSystem: await attempt(() => untypedSystem(effect)),
      wrongTable: await attempt(() => untyped("rows", effect)),
      write: await attempt(() => Reflect.apply(Reflect.get(ctx.db, "delete"), ctx.db, [id])),
    };
  },
});

export const metadata = mutation({
  args: {},
  handler: async (ctx) => ({ own: await ctx.meta.getFunctionMetadata(), request: await ctx.meta.getRequestMetadata() }),
});

export const effect = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("effects", { name });
    return null;
  },
});

// The scheduler's guarantees.

export const startWaiting = mutation({
  args: { count: v.number(), until: v.string() },
  handler: async (ctx, { count, until }) => {
    const ids: string[] = [];
    for (let i = 0; i < count; i++)
      ids.push(await ctx.scheduler.runAfter(0, waitReference, { name: `started ${i}`, waitForName: until }));
    return ids;
  },
});

/** Says that it has started, and ends once somebody has stored the awaited name. */
export const wait = action({
  args: { name: v.string(), waitForName: v.string() },
  handler: async (ctx, { name, waitForName }) => {
    await ctx.runMutation(effectReference, { name });
    for (;;) {
      if ((await ctx.runQuery(namesReference, {})).includes(waitForName)) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await ctx.scheduler.runAfter(0, effectReference, { name: `after ${name}` });
    await ctx.runMutation(scheduleLaterReference, {});
    return null;
  },
});

export const scheduleLater = internalMutation({
  args: {},
  handler: async (ctx) => {
    await ctx.scheduler.runAfter(0, effectReference, { name: "nested after" });
    return null;
  },
});

export const cancel = mutation({
  args: { id: v.id("_scheduled_functions") },
  handler: async (ctx, { id }) => {
    await ctx.scheduler.cancel(id);
    return (await ctx.db.system.get(id))?.state.kind ?? null;
  },
});

export const jobs = query({
  args: {},
  handler: async (ctx) => await ctx.db.system.query("_scheduled_functions").collect(),
});

/** Cancels its own job, which Convex refuses. */
export const scheduleSelfCancel = mutation({
  args: {},
  handler: async (ctx) => await ctx.scheduler.runAfter(0, makeFunctionReference<"mutation">("syscalls:selfCancel"), {}),
});

export const selfCancel = internalMutation({
  args: {},
  handler: async (ctx) => {
    const running = (await ctx.db.system.query("_scheduled_functions").collect()).find(
      ({ state }) => state.kind === "inProgress",
    );
    if (running === undefined) throw new Error("a running job reads itself as inProgress");
    await ctx.db.insert("effects", { name: await attempt(() => ctx.scheduler.cancel(running._id)) });
  },
});
