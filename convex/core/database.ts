import { appendAudit, auditedValues, changedFields, changesBetween } from "./audit";
import { deleteCascading } from "./cascades";
import { defined } from "./documents";
import { ProblemError } from "./errors";
import { ownerStanding } from "./keyOwner";
import { noStanding, standingOf } from "./standing";
import { tableFacts } from "./tableFacts";
import { findClaimedOrganization, findOrganization } from "./tenant";
import type { AuditEntry, RequestOrigin } from "./audit";
import type { Caller } from "./caller";
import type { TenantTable } from "./documents";
import type { TableFacts } from "./facts";
import type { Tenant } from "./tenant";
import type { DataModel, Doc, Id, TableNames } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import type {
  IndexNames,
  IndexRange,
  IndexRangeBuilder,
  NamedIndex,
  NamedTableInfo,
  Query,
  WithoutSystemFields,
} from "convex/server";

type TableInfo<Table extends TableNames> = NamedTableInfo<DataModel, Table>;
type EngineOwned = "organizationId" | "createdAt" | "createdBy" | "updatedAt" | "deletedAt";
type Values<Table extends TableNames> = WithoutSystemFields<Doc<Table>>;
/** What a caller of `insert` provides; the engine fills the tenant, the author and the times. */
export type NewValues<Table extends TableNames> = Omit<Values<Table>, EngineOwned & keyof Values<Table>> &
  Partial<Pick<Values<Table>, "createdBy" & keyof Values<Table>>> &
  (Table extends "agentApiLogs" | "auditLogs" ? Pick<Values<Table>, "createdAt" & keyof Values<Table>> : unknown);
/** Changed fields; undefined clears an optional one. */
export type Changes<Table extends TableNames> = Partial<{ [F in keyof Values<Table>]: Values<Table>[F] | undefined }>;

/** Everything the engine's writes need to know of the call they belong to. */
export interface Scope {
  readonly caller: Caller;
  readonly tenant: Tenant | undefined;
  readonly origin: RequestOrigin;
  readonly now: number;
  /** What the running operation works on. */
  readonly noun: string;
  /** Its audit action for rows of `noun`, `<noun>.<verb>`; rows of other tables are audited as `<noun>.<create|update|…>`. */
  readonly action: string;
  /** False when another record tells of the operation: its writes leave no audit rows. */
  readonly isAudited: boolean;
}

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

  /** A query over `index` within the organization; `range` continues after `organizationId`. */
  index<Table extends TenantTable, Index extends IndexNames<TableInfo<Table>>>(
    table: Table,
    index: Index,
    range: (q: TenantRange<Table, Index>) => IndexRange = (q) => q,
  ): Query<TableInfo<Table>> {
    return this.ctx.db.query(table).withIndex(index, (q) => range(tenantRange<Table, Index>(q, this.organizationId)));
  }
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
  const prefixed = q as unknown as { eq(field: string, value: string): TenantRange<Table, Index> };
  return prefixed.eq("organizationId", organizationId);
}

function tenantOf(row: object): unknown {
  return "organizationId" in row ? row.organizationId : undefined;
}

/**
 * The write phases of every operation, in order: uniqueness → write → cascade → audit. References are checked before,
 * on the input; rules and denormalized fields belong to the resource.
 */
export class RowWriter {
  constructor(
    protected readonly ctx: MutationCtx,
    protected readonly scope: Scope,
  ) {}

  /** Inserts a row with its base fields and its audit row. Throws 409 when it is not unique. */
  async insert<Table extends TableNames>(
    table: Table,
    values: NewValues<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ): Promise<Doc<Table>> {
    const facts: TableFacts = tableFacts[table];
    const row = this.withBaseFields<Table>(facts, values);
    await this.assertUnique(table, facts.unique, row, undefined);
    const id = await this.ctx.db.insert(table, row);
    const stored = storedRow<Table>(row, id);
    if (this.audits(facts)) await this.audit(table, "create", stored, auditedValues(table, row), auditMetadata);
    return stored;
  }

