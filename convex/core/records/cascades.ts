import { getDocumentSize, v } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { internalMutation } from "../../_generated/server";
import { ProblemError } from "../wire/errors";
import { tableMetadata } from "../schema/tableMetadata";
import { deleteRow } from "./fileUse";
import { untypedDatabase } from "./untypedDatabase";
import type { UntypedRange } from "./untypedDatabase";
import type { OnDelete } from "../schema/fields";
import type { ProblemCode } from "../wire/problems";
import type { TableMetadata } from "../schema/table";
import type { Id, TableNames } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";

/** What the deleting mutation itself handles of rows that refer to others, however deep; the rest follows in scheduled mutations of the same size. */
const batchRows = 200;
const batchBytes = 2 * 1024 * 1024;

/** Rows of one table looked at together: few, so that what refers to them has its share of the batch, and each batch gets on. */
const rowsAtOnce = 20;

/** What is left of a batch. */
interface Budget {
  rows: number;
  bytes: number;
}

interface Referrer {
  readonly table: TableNames;
  readonly field: string;
  readonly onDelete: OnDelete;
}

const resumeReference = makeFunctionReference<"mutation">("core/records/cascades:resume");

/** Tables whose rows refer to rows of `table` by a top-level field, the tenant itself aside. */
export function referrersOf(table: TableNames): readonly Referrer[] {
  return Object.entries(tableMetadata).flatMap(([name, metadata]: [string, TableMetadata]) =>
    metadata.references
      .filter(({ path, table: target }) => target === table && path.length === 1 && path[0] !== "organizationId")
      .filter(({ onDelete }) => onDelete !== "keep")
      .map(({ path, onDelete }) => ({ table: name as TableNames, field: path[0] ?? "", onDelete })),
  );
}

/**
 * Deletes a row and applies each referring table's rule: `restrict` refuses with 409, `null` clears the field, `cascade`
 * deletes. Soft-deleted rows refer like any other.
 */
export async function deleteCascading(ctx: MutationCtx, table: TableNames, id: string, tenant: unknown): Promise<void> {
  await releaseReferrers(ctx, referrersOf(table), id, tenant);
  await deleteRow(ctx, table, id);
}

/**
 * Applies the rules of `referrers` to what refers to a row that goes, to the trash or for good: `restrict` refuses with 409,
 * by `code`.
 */
export async function releaseReferrers(
  ctx: MutationCtx,
  referrers: readonly Referrer[],
  id: string,
  tenant: unknown,
  code: ProblemCode = "in_use",
): Promise<void> {
  await assertUnrestricted(ctx, referrers, id, tenant, code);
  const budget = { rows: batchRows, bytes: batchBytes };
  for (const referrer of referrers.filter(({ onDelete }) => onDelete !== "restrict")) {
    await applyOrResume(ctx, referrer, id, tenant, budget);
  }
}

async function assertUnrestricted(
  ctx: MutationCtx,
  referrers: readonly Referrer[],
  id: string,
  tenant: unknown,
  code: ProblemCode = "in_use",
): Promise<void> {
  for (const referrer of referrers.filter(({ onDelete }) => onDelete === "restrict")) {
    if ((await referringRows(ctx, referrer, id, tenant).take(1)).length > 0) {
      throw new ProblemError(code, `Rows of ${referrer.table} refer to it by ${referrer.field}.`);
    }
  }
}

async function applyOrResume(ctx: MutationCtx, referrer: Referrer, id: string, tenant: unknown, budget: Budget) {
  if (await applyRule(ctx, referrer, id, tenant, budget)) return;
  await ctx.scheduler.runAfter(0, resumeReference, { ...referrer, id, tenant: tenant ?? null });
}

/** True once nothing refers by the rule any more, false where the budget ends before. */
async function applyRule(
  ctx: MutationCtx,
  referrer: Referrer,
  id: string,
  tenant: unknown,
  budget: Budget,
): Promise<boolean> {
  const isSpent = () => budget.rows <= 0 || budget.bytes <= 0;
  for (;;) {
    const found: string[] = [];
    let isMore = false;
    for await (const row of referringRows(ctx, referrer, id, tenant)) {
      isMore = found.length === rowsAtOnce || isSpent();
      if (isMore) break;
      budget.rows -= 1;
      budget.bytes -= getDocumentSize(row);
      found.push(row._id);
    }
    for (const row of found) {
      if (referrer.onDelete !== "cascade")
        await untypedDatabase(ctx).patch(referrer.table, row, { [referrer.field]: undefined });
      else if (!(await deleteReferring(ctx, referrer.table, row, tenant, budget))) return false;
    }
    if (!isMore) return true;
    if (isSpent()) return false;
  }
}

/** Deletes a referring row once nothing refers to it, so that a cascade that is cut short leaves no row that refers to none. */
async function deleteReferring(
  ctx: MutationCtx,
  table: TableNames,
  id: string,
  tenant: unknown,
  budget: Budget,
): Promise<boolean> {
  const referrers = referrersOf(table);
  await assertUnrestricted(ctx, referrers, id, tenant);
  for (const referrer of referrers.filter(({ onDelete }) => onDelete !== "restrict")) {
    if (!(await applyRule(ctx, referrer, id, tenant, budget))) return false;
  }
  await deleteRow(ctx, table, id);
  return true;
}

/** Rows and bytes that one batch of a purge deletes at most, far below what Convex lets a transaction read and write. */
const purgedRows = 200;
const purgedBytes = 2 * 1024 * 1024;

