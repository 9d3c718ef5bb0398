import { ownerStanding } from "../access/keyOwner";
import { actingUser } from "../access/caller";
import { everyRow, holdersOf, rowReachOf } from "../access/reach";
import { standingOf } from "../access/standing";
import { findClaimedOrganization, findOrganization } from "../access/tenant";
import { countRows } from "./counting";
import { isAssigned } from "./assignedRows";
import { reachedPage } from "./reachedPages";
import { typedRange, untypedRange } from "./untypedDatabase";
import { quotaUses } from "./quotas";
import type { QuotaUse } from "./quotas";
import type { Holder, RowReach } from "../access/reach";
import type { Assignment } from "./assignedRows";
import type { Count, Countable, CountLimits } from "./counting";
import type { TenantTable } from "./documents";
import type { ReachedList, ReachedPage } from "./reachedPages";
import type { Permission } from "../access/permissions";
import type { Scope } from "./scope";
import type { Tenant } from "../access/tenant";
import type { DataModel, Doc, Id, TableNames } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";
import type {
  IndexNames,
  IndexRange,
  IndexRangeBuilder,
  NamedIndex,
  NamedTableInfo,
  PaginationResult,
  Query,
} from "convex/server";

const noRights: ReadonlySet<string> = new Set();

type TableInfo<Table extends TableNames> = NamedTableInfo<DataModel, Table>;

/** Reads rows of the caller's organization only: a foreign row does not exist here. */
export class TenantReader {
  constructor(
    protected readonly ctx: QueryCtx,
    protected readonly scope: Scope & { readonly tenant: Tenant },
  ) {}

  /** The organization that every read and write is bound to. */
  get organizationId(): Id<"organizations"> {
    return this.scope.tenant.organization._id;
  }

  /** The row of `id`, or null if it is missing, malformed, of another table or of another organization. */
  async get<Table extends TenantTable>(table: Table, id: string): Promise<Doc<Table> | null> {
    const normalized = this.ctx.db.normalizeId(table, id);
    const row = normalized && (await this.ctx.db.get(table, normalized));
    return row && tenantOf(row) === this.organizationId ? row : null;
  }

  /** The text as an id of the table, whether or not a row has it, or null if it is none. */
  idOf<Table extends TableNames>(table: Table, text: string): Id<Table> | null {
    return this.ctx.db.normalizeId(table, text);
  }

  /** A query over `index` within the organization; `range` continues after `organizationId`. */
  index<Table extends TenantTable, Index extends IndexNames<TableInfo<Table>>>(
    table: Table,
    index: Index,
    range: (q: TenantRange<Table, Index>) => IndexRange = (q) => q,
  ): Query<TableInfo<Table>> {
    return this.ctx.db.query(table).withIndex(index, (q) => range(tenantRange<Table, Index>(q, this.organizationId)));
  }

  /** How many rows of a kind the organization has, counted up to the limits. */
  count(countable: Countable, limits: CountLimits): Promise<Count> {
    return countRows(this.ctx, this.organizationId, countable, limits);
  }

  /** How much of every quota the organization uses, and how much it has. */
  quotaUses(): Promise<Record<string, QuotaUse>> {
    return quotaUses(this.ctx, this.scope.tenant.organization, this.scope.now);
  }

  /** One full page of the rows that `reach` leaves to the caller, where it does not leave all. */
  async reached<Table extends TenantTable>(
    table: Table,
    list: Pick<ReachedList, "options" | "ways" | "reach" | "input">,
    { cursor, limit }: { readonly cursor: string | undefined; readonly limit: number },
  ): Promise<PaginationResult<Doc<Table>>> {
    const { organizationId } = this;
    const person = actingUser(this.scope.caller);
    const { page, ...rest } = await reachedPage(this.ctx, [{ ...list, table, organizationId, person }], cursor, limit);
    return asPageOf<Table>({ ...rest, page: page.map(({ row }) => row) });
  }