  /** Changes fields of a row; nothing is written when nothing differs. Throws 409 when it would not be unique. */
  async patch<Table extends TableNames>(
    table: Table,
    row: Doc<Table>,
    changes: Changes<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ): Promise<Doc<Table>> {
    return this.change(table, row, changes, "update", auditMetadata);
  }

  /**
   * Marks a row as deleted, with the `changes` that go with it; it leaves every default list and can be restored. Throws
   * 409 when it is deleted already.
   */
  async softDelete<Table extends TableNames>(
    table: Table,
    row: Doc<Table>,
    changes?: Changes<Table>,
  ): Promise<Doc<Table>> {
    if (deletedAtOf(row) !== undefined) throw new ProblemError("already_deleted", "It is in the trash already.");
    return this.change(table, row, { ...changes, ...deletedAtChange<Table>(this.scope.now) }, "delete");
  }

  /** Takes a row out of the trash, with other changes if given; uniqueness is checked again. Throws 409 when it is not deleted. */
  async restore<Table extends TableNames>(table: Table, row: Doc<Table>, also?: Changes<Table>): Promise<Doc<Table>> {
    if (deletedAtOf(row) === undefined) throw new ProblemError("not_deleted", "It is not in the trash.");
    return this.change(table, row, { ...also, ...deletedAtChange<Table>(undefined) }, "restore");
  }

  /** Deletes a row for good, with what refers to it. Throws 409 when a restricting row refers to it. */
  async purge<Table extends TableNames>(table: Table, row: Doc<Table>): Promise<void> {
    await deleteCascading(this.ctx, table, row._id, tenantOf(row));
    if (this.audits(tableFacts[table])) await this.audit(table, "purge", row, auditedValues(table, row));
  }

  /** Appends an audit row that no write of a row implies. */
  async appendAudit(entry: AuditEntry): Promise<void> {
    const { caller, tenant, origin, now } = this.scope;
    await appendAudit(this.ctx, caller, tenant?.organization, origin, entry, now);
  }

  private async change<Table extends TableNames>(
    table: Table,
    row: Doc<Table>,
    changes: Changes<Table>,
    operation: "update" | "delete" | "restore",
    metadata?: Readonly<Record<string, unknown>>,
  ): Promise<Doc<Table>> {
    const facts: TableFacts = tableFacts[table];
    const differing = changedFields(row, changes);
    if (differing.length === 0) return row;
    const stamped = facts.base === "CU" || facts.base === "CUD" ? { ...changes, updatedAt: this.scope.now } : changes;
    const next = { ...row, ...stamped };
    // A row that keeps the fields of a rule, and was under it, is as unique as before.
    const leftTrash = differing.includes("deletedAt");
    const rules = facts.unique.filter(({ fields }) => leftTrash || fields.some((field) => differing.includes(field)));
    await this.assertUnique(table, rules, next, row._id);
    await patchRow(this.ctx, table, row._id, stamped);
    if (this.audits(facts)) {
      const audited = operation === "delete" ? auditedValues(table, row) : changesBetween(table, row, next, differing);
      await this.audit(table, operation, row, audited, metadata);
    }
    return storedRow<Table>(next, row._id);
  }

  private async assertUnique(table: TableNames, rules: TableFacts["unique"], row: object, ownId: string | undefined) {
    if (rules.length === 0 || deletedAtOf(row) !== undefined) return;
    const facts: TableFacts = tableFacts[table];
    const values = new Map<string, unknown>(Object.entries(row));
    for (const { fields, index, code, includesTrash, nameIn } of rules) {
      const named = fields.filter((field) => field !== "organizationId");
      if (named.some((field) => values.get(field) === undefined)) continue;
      const others = [...(await takeByIndex(this.ctx, table, index, facts.indexes[index] ?? [], values))];
      for (const otherIndex of nameIn ?? []) others.push(...(await this.namesakes(table, otherIndex, values, named)));
      const isId = nameIn !== undefined && named.some((field) => this.isIdOf(table, values.get(field)));
      if (isId || others.some((other) => other._id !== ownId && (includesTrash || deletedAtOf(other) === undefined))) {
        const message = isId
          ? `The ${named.join(", ")} has the form of an id, which could be another ${facts.noun}'s.`
          : `Another ${facts.noun} has the same ${named.join(", ")}${nameIn ? ", or this name in another field" : ""}.`;
        const errors = named.map((field) => ({ pointer: `/${field}`, code, message }));
        throw new ProblemError(code, message, errors);
      }
    }
  }

