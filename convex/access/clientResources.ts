import * as z from "zod";
import { listOperation } from "../core/operations/define";
import { defaultPageSize } from "../core/records/listPlan";
import { described, exampleRowId, rowId, text, timestampMs } from "../core/schema/fields";
import { clientBelongings } from "./clients/belongings";
import { clients } from "./clients/resource";
import type { TenantQueryContext } from "../core/operations/declaration";
import type { ReachedRow } from "../core/records/reachedPages";
import type { Belonging } from "./clients/belongings";
import type { Id } from "../_generated/dataModel";

const tableName = () => z.enum(clientBelongings.map(({ table }) => table));

const clientResource = () =>
  z.object({
    id: described(text(1, 64), "Its id in its table.", exampleRowId),
    resourceTable: described(tableName(), "The table that it is a row of."),
    name: described(z.string(), "What it is called; of people, the `key` of their role there.", "client").optional(),
    status: described(z.string(), "How it is doing, of what has a status.", "active").optional(),
    createdAt: described(timestampMs(), "When it was created.", Date.UTC(2026, 0, 12, 8)),
    updatedAt: described(timestampMs(), "When it was last changed.", Date.UTC(2026, 0, 15, 10, 30)),
  });

export const list = listOperation({
  name: "access/clientResources:list",
  operationId: "listClientResources",
  noun: "clientResource",
  method: "GET",
  path: "/clients/{clientId}/resources",
  summary: "List what belongs to a client",
  description:
    "What a client's portal shows: of all tables the rows that belong to the client, as far as the caller may read them, newest first. Where a permission reaches assigned rows alone, only one's own clients can be asked about.",
  access: "permission",
  permission: "resource:read",
  on: clients,
  params: () => ({ clientId: rowId("clients") }),
  query: () => ({
    resourceTable: described(tableName(), "Lists only rows of this table.", "clientMemberships").optional(),
  }),
  output: clientResource,
  problems: ["invalid_cursor"],
  handler: async (ctx, { resourceTable, cursor, limit = defaultPageSize }) => {
    const readable = await readableBelongings(ctx, ctx.row._id);
    const asked = readable.filter(({ table }) => resourceTable === undefined || table === resourceTable);
    const result = await ctx.db.assignedTo({ table: "clients", id: ctx.row._id }, asked, { cursor, limit });
    return { ...result, page: result.page.map(shown) };
  },
});

/** The kinds of rows of which the caller may read all, or those of this client. */
async function readableBelongings({ db }: TenantQueryContext, client: Id<"clients">): Promise<readonly Belonging[]> {
  const reaches = await Promise.all(
    clientBelongings.map(async (belonging) => ({ belonging, reach: await db.reachOf(belonging.permission) })),
  );
  return reaches.flatMap(({ belonging, reach }) =>
    reach?.every || reach?.holders.some(({ id }) => id === client) ? [belonging] : [],
  );
}

function shown({ table, row }: ReachedRow): object {
  const { name, status } = clientBelongings.find((belonging) => belonging.table === table) ?? {};
  return {
    id: row._id,
    resourceTable: table,
    ...(name === undefined ? {} : { name: row[name] }),
    ...(status === undefined ? {} : { status: row[status] }),
    createdAt: row["createdAt"],
    updatedAt: row["updatedAt"],
  };
}
