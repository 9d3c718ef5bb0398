import type { MutationCtx, QueryCtx } from "../../_generated/server";
import type { PaginationOptions, PaginationResult } from "convex/server";
import type { Value } from "convex/values";

/** The bounds of an index range, whose fields have to be named in the index's order. */
export interface UntypedRange {
  eq(field: string, value: unknown): UntypedRange;
  gt(field: string, value: unknown): UntypedRange;
  gte(field: string, value: unknown): UntypedRange;
  lt(field: string, value: unknown): UntypedRange;
  lte(field: string, value: unknown): UntypedRange;
}

interface UntypedRows extends AsyncIterable<UntypedRow> {
  order(order: "asc" | "desc"): UntypedRows;
  collect(): Promise<UntypedRow[]>;
  filter(
    predicate: (q: { eq(left: unknown, right: unknown): unknown; field(name: string): unknown }) => unknown,
  ): UntypedRows;
  take(count: number): Promise<UntypedRow[]>;
  paginate(options: PaginationOptions): Promise<PaginationResult<UntypedRow>>;
}

/** A row whose fields are named by the metadata. */
export type UntypedRow = { readonly _id: string } & Readonly<Record<string, Value>>;

interface UntypedDatabase {
  get(id: string): Promise<UntypedRow | null>;
  query(
    table: string,
  ): UntypedRows & { withIndex(name: string, range: (q: UntypedRange) => UntypedRange): UntypedRows };
  delete(table: string, id: string): Promise<void>;
  patch(table: string, id: string, changes: object): Promise<void>;
}

/**
 * Convex's database for work on whatever table its metadata leads to. Tables, fields and indexes come from the generated
 * metadata, so the untyped calls name what exists.
 */
export function untypedDatabase(ctx: Pick<MutationCtx, "db">): UntypedDatabase {
  return ctx.db as unknown as UntypedDatabase;
}

/** The same for reads alone. */
export function untypedReader(ctx: Pick<QueryCtx, "db">): Pick<UntypedDatabase, "query" | "get"> {
  return ctx.db as unknown as UntypedDatabase;
}

/** An index's range builder, for fields that are named by the metadata or by a plan made from it. */
export function untypedRange(q: unknown): UntypedRange {
  return q as UntypedRange;
}

/** A range as the typed builder that it was begun with would have typed it. */
export function typedRange<Range>(range: UntypedRange): Range {
  return range as unknown as Range;
}
