import { reachOf } from "../access/rights";
import { applyPlan, defaultPageSize, planList } from "../records/listPlan";
import { ProblemError } from "../wire/errors";
import type { PageInput, TenantQueryContext } from "../operations/declaration";
import type { TenantTable } from "../records/documents";
import type { Assignment } from "../records/assignedRows";
import type { ListOptions } from "../records/listPlan";
import type { TenantReader, UnscopedReader } from "../records/reader";
import type { Doc, TableNames } from "../../_generated/dataModel";
import type { DocumentByInfo, GenericTableInfo, OrderedQuery, PaginationResult } from "convex/server";

interface ReachedResource<Table extends TenantTable> {
  readonly table: Table;
  readonly permissions: string;
  readonly assigned?: readonly Assignment[] | undefined;
}

/**
 * One page of a resource's rows as they are stored, of those that the call reaches: plan → index → one `.paginate()`, or a merge of
 * ranges where it does not reach all.
 * @throws {ProblemError} 400 for filters that no index answers
 */
export async function storedRows<Table extends TenantTable>(
  ctx: TenantQueryContext,
  { table, permissions, assigned = [] }: ReachedResource<Table>,
  options: ListOptions,
  input: PageInput & object,
): Promise<PaginationResult<Doc<Table>>> {
  const asked: Readonly<Record<string, unknown>> = { ...input };
  if (asked["deleted"] === "only" && reachOf(ctx.tenant.rights, `${permissions}:delete`) === undefined) {
    throw new ProblemError("forbidden", `Listing the trash needs the permission ${permissions}:delete.`);
  }
  if (!ctx.reach.every) {
    const list = { options, ways: assigned, reach: ctx.reach, input: asked };
    return ctx.db.reached(table, list, { cursor: input.cursor, limit: input.limit ?? defaultPageSize });
  }
  const plan = planList(table, options, asked);
  return paginate(ctx.db, table, plan, input);
}

async function paginate<Table extends TenantTable>(
  db: TenantReader,
  table: Table,
  plan: ReturnType<typeof planList>,
  input: PageInput,
): Promise<PaginationResult<Doc<Table>>> {
  return pageOf(db.index(table, indexOf(plan.index), (q) => applyPlan(plan, q)).order(plan.order), input);
}

/** One page of a table of the deployment itself. @throws {ProblemError} 400 for filters that no index answers */
export async function globalRows<Table extends TableNames>(
  { unscoped }: { readonly unscoped: UnscopedReader },
  table: Table,
  options: ListOptions,
  input: PageInput & object,
): Promise<PaginationResult<Doc<Table>>> {
  const plan = planList(table, options, { ...input });
  const rows = unscoped.query(table).withIndex(indexOf(plan.index), (q) => applyPlan(plan, q));
  return pageOf(rows.order(plan.order), input);
}

/** One page of an ordered query: one `.paginate()`. @throws {ProblemError} 400 for a cursor of another list */
export async function pageOf<Info extends GenericTableInfo>(
  query: OrderedQuery<Info>,
  { cursor, limit }: PageInput,
): Promise<PaginationResult<DocumentByInfo<Info>>> {
  try {
    return await query.paginate({ cursor: cursor ?? null, numItems: limit ?? defaultPageSize });
  } catch (error) {
    // Convex binds a cursor to its whole query, the tenant included, and refuses any other.
    if (cursor !== undefined && /cursor/i.test(String(error))) {
      throw new ProblemError("invalid_cursor", "The cursor belongs to another list, or is none.");
    }
    throw error;
  }
}

/** `planList` names an index from the table's own metadata. */
function indexOf(name: string): never {
  return name as never;
}