  /** Rows that bear the text of a rule's field in the field of another index. */
  private async namesakes(
    table: TableNames,
    index: string,
    values: ReadonlyMap<string, unknown>,
    [field = ""]: readonly string[],
  ) {
    const facts: TableFacts = tableFacts[table];
    const [otherField = ""] = facts.indexes[index] ?? [];
    return takeByIndex(this.ctx, table, index, [otherField], new Map([[otherField, values.get(field)]]));
  }

  private isIdOf(table: TableNames, value: unknown): boolean {
    return typeof value === "string" && this.ctx.db.normalizeId(table, value) !== null;
  }

  private withBaseFields<Table extends TableNames>(facts: TableFacts, values: object): Values<Table> {
    const { now, tenant } = this.scope;
    const createdBy = actingUser(this.scope.caller);
    return newRow<Table>({
      ...(facts.base === "" ? {} : { createdAt: now, ...(createdBy === undefined ? {} : { createdBy }) }),
      ...(facts.base === "CU" || facts.base === "CUD" ? { updatedAt: now } : {}),
      ...defined(values),
      ...(facts.tenant && tenant ? { organizationId: tenant.organization._id } : {}),
    });
  }

  private audits({ audited }: TableFacts): boolean {
    return audited && this.scope.isAudited;
  }

  private async audit<Table extends TableNames>(
    table: Table,
    operation: "create" | "update" | "delete" | "restore" | "purge",
    row: Doc<Table>,
    changes: unknown,
    metadata?: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { noun } = tableFacts[table];
    const action = this.scope.noun === noun ? this.scope.action : `${noun}.${operation}`;
    const entry: AuditEntry = { action, operation, tableName: table, recordId: row._id, changes, metadata };
    const { caller, tenant, origin, now } = this.scope;
    const organization = tenant?.organization ?? (isOrganization(table, row) ? row : undefined);
    await appendAudit(this.ctx, caller, organization, origin, entry, now);
  }
}

/** Reads and writes of one organization: the only database most handlers ever see. */
export class TenantWriter extends TenantReader {
  private readonly writer: RowWriter;

  constructor(ctx: MutationCtx, scope: Scope & { readonly tenant: Tenant }) {
    super(ctx, scope);
    this.writer = new RowWriter(ctx, scope);
  }

  insert<Table extends TenantTable>(
    table: Table,
    values: NewValues<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ) {
    return this.writer.insert(table, values, auditMetadata);
  }
  patch<Table extends TenantTable>(
    table: Table,
    row: Doc<Table>,
    changes: Changes<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ) {
    return this.writer.patch(table, this.own(row), changes, auditMetadata);
  }
  softDelete<Table extends TenantTable>(table: Table, row: Doc<Table>, changes?: Changes<Table>) {
    return this.writer.softDelete(table, this.own(row), changes);
  }
  restore<Table extends TenantTable>(table: Table, row: Doc<Table>, also?: Changes<Table>) {
    return this.writer.restore(table, this.own(row), also);
  }
  purge<Table extends TenantTable>(table: Table, row: Doc<Table>) {
    return this.writer.purge(table, this.own(row));
  }
  appendAudit(entry: AuditEntry) {
    return this.writer.appendAudit(entry);
  }

  /** A row read past this database must not be written through it. */
  private own<Table extends TenantTable>(row: Doc<Table>): Doc<Table> {
    if (tenantOf(row) !== this.organizationId) throw new Error("A row of another organization reached a tenant write.");
    return row;
  }
}

/** Reads past the tenant: for identities, organizations and built-in roles, in operations that say why. */
export class UnscopedReader {
  constructor(protected readonly ctx: QueryCtx) {}

  /** The row of `id`, or null if it is missing, malformed or of another table. */
  async get<Table extends TableNames>(table: Table, id: string): Promise<Doc<Table> | null> {
    const normalized = this.ctx.db.normalizeId(table, id);
    return normalized && this.ctx.db.get(table, normalized);
  }

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
  standingOf(membership: Doc<"memberships">) {
    return standingOf(this.ctx, membership);
  }

