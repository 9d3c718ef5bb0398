import { getDocumentSize } from "convex/values";
import { tableMetadata } from "../schema/tableMetadata";
import { untypedReader } from "./untypedDatabase";
import type { TenantTable } from "./documents";
import type { Permission } from "../access/permissions";
import type { TableMetadata } from "../schema/table";
import type { Id } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";

/** Rows of an organization that can be counted, the trash left out. */
export interface Countable {
  readonly table: TenantTable;
  /** What the rows have in common besides. */
  readonly where?: Readonly<Record<string, string>>;
  /** Who may read every such row may know how many there are. */
  readonly permission: Permission;
  /** What is counted, in words. */
  readonly says: string;
}

/** How much one count may read: Convex counts by reading, and a transaction reads 16 MiB and 32,000 rows at most. */
export interface CountLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** A number of rows; there are more if it is capped. */
export interface Count {
  readonly count: number;
  readonly isCapped: boolean;
}

/** Counts the rows up to the limits. */
export async function countRows(
  ctx: QueryCtx,
  organizationId: Id<"organizations">,
  countable: Countable,
  limits: CountLimits,
): Promise<Count> {
  const { index, equals } = countPlan(countable);
  const rows = untypedReader(ctx)
    .query(countable.table)
    .withIndex(index, (q) =>
      equals.reduce((range, [field, value]) => range.eq(field, value), q.eq("organizationId", organizationId)),
    );
  return countWithin(rows, limits);
}

/** Counts what is read one by one, until the limits are reached; `onCounted` sees each row that counts. */
export async function countWithin<Row extends object>(
  rows: AsyncIterable<Row>,
  { rows: most, bytes }: CountLimits,
  onCounted?: (row: Row) => void,
): Promise<Count> {
  let count = 0;
  let bytesRead = 0;
  for await (const row of rows) {
    if (count === most || bytesRead > bytes) return { count, isCapped: true };
    count += 1;
    onCounted?.(row);
    const fields: object = row;
    bytesRead += getDocumentSize({ ...fields });
  }
  return { count, isCapped: false };
}

/**
 * The index that a count reads, and the values of its fields after the organization.
 * @throws {Error} where none begins with just these fields
 */
export function countPlan({ table, where = {} }: Pick<Countable, "table" | "where">) {
  const metadata: TableMetadata = tableMetadata[table];
  const equals: [field: string, value: unknown][] = [
    ...(metadata.base === "CUD" ? ([["deletedAt", undefined]] as const) : []),
    ...Object.entries(where),
  ].map(([field, value]) => [field, value]);
  const wanted = ["organizationId", ...equals.map(([field]) => field)];
  const index = Object.keys(metadata.indexes).find((name) => {
    const fields = metadata.indexes[name] ?? [];
    return wanted.every((field, at) => fields[at] === field);
  });
  if (index === undefined) throw new Error(`${table} has no index that begins with ${wanted.join(", ")}.`);
  return { index, equals };
}
