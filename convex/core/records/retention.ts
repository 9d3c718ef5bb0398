import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../../_generated/server";
import { tableMetadata } from "../schema/tableMetadata";
import { deleteRow } from "./fileUse";
import { untypedDatabase } from "./untypedDatabase";
import type { TableMetadata } from "../schema/table";
import type { TableNames } from "../../_generated/dataModel";

/** Rows deleted in one transaction; a longer backlog goes on in the next one. */
const batchSize = 500;

const again = makeFunctionReference<"mutation", { table: string }>("core/records/retention:deleteExpired");

/**
 * Deletes rows of `table`, of all organizations, whose `expiresAt` has passed; those without one stay. Rows that other rows refer to have no
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
      .withIndex("by_expiresAt", (q) => q.gt("expiresAt", 0).lt("expiresAt", Date.now()))
      .take(batchSize);
    for (const { _id } of expired) await deleteRow(ctx, name, _id);
    if (expired.length === batchSize) await ctx.scheduler.runAfter(0, again, { table });
    return expired.length;
  },
});

function expiringTable(table: string): TableNames {
  const metadata: TableMetadata | undefined = Object.entries(tableMetadata).find(([name]) => name === table)?.[1];
  if (metadata?.indexes["by_expiresAt"]?.[0] !== "expiresAt") throw new Error(`${table} has no index by_expiresAt.`);
  return table as TableNames;
}
