// The functions that are measured: on the host over HTTP, and in one process with convex-test and the test accessor.
import { makeFunctionReference, paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import type { GenericId } from "convex/values";
import { afterNewKeys, newKeyPrefix, taskDocument } from "../taskDocument";
import type { TaskDocument } from "../taskDocument";
import schema from "./schema";
import { internalMutation, mutation, query } from "./server";

const fields = schema.tables.tasks.validator.fields;
const insertReference = makeFunctionReference<"mutation", Mutable<TaskDocument>, GenericId<"tasks">>("tasks:insert");
const completeReference = makeFunctionReference<"mutation", { id: GenericId<"tasks">; updatedAt: number }, null>(
  "tasks:complete",
);

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export const insert = mutation({
  args: fields,
  returns: v.id("tasks"),
  handler: async (ctx, task) => await ctx.db.insert("tasks", task),
});

export const patch = mutation({
  args: { id: v.id("tasks"), status: v.string(), updatedAt: v.number() },
  returns: v.null(),
  handler: async (ctx, { id, ...changes }) => {
    await ctx.db.patch("tasks", id, changes);
    return null;
  },
});

export const get = query({
  args: { id: v.id("tasks") },
  handler: async (ctx, { id }) => await ctx.db.get("tasks", id),
});

export const lookup = query({
  args: { key: v.string() },
  handler: async (ctx, { key }) =>
    await ctx.db
      .query("tasks")
      .withIndex("by_key", (q) => q.eq("key", key))
      .unique(),
});

export const page = query({
  args: { project: v.string(), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { project, paginationOpts }) =>
    await ctx.db
      .query("tasks")
      .withIndex("by_project", (q) => q.eq("project", project))
      .order("desc")
      .paginate(paginationOpts),
});

/** A nested mutation, and a scheduled one that writes once more. */
export const insertAndComplete = mutation({
  args: fields,
  returns: v.id("tasks"),
  handler: async (ctx, task) => {
    const id: GenericId<"tasks"> = await ctx.runMutation(insertReference, task);
    await ctx.scheduler.runAfter(0, completeReference, { id, updatedAt: task.updatedAt });
    return id;
  },
});

export const complete = internalMutation({
  args: { id: v.id("tasks"), updatedAt: v.number() },
  returns: v.null(),
  handler: async (ctx, { id, updatedAt }) => {
    await ctx.db.patch("tasks", id, { status: "complete", updatedAt });
    return null;
  },
});

/** Whether the latest scheduled function has run; they run in the order in which they were scheduled. */
export const isScheduleDone = query({
  args: {},
  returns: v.boolean(),
  handler: async (ctx) => {
    const latest = await ctx.db.system.query("_scheduled_functions").order("desc").first();
    return latest === null || latest.state.kind === "success";
  },
});

/** Inserts stored tasks by their numbers, without arguments that would have to be sent. */
export const seed = internalMutation({
  args: { from: v.number(), count: v.number() },
  returns: v.array(v.id("tasks")),
  handler: async (ctx, { from, count }) => {
    const ids: GenericId<"tasks">[] = [];
    for (let at = from; at < from + count; at++) ids.push(await ctx.db.insert("tasks", taskDocument(at)));
    return ids;
  },
});

/** Deletes up to `limit` of the tasks that measurements inserted, so that the store keeps its size. */
export const removeNew = mutation({
  args: { limit: v.number() },
  returns: v.number(),
  handler: async (ctx, { limit }) => {
    const tasks = await ctx.db
      .query("tasks")
      .withIndex("by_key", (q) => q.gte("key", newKeyPrefix).lt("key", afterNewKeys))
      .take(limit);
    for (const { _id } of tasks) await ctx.db.delete("tasks", _id);
    return tasks.length;
  },
});
