import { tableMetadata } from "../schema/tableMetadata";
import { untypedReader } from "./untypedDatabase";
import type { HolderTable, RowReach } from "../access/reach";
import type { TableMetadata } from "../schema/table";
import type { UntypedRange } from "./untypedDatabase";
import type { Id, TableNames } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";

/**
 * One way in which rows of a resource are assigned: `field` holds the team's or client's id, or the id of something that a
 * row of `through` grants to it. `{ to: "clients", field: "_id" }` are the clients themselves.
 */
export interface Assignment {
  readonly to: HolderTable;
  readonly field: string;
  /** The table of grants, its field for the team or client, and its field for what it grants; both begin an index together. */
  readonly through?: { readonly table: TableNames; readonly holder: string; readonly granted: string };
}

/** True if the row is assigned to one of the teams and clients of `reach`, in one of the ways of its resource. */
export async function isAssigned(
  ctx: Pick<QueryCtx, "db">,
  organizationId: Id<"organizations">,
  ways: readonly Assignment[],
  row: object,
  reach: RowReach,
): Promise<boolean> {
  for (const way of ways) {
    const value: unknown = Object.getOwnPropertyDescriptor(row, way.field)?.value;
    if (typeof value !== "string") continue;
    for (const holder of holdersIn(reach, way)) {
      if (way.through ? await isGranted(ctx, organizationId, way.through, holder, value) : holder === value)
        return true;
    }
  }
  return false;
}

/** What `field` of the way holds in the rows that are assigned to teams and clients of `reach`, each value once. */
export async function assignedValues(
  ctx: Pick<QueryCtx, "db">,
  organizationId: Id<"organizations">,
  { through, ...way }: Assignment,
  reach: RowReach,
): Promise<readonly string[]> {
  const holders = holdersIn(reach, way);
  if (!through) return holders;
  const { table, holder, granted } = through;
  const index = indexOver(table, (fields) => fields[1] === holder);
  const grants = await Promise.all(
    holders.map((id) =>
      untypedReader(ctx)
        .query(table)
        .withIndex(index, (q) => q.eq("organizationId", organizationId).eq(holder, id))
        .collect(),
    ),
  );
  const ids = grants.flat().map((row) => row[granted]);
  return [...new Set(ids.filter((id) => typeof id === "string"))];
}

function holdersIn({ holders }: RowReach, { to }: Pick<Assignment, "to">): readonly string[] {
  return holders.flatMap(({ table, id }) => (table === to ? [id] : []));
}

async function isGranted(
  ctx: Pick<QueryCtx, "db">,
  organizationId: Id<"organizations">,
  { table, holder, granted }: NonNullable<Assignment["through"]>,
  holderId: string,
  value: string,
): Promise<boolean> {
  const values: Readonly<Record<string, string>> = { [holder]: holderId, [granted]: value };
  const index = indexOver(
    table,
    ([, ...fields]) => fields.slice(0, 2).toSorted().join() === [holder, granted].toSorted().join(),
  );
  const fields = metadataOf(table).indexes[index]?.slice(1, 3) ?? [];
  const range = (q: UntypedRange) =>
    fields.reduce((bound, field) => bound.eq(field, values[field]), q.eq("organizationId", organizationId));
  return (await untypedReader(ctx).query(table).withIndex(index, range).take(1)).length > 0;
}

function indexOver(table: TableNames, isWanted: (fields: readonly string[]) => boolean): string {
  const found = Object.entries(metadataOf(table).indexes).find(
    ([, fields]) => fields[0] === "organizationId" && isWanted(fields),
  );
  if (!found) throw new Error(`${table} has no index by which its grants are found.`);
  return found[0];
}

function metadataOf(table: TableNames): TableMetadata {
  return tableMetadata[table];
}
