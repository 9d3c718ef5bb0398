import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { action, attempt, internalMutation, mutation, query } from "./functions";

const nothing = makeFunctionReference<"mutation", { filler: string }, null>("limits:doNothing");
const insertReference = makeFunctionReference<"mutation", { count: number; text: string }, null>("limits:insert");
const failReference = makeFunctionReference<"mutation", { count: number }, null>("limits:insertAndFail");
const scanReference = makeFunctionReference<"query", { count: number }, number>("limits:scan");

export const insert = mutation({
  args: { count: v.number(), text: v.string() },
  handler: async (ctx, { count, text }) => {
    for (let n = 0; n < count; n++) await ctx.db.insert("rows", { n, text });
    return null;
  },
});

export const insertAndFail = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let n = 0; n < count; n++) await ctx.db.insert("rows", { n, text: "" });
    throw new Error("on purpose");
  },
});

export const scan = query({
  args: { count: v.number() },
  handler: async (ctx, { count }) => (await ctx.db.query("rows").take(count)).length,
});

/** Scans the table several times over. */
export const scanAgain = query({
  args: { times: v.number() },
  handler: async (ctx, { times }) => {
    for (let i = 0; i < times; i++) await ctx.db.query("rows").collect();
  },
});

export const readPoints = query({
  args: { distinct: v.number(), same: v.number() },
  handler: async (ctx, { distinct, same }) => {
    const [row] = await ctx.db.query("rows").take(1);
    if (row === undefined) return;
    for (let i = 0; i < same; i++) await ctx.db.get(row._id);
    for (let i = 0; i < distinct; i++)
      await ctx.db
        .query("rows")
        .withIndex("by_n", (q) => q.eq("n", -i))
        .first();
  },
});

export const metrics = mutation({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.db.insert("rows", { n: 1, text: "é" });
    await ctx.db.get(id);
    await ctx.db.get(id);
    await ctx.db.query("rows").take(2);
    await ctx.scheduler.runAfter(3_600_000, nothing, { filler: "abc" });
    await ctx.runMutation(failReference, { count: 5 }).catch(() => undefined);
    return await ctx.meta.getTransactionMetrics();
  },
});

export const budgets = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("rows", { n: 0, text: "" });
    const transactionLimits = { documentsWritten: 2, documentsRead: 1 };
    return {
      within: await attempt(() => ctx.runMutation(insertReference, { count: 2, text: "" }, { transactionLimits })),
      writes: await attempt(() => ctx.runMutation(insertReference, { count: 3, text: "" }, { transactionLimits })),
      reads: await attempt(() => ctx.runQuery(scanReference, { count: 2 }, { transactionLimits })),
      afterwards: await attempt(() => ctx.runMutation(insertReference, { count: 9, text: "" })),
    };
  },
});

export const schedule = mutation({
  args: { count: v.number(), fillerLength: v.number() },
  handler: async (ctx, { count, fillerLength }) => {
    const filler = "x".repeat(fillerLength);
    for (let i = 0; i < count; i++) await ctx.scheduler.runAfter(3_600_000, nothing, { filler });
  },
});

export const doNothing = internalMutation({ args: { filler: v.string() }, handler: () => Promise.resolve(null) });

export const manyOperators = query({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    let rows = ctx.db.query("rows").order("asc");
    for (let i = 0; i < count; i++) rows = rows.filter((q) => q.eq(1, 1));
    return (await rows.take(1)).length;
  },
});

export const paginateTwice = query({
  args: {},
  handler: async (ctx) => {
    const options = { numItems: 1, cursor: null };
    await ctx.db.query("rows").paginate(options);
    return await attempt(() => ctx.db.query("rows").paginate(options));
  },
});

export const page = query({
  args: {
    numItems: v.number(),
    cursor: v.optional(v.union(v.string(), v.null())),
    endCursor: v.optional(v.string()),
    maximumRowsRead: v.optional(v.number()),
    maximumBytesRead: v.optional(v.number()),
    onlyN: v.optional(v.number()),
  },
  handler: async (ctx, { onlyN, cursor, ...options }) => {
    const rows = ctx.db.query("rows").withIndex("by_n");
    const filtered = onlyN === undefined ? rows : rows.filter((q) => q.eq(q.field("n"), onlyN));
    const { page: documents, ...rest } = await filtered.paginate({ ...options, cursor: cursor ?? null });
    return { ...rest, ns: documents.map(({ n }) => n) };
  },
});

export const echo = query({
  args: { value: v.any() },
  handler: (_ctx, { value }) => Promise.resolve(value === 1 ? 1 : null),
});
export const large = query({
  args: { bytes: v.number() },
  handler: (_ctx, { bytes }) => Promise.resolve("x".repeat(bytes)),
});

export const store = mutation({
  args: { value: v.any() },
  handler: async (ctx, { value }) => void (await ctx.db.insert("effects", { name: "", ...value })),
});

export const storeAnywhere = mutation({
  args: { table: v.string(), value: v.any() },
  handler: async (ctx, { table, value }) => {
    await Reflect.apply(Reflect.get(ctx.db, "insert"), ctx.db, [table, value]);
  },
});

export const log = query({
  args: { lines: v.number(), length: v.number() },
  handler: async (_ctx, { lines, length }) => {
    for (let i = 0; i < lines; i++) console.log("x".repeat(length));
    return await Promise.resolve(null);
  },
});

export const eatMemory = mutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("effects", { name: "hungry" });
    const eaten: unknown[] = [];
    for (;;) eaten.push(Array.from({ length: 100_000 }, () => eaten.length));
  },
});

export const unawaited = action({
  args: {},
  handler: async (ctx) => {
    void ctx.runMutation(insertReference, { count: 1, text: "" }).catch(() => undefined);
    void ctx.runQuery(scanReference, { count: 1 }).catch(() => undefined);
    return await Promise.resolve(null);
  },
});
