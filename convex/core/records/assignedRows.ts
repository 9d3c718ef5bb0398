import { ProblemError } from "../wire/errors";
import { tableMetadata } from "../schema/tableMetadata";
import { untypedReader } from "./untypedDatabase";
import type { HolderTable, RowReach } from "../access/reach";
import type { TableMetadata } from "../schema/table";
import type { UntypedRange, UntypedRow } from "./untypedDatabase";
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
  readonly through?: {
    readonly table: TableNames;
    readonly holder: string;
    readonly granted: string;
    /** A list of the grant and what must be in it; a grant without the list covers everything. */
    readonly covers?: { readonly field: string; readonly value: string };
    /** What a field of the grant must be for permissions other than reading. */
    readonly toChange?: { readonly field: string; readonly value: string };
  };
}

type Through = NonNullable<Assignment["through"]>;

/** Grants that one call follows where it lists: Convex reads 32,000 rows and 4,096 ranges in a transaction. */
export const maximumGrants = 1000;

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
      if (way.through ? await isGranted(ctx, organizationId, way.through, holder, value, reach) : holder === value)
        return true;
    }
  }
  return false;
}

/**
 * What `field` of the way holds in the rows that are assigned to teams and clients of `reach`, each value once; of `asked`, whether
 * it is among them.
 * @throws {ProblemError} 400 where more is granted than one call follows
 */
export async function assignedValues(
  ctx: Pick<QueryCtx, "db">,
  organizationId: Id<"organizations">,
  way: Assignment,
  reach: RowReach,
  asked?: unknown,
): Promise<readonly string[]> {
  const { through, field } = way;
  const holders = holdersIn(reach, way);
  if (typeof asked === "string")
    return (await isAssigned(ctx, organizationId, [way], { [field]: asked }, reach)) ? [asked] : [];
  if (!through) return holders;
  const { table, holder, granted } = through;
  const index = indexOver(table, (fields) => fields[1] === holder);
  const values = new Set<string>();
  let room = maximumGrants;
  for (const id of holders) {
    const grants = await untypedReader(ctx)
      .query(table)
      .withIndex(index, (q) => q.eq("organizationId", organizationId).eq(holder, id))
      .take(room + 1);
    room -= grants.length;
    if (room < 0)
      throw new ProblemError(
        "unsupported_filter",
        `More than ${maximumGrants} grants reach the caller: ask by \`${field === "_id" ? "id" : field}\`.`,
      );
    for (const grant of grants) {
      const value = grant[granted];
      if (typeof value === "string" && reaches(through, grant, reach)) values.add(value);
    }
  }
  return [...values];
}

/** True if a grant is for what is asked: for the table, and for changes where the permission is one to change. */
function reaches({ covers, toChange }: Through, grant: UntypedRow, { changes }: RowReach): boolean {
  const covered = covers && grant[covers.field];
  if (covers && Array.isArray(covered) && !covered.includes(covers.value)) return false;
  return !changes || !toChange || grant[toChange.field] === toChange.value;
}

function holdersIn({ holders }: RowReach, { to }: Pick<Assignment, "to">): readonly string[] {
  return holders.flatMap(({ table, id }) => (table === to ? [id] : []));
}

async function isGranted(
  ctx: Pick<QueryCtx, "db">,
  organizationId: Id<"organizations">,
  through: Through,
  holderId: string,
  value: string,
  reach: RowReach,
): Promise<boolean> {
  const { table, holder, granted } = through;
  const values: Readonly<Record<string, string>> = { [holder]: holderId, [granted]: value };
  const index = indexOver(
    table,
    ([, ...fields]) => fields.slice(0, 2).toSorted().join() === [holder, granted].toSorted().join(),
  );
  const fields = metadataOf(table).indexes[index]?.slice(1, 3) ?? [];
  const range = (q: UntypedRange) =>
    fields.reduce((bound, field) => bound.eq(field, values[field]), q.eq("organizationId", organizationId));
  const grants = await untypedReader(ctx).query(table).withIndex(index, range).take(1);
  return grants.some((grant) => reaches(through, grant, reach));
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