  /** What an API key may do at most, or why it is suspended. */
  ownerStanding(apiKey: Doc<"apiKeys">, now: number) {
    return ownerStanding(this.ctx, apiKey, now);
  }
}

/** Writes past the tenant, with the same phases. */
export class UnscopedWriter extends RowWriter {
  readonly reader: UnscopedReader;

  constructor(ctx: MutationCtx, scope: Scope) {
    super(ctx, scope);
    this.reader = new UnscopedReader(ctx);
  }

  get<Table extends TableNames>(table: Table, id: string) {
    return this.reader.get(table, id);
  }
  query<Table extends TableNames>(table: Table) {
    return this.reader.query(table);
  }

  organization(name: string) {
    return this.reader.organization(name);
  }
  standingOf(membership: Doc<"memberships">) {
    return this.reader.standingOf(membership);
  }
  ownerStanding(apiKey: Doc<"apiKeys">, now: number) {
    return this.reader.ownerStanding(apiKey, now);
  }

  /** The same writes on behalf of `caller`, for the call that turns a token into a user. */
  as(caller: Caller): UnscopedWriter {
    return new UnscopedWriter(this.ctx, { ...this.scope, caller });
  }

  /** Writes of one organization, for calls that run in none: its creator's first membership, a leaving user's last one. */
  within(organization: Doc<"organizations">): TenantWriter {
    const tenant = { organization, membership: undefined, ...noStanding };
    return new TenantWriter(this.ctx, { ...this.scope, tenant });
  }
}

/** The user a write is attributed to: the caller, or the owner of the API key. */
export function actingUser(caller: Caller): Id<"users"> | undefined {
  if (caller.kind === "user") return caller.user._id;
  return caller.kind === "apiKey" ? caller.apiKey.ownerId : undefined;
}

function isOrganization(table: TableNames, row: object): row is Doc<"organizations"> {
  return table === "organizations" && "settings" in row;
}

function deletedAtOf(row: object): unknown {
  return "deletedAt" in row ? row.deletedAt : undefined;
}

async function takeByIndex(
  ctx: MutationCtx,
  table: TableNames,
  index: string,
  fields: readonly string[],
  values: ReadonlyMap<string, unknown>,
): Promise<readonly { _id: string }[]> {
  interface UntypedRange {
    eq(field: string, value: unknown): UntypedRange;
  }
  interface UntypedQuery {
    withIndex(
      name: string,
      range: (q: UntypedRange) => UntypedRange,
    ): { take(count: number): Promise<{ _id: string }[]> };
  }
  // Index and fields come from the generated facts of the same table, so the untyped call names what exists.
  const query = ctx.db.query(table) as unknown as UntypedQuery;
  return query.withIndex(index, (q) => fields.reduce((range, field) => range.eq(field, values.get(field)), q)).take(2);
}

/** `values` were typed as the table's new values and the base fields come from its facts; Convex validates the whole. */
function newRow<Table extends TableNames>(row: object): Values<Table> {
  return row as Values<Table>;
}

/** A row as just written; only `_creationTime`, which no operation shows, is not known without reading it again. */
function storedRow<Table extends TableNames>(row: object, id: Id<Table>): Doc<Table> {
  return { ...defined(row), _id: id } as Doc<Table>;
}

/** `changes` are a partial of the table's values plus `updatedAt`: what Convex's `patch` takes for that table. */
function patchRow(ctx: MutationCtx, table: TableNames, id: string, changes: object): Promise<void> {
  const database = ctx.db as unknown as { patch(table: string, id: string, changes: object): Promise<void> };
  return database.patch(table, id, changes);
}

/** Only tables of base D reach `softDelete` and `restore`: the resource refuses the operations elsewhere. */
function deletedAtChange<Table extends TableNames>(deletedAt: number | undefined): Changes<Table> {
  const change: { deletedAt: number | undefined } = { deletedAt };
  return change as Changes<TableNames> as Changes<Table>;
}