  /**
   * One full page of what is assigned to a team or a client, over several tables in the order of their creation, newest first. Every
   * way of a table is a list of its own, since the index that answers it goes on by the time of creation only behind its field.
   * @throws {ProblemError} 400 for a cursor of another list
   */
  assignedTo(
    { table: to, id }: Pick<Holder, "table" | "id">,
    assigned: readonly { readonly table: TenantTable; readonly ways: readonly Assignment[] }[],
    { cursor, limit }: { readonly cursor: string | undefined; readonly limit: number },
  ): Promise<ReachedPage> {
    const reach = { ...everyRow, every: false, assigned: true, holders: [{ table: to, id, rights: noRights }] };
    const { organizationId } = this;
    const lists = assigned.flatMap(({ table, ways }) =>
      ways.map((way): ReachedList => {
        const options = { filters: [way.field] };
        const input = way.through ? {} : { [way.field]: id };
        return { table, options, ways: [way], reach, organizationId, person: undefined, input };
      }),
    );
    return reachedPage(this.ctx, lists, cursor, limit);
  }

  /** How far another permission than the operation's own reaches, or undefined without it. */
  reachOf(permission: Permission): Promise<RowReach | undefined> {
    const { caller, tenant } = this.scope;
    return rowReachOf(this.ctx, caller, tenant, permission);
  }

  /** True if a row of this organization is assigned to one of the teams and clients of `reach`. */
  isAssigned(ways: readonly Assignment[], row: object, reach: RowReach): Promise<boolean> {
    return isAssigned(this.ctx, this.organizationId, ways, row, reach);
  }

  /** The teams and clients that the caller belongs to, with the rights of the caller's role in each; none for a machine. */
  async holders(): Promise<readonly Holder[]> {
    const { caller } = this.scope;
    return caller.kind === "user" ? this.holdersOf(caller.user._id) : [];
  }

  /** The same of another member. */
  holdersOf(userId: Id<"users">): Promise<readonly Holder[]> {
    return holdersOf(this.ctx, this.organizationId, userId);
  }
}

/** The page's rows were read from this table. */
function asPageOf<Table extends TenantTable>(page: object): PaginationResult<Doc<Table>> {
  return page as PaginationResult<Doc<Table>>;
}

type TenantRange<Table extends TableNames, Index extends IndexNames<TableInfo<Table>>> = IndexRangeBuilder<
  Doc<Table>,
  NamedIndex<TableInfo<Table>, Index>,
  1
>;

/** The schema test guarantees that every index of a tenant table reachable from here begins with `organizationId`. */
function tenantRange<Table extends TenantTable, Index extends IndexNames<TableInfo<Table>>>(
  q: IndexRangeBuilder<Doc<Table>, NamedIndex<TableInfo<Table>, Index>>,
  organizationId: Id<"organizations">,
): TenantRange<Table, Index> {
  return typedRange<TenantRange<Table, Index>>(untypedRange(q).eq("organizationId", organizationId));
}

/** The organization that a row says it belongs to. */
export function tenantOf(row: object): unknown {
  return "organizationId" in row ? row.organizationId : undefined;
}

/** Reads past the tenant: for identities, organizations and built-in roles, in operations that say why. */
export class UnscopedReader {
  constructor(protected readonly ctx: QueryCtx) {}

  /** The row of `id`, or null if it is missing, malformed or of another table. */
  async get<Table extends TableNames>(table: Table, id: string): Promise<Doc<Table> | null> {
    const normalized = this.ctx.db.normalizeId(table, id);
    return normalized && this.ctx.db.get(table, normalized);
  }

  /** Convex's own query over every row of a table, whatever its organization, deleted rows included. */
  query<Table extends TableNames>(table: Table) {
    return this.ctx.db.query(table);
  }

  /** The organization with this id or slug, deleted ones included. */
  organization(name: string): Promise<Doc<"organizations"> | null> {
    return findOrganization(this.ctx, name);
  }

  /** The organization that a token's claim names, by id or external id, deleted ones included. */
  claimedOrganization(claim: string): Promise<Doc<"organizations"> | null> {
    return findClaimedOrganization(this.ctx, claim);
  }

  /** What the role of a membership is worth. */
  standingOf(membership: Pick<Doc<"memberships">, "roleKey" | "roleId">) {
    return standingOf(this.ctx, membership);
  }

  /** What an API key may do at most, or why it is suspended. */
  ownerStanding(apiKey: Doc<"apiKeys">, now: number) {
    return ownerStanding(this.ctx, apiKey, now);
  }
}
