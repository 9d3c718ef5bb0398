import { internalActionGeneric, internalMutationGeneric } from "convex/server";
import { v } from "convex/values";

/** Inserts rows past the product's operations: a benchmark needs a hundred thousand of them in seconds. */
export const insert = internalMutationGeneric({
  args: { table: v.string(), rows: v.array(v.any()) },
  returns: v.array(v.string()),
  handler: async (ctx, { table, rows }) => {
    const ids: string[] = [];
    for (const row of rows) ids.push(await ctx.db.insert(table, row));
    return ids;
  },
});

/** Stores a file for rows of files to name; answers its storage id. */
export const storeFile = internalActionGeneric({
  args: {},
  returns: v.array(v.string()),
  handler: async ({ storage }) => [await storage.store(new Blob(["a file"]))],
});
