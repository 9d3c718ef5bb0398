import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { tableFacts } from "./tableFacts";
import type { TableFacts } from "./facts";
import type { TableNames } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** Rows deleted in one transaction; a longer backlog goes on in the next one. */
const batchSize = 500;

const again = makeFunctionReference<"mutation", { table: string }>("core/retention:deleteExpired");

/**
 * Deletes rows of `table`, of all organizations, whose `expiresAt` has passed. Rows that other rows refer to have no
 * place here: nothing cascades. Answers how many rows this run deleted.
 */
export const deleteExpired = internalMutation({
  args: { table: v.string() },
  returns: v.number(),
  handler: async (ctx, { table }) => {
    const name = expiringTable(table);
    const database = untypedDatabase(ctx);
    const expired = await database
      .query(name)
      .withIndex("by_expiresAt", (q) => q.lt("expiresAt", Date.now()))
      .take(batchSize);
    for (const { _id } of expired) await database.delete(name, _id);
    if (expired.length === batchSize) await ctx.scheduler.runAfter(0, again, { table });
    return expired.length;
  },
});

function expiringTable(table: string): TableNames {
  const facts: TableFacts | undefined = Object.entries(tableFacts).find(([name]) => name === table)?.[1];
  if (facts?.indexes["by_expiresAt"]?.[0] !== "expiresAt") throw new Error(`${table} has no index by_expiresAt.`);
  return table as TableNames;
}

interface UntypedDatabase {
  query(table: string): {
    withIndex(
      name: string,
      range: (q: { lt(field: string, value: number): unknown }) => unknown,
    ): { take(count: number): Promise<{ _id: string }[]> };
  };
  delete(table: string, id: string): Promise<void>;
}

/** Table and index were found in the generated facts, so the untyped calls name what exists. */
function untypedDatabase(ctx: MutationCtx): UntypedDatabase {
  return ctx.db as unknown as UntypedDatabase;
}
