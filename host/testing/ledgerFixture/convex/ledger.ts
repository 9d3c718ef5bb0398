import { makeFunctionReference, paginationOptsValidator } from "convex/server";
import type { GenericMutationCtx } from "convex/server";
import { v } from "convex/values";
import { internalAction, internalMutation, mutation, query } from "./server";
import type { DataModel } from "./server";

type Posting = { readonly key: string; readonly account: string; readonly amount: number };
type Keyed = { readonly key: string };

const postReference = makeFunctionReference<"mutation", Posting, null>("ledger:post");
const writeAuditLineReference = makeFunctionReference<"mutation", Keyed, null>("ledger:writeAuditLine");
const postThenFailReference = makeFunctionReference<"mutation", Keyed, null>("ledger:postThenFail");
const hauntReference = makeFunctionReference<"mutation", Keyed, null>("ledger:haunt");
const countReference = makeFunctionReference<"mutation", { readonly name: string }, null>("ledger:count");
const settleReference = makeFunctionReference<"mutation", Keyed, null>("ledger:settle");
const confirmReference = makeFunctionReference<"mutation", Keyed, null>("ledger:confirm");
const notifyReference = makeFunctionReference<"action", Keyed, null>("ledger:notify");
const recordNotificationReference = makeFunctionReference<"mutation", Keyed, null>("ledger:recordNotification");

const keyed = { key: v.string() };
const accountCount = 16;
const longestConfirmDelayMs = 50;

/**
 * Moves an amount between two accounts, once per key. Its nested calls write too, one of them fails and is caught, and it
 * schedules a mutation, which schedules another, and for some keys an action.
 */
export const transfer = mutation({
  args: { ...keyed, isNotified: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { key, isNotified }) => {
    const known = await ctx.db
      .query("transfers")
      .withIndex("by_key", (q) => q.eq("key", key))
      .first();
    if (known !== null) return null;
    await ctx.db.insert("transfers", { key });
    const amount = 1 + (key.charCodeAt(0) % 100);
    const [from, to] = [key.charCodeAt(1) % accountCount, key.charCodeAt(2) % accountCount];
    await ctx.runMutation(postReference, { key, account: `account ${from}`, amount: -amount });
    const failure = await ctx.runMutation(postThenFailReference, { key }).catch((error: unknown) => error);
    if (!(failure instanceof Error)) throw new Error("The nested call should have failed");
    await Promise.all([
      ctx.runMutation(postReference, { key, account: `account ${to}`, amount }),
      ctx.runMutation(countReference, { name: "transfers" }),
    ]);
    await ctx.scheduler.runAfter(0, settleReference, { key });
    if (isNotified) await ctx.scheduler.runAfter(0, notifyReference, { key });
    return null;
  },
});

async function add(ctx: GenericMutationCtx<DataModel>, { key, account, amount }: Posting): Promise<void> {
  await ctx.db.insert("postings", { key, account, amount });
  const row = await ctx.db
    .query("accounts")
    .withIndex("by_name", (q) => q.eq("name", account))
    .unique();
  if (row === null) await ctx.db.insert("accounts", { name: account, balance: amount });
  else await ctx.db.patch(row._id, { balance: row.balance + amount });
}

export const post = internalMutation({
  args: { ...keyed, account: v.string(), amount: v.number() },
  returns: v.null(),
  handler: async (ctx, posting) => {
    await add(ctx, posting);
    await ctx.runMutation(writeAuditLineReference, { key: posting.key });
    return null;
  },
});

export const writeAuditLine = internalMutation({
  args: keyed,
  returns: v.null(),
  handler: async (ctx, { key }) => {
    await ctx.db.insert("auditLines", { key });
    return null;
  },
});

/** Leaves nothing of its own writes, of its nested call's, or of what it scheduled. */
export const postThenFail = internalMutation({
  args: keyed,
  handler: async (ctx, { key }) => {
    await add(ctx, { key, account: "ghost", amount: 1 });
    await ctx.runMutation(hauntReference, { key });
    await ctx.scheduler.runAfter(0, hauntReference, { key });
    throw new Error("asked to fail");
  },
});

export const haunt = internalMutation({
  args: keyed,
  returns: v.null(),
  handler: async (ctx, { key }) => {
    await ctx.db.insert("ghosts", { key });
    return null;
  },
});

export const count = internalMutation({
  args: { name: v.string() },
  returns: v.null(),
  handler: async (ctx, { name }) => {
    const row = await ctx.db
      .query("counters")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    if (row === null) await ctx.db.insert("counters", { name, value: 1 });
    else await ctx.db.patch(row._id, { value: row.value + 1 });
    return null;
  },
});

export const settle = internalMutation({
  args: keyed,
  returns: v.null(),
  handler: async (ctx, { key }) => {
    await ctx.db.insert("runs", { key, kind: "settle" });
    await ctx.runMutation(countReference, { name: "settled" });
    await ctx.scheduler.runAfter(Math.random() * longestConfirmDelayMs, confirmReference, { key });
    return null;
  },
});

export const confirm = internalMutation({
  args: keyed,
  returns: v.null(),
  handler: async (ctx, { key }) => {
    await ctx.db.insert("runs", { key, kind: "confirm" });
    await ctx.runMutation(countReference, { name: "confirmed" });
    return null;
  },
});

export const notify = internalAction({
  args: keyed,
  returns: v.null(),
  handler: async (ctx, { key }) => await ctx.runMutation(recordNotificationReference, { key }),
});

export const recordNotification = internalMutation({
  args: keyed,
  returns: v.null(),
  handler: async (ctx, { key }) => {
    await ctx.db.insert("runs", { key, kind: "notify" });
    return null;
  },
});

export const uploadUrl = mutation({ args: {}, handler: async (ctx) => await ctx.storage.generateUploadUrl() });

/** What has to agree with the rows, and tells when all that was scheduled has run. */
export const totals = query({
  args: {},
  handler: async (ctx) => {
    const counters = await ctx.db.query("counters").collect();
    const accounts = await ctx.db.query("accounts").collect();
    return {
      counters: Object.fromEntries(counters.map(({ name, value }) => [name, value])),
      balances: Object.fromEntries(accounts.map(({ name, balance }) => [name, balance])),
    };
  },
});

/** A page of one table, each row as its key and, where there is one, what tells it apart. */
export const rows = query({
  args: {
    table: v.union(
      v.literal("transfers"),
      v.literal("postings"),
      v.literal("auditLines"),
      v.literal("runs"),
      v.literal("ghosts"),
    ),
    paginationOpts: paginationOptsValidator,
  },
  handler: async (ctx, { table, paginationOpts }) => {
    const { page, isDone, continueCursor } = await ctx.db.query(table).paginate(paginationOpts);
    const compact = page.map((row) => ({
      key: row.key,
      ...("amount" in row ? { amount: row.amount } : {}),
      ...("kind" in row ? { kind: row.kind } : {}),
    }));
    return { rows: compact, isDone, continueCursor };
  },
});

/** A page of the scheduled functions' states. */
export const jobStates = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => {
    const { page, isDone, continueCursor } = await ctx.db.system.query("_scheduled_functions").paginate(paginationOpts);
    return { rows: page.map(({ name, state }) => ({ name, state: state.kind })), isDone, continueCursor };
  },
});