/** What one batch of a purge deleted, or let go where rows outlive their organization: up to `table` all tables are empty now, and where it `isDone` the others are as well. */
interface PurgedBatch {
  readonly table: TableNames | undefined;
  readonly deleted: number;
  readonly isDone: boolean;
}

/**
 * Deletes a batch of an organization's rows, those of one table before those that they refer to; all but `keptId`. Rows that
 * outlive it only stop belonging to it. Nothing is audited: one row tells of the whole purge.
 */
export async function deleteTenantRows(
  ctx: MutationCtx,
  organizationId: Id<"organizations">,
  keptId: string,
): Promise<PurgedBatch> {
  const database = untypedDatabase(ctx);
  let [deleted, bytes] = [0, 0];
  let last: TableNames | undefined;
  for (const [table, index, outlivesTenant] of tablesOfTenants()) {
    const found: string[] = [];
    const isFull = () => deleted + found.length >= purgedRows || bytes >= purgedBytes;
    // Convex takes one paginated query a transaction, and these are as many as there are tables.
    for await (const row of database.query(table).withIndex(index, (q) => q.eq("organizationId", organizationId))) {
      if (row._id === keptId) continue;
      found.push(row._id);
      bytes += getDocumentSize(row);
      if (isFull()) break;
    }
    const wasLast = isFull();
    for (const id of found) {
      if (outlivesTenant === undefined) await deleteRow(ctx, table, id);
      else await database.patch(table, id, { organizationId: undefined, [outlivesTenant]: organizationId });
    }
    deleted += found.length;
    if (found.length > 0) last = table;
    if (wasLast) return { table, deleted, isDone: false };
  }
  return { table: last, deleted, isDone: true };
}

/**
 * Every table whose rows belong to an organization or may, with an index that finds them. Those that refer to others come first, so
 * that what a purge has not reached yet refers to nothing that is gone; tables that refer to each other go by their names.
 */
function tablesOfTenants(): readonly (readonly [
  table: TableNames,
  index: string,
  outlivesTenant: string | undefined,
])[] {
  const waiting = new Map<string, TableMetadata>(
    Object.entries(tableMetadata).filter(([, { tenant }]) => tenant !== "none"),
  );
  const ordered: [TableNames, string, string | undefined][] = [];
  while (waiting.size > 0) {
    const names = [...waiting.keys()];
    const isReferredTo = (name: string) =>
      names.some((other) => other !== name && waiting.get(other)?.references.some(({ table }) => table === name));
    const name = names.find((candidate) => !isReferredTo(candidate)) ?? names[0] ?? "";
    const { indexes = {}, outlivesTenant } = waiting.get(name) ?? {};
    const index = Object.keys(indexes).find((known) => indexes[known]?.[0] === "organizationId");
    if (index === undefined) throw new Error(`${name} has no index that begins with organizationId.`);
    ordered.push([name as TableNames, index, outlivesTenant]);
    waiting.delete(name);
  }
  return ordered;
}

/** Continues a cascade that was larger than one batch. */
export const resume = internalMutation({
  args: {
    table: v.string(),
    field: v.string(),
    onDelete: v.string(),
    id: v.string(),
    tenant: v.union(v.string(), v.null()),
  },
  returns: v.null(),
  handler: async (ctx, { table, field, onDelete, id, tenant }) => {
    const referrer = referrersOf(targetOf(table, field)).find(
      (known) => known.table === table && known.field === field,
    );
    if (!referrer || referrer.onDelete !== onDelete) throw new Error(`No rule for ${table}.${field} is declared.`);
    // A row that was taken out of the trash meanwhile keeps what refers to it since.
    const row = await untypedDatabase(ctx).get(id);
    if (!row || row["deletedAt"] !== undefined)
      await applyOrResume(ctx, referrer, id, tenant ?? undefined, { rows: batchRows, bytes: batchBytes });
    return null;
  },
});

function targetOf(table: string, field: string): TableNames {
  const metadata = Object.entries(tableMetadata).find(([name]) => name === table)?.[1] as TableMetadata | undefined;
  const target = metadata?.references.find(({ path }) => path.length === 1 && path[0] === field)?.table;
  if (target === undefined) throw new Error(`${table}.${field} is no reference.`);
  return target as TableNames;
}

/** The referring rows, by the shortest index that reaches the field; without one, over the tenant's rows. */
function referringRows(
  ctx: MutationCtx,
  { table, field }: Pick<Referrer, "table" | "field">,
  id: string,
  tenant: unknown,
) {
  const metadata: TableMetadata = tableMetadata[table];
  const database = untypedDatabase(ctx);
  const indexes = Object.entries(metadata.indexes).filter(
    ([, fields]) => metadata.tenant === "none" || fields[0] === "organizationId",
  );
  const direct = indexes.find(([, fields]) => fields.filter((name) => name !== "organizationId")[0] === field);
  if (direct) return database.query(table).withIndex(direct[0], tenantPrefix(metadata, direct[1], tenant, field, id));
  const scan = indexes[0];
  const rows = scan
    ? database.query(table).withIndex(scan[0], tenantPrefix(metadata, scan[1], tenant, undefined, id))
    : database.query(table);
  return rows.filter((q) => q.eq(q.field(field), id));
}

function tenantPrefix(
  metadata: TableMetadata,
  fields: readonly string[],
  tenant: unknown,
  field: string | undefined,
  id: string,
) {
  return (q: UntypedRange) => {
    const scoped = metadata.tenant !== "none" && fields[0] === "organizationId" ? q.eq("organizationId", tenant) : q;
    return field === undefined ? scoped : scoped.eq(field, id);
  };
}
