import { actorOf, appendAudit, auditedValues, changedFields, changesBetween } from "./audit";
import { deleteCascading, referrersOf, releaseReferrers } from "./cascades";
import { definedOf } from "./documents";
import { deliver, eventOf, noteWebhooks, publish, publishWrite } from "./events";
import { deleteRow, keepFileUse } from "./fileUse";
import { keepUsage } from "./quotas";
import { TenantReader, tenantOf, UnscopedReader } from "./reader";
import { untypedDatabase } from "./untypedDatabase";
import { actingUser } from "../access/caller";
import { noStanding } from "../access/standing";
import { tableMetadata } from "../schema/tableMetadata";
import { engineTables } from "../wire/engineTables";
import { ProblemError } from "../wire/errors";
import type { ProblemCode } from "../wire/problems";
import type { AuditEntry } from "./audit";
import type { TenantTable } from "./documents";
import type { EventOf, EventType } from "./events";
import type { Changes, NewValues, Scope, Values } from "./scope";
import type { Caller } from "../access/caller";
import type { Tenant } from "../access/tenant";
import type { PlainEvent, TableMetadata } from "../schema/table";
import type { Doc, Id, TableNames } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";

/**
 * The write phases of every operation, in order: uniqueness → files → quotas → write → cascade → audit. References are checked before,
 * on the input; rules and denormalized fields belong to the resource.
 */
class RowWriter {
  constructor(
    private readonly ctx: MutationCtx,
    private readonly scope: Scope,
  ) {}

  /**
   * Inserts a row with its base fields and its audit row.
   * @throws {ProblemError} 409 when it is not unique, or its organization has no room for it; 429 when it has none today
   */
  async insert<Table extends TableNames>(
    table: Table,
    values: NewValues<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ): Promise<Doc<Table>> {
    const metadata: TableMetadata = tableMetadata[table];
    const row = this.withBaseFields<Table>(metadata, values);
    await this.assertUnique(table, metadata.unique, row, undefined);
    const id = await this.ctx.db.insert(table, row);
    const stored = storedRow<Table>(row, id);
    await keepFileUse(this.ctx, table, undefined, stored);
    await keepUsage(this.ctx, table, undefined, stored, this.scope.now);
    if (this.audits(metadata)) await this.audit(table, "create", stored, auditedValues(table, row), auditMetadata);
    if (table === engineTables.endpoints) await noteWebhooks(this.ctx, this.scope.tenant?.organization);
    await this.publishWrite(table, "created", undefined, stored);
    return stored;
  }

  /**
   * Changes fields of a row; nothing is written when nothing differs.
   * @throws {ProblemError} 409 when it would not be unique
   */
  async patch<Table extends TableNames>(
    table: Table,
    row: Doc<Table>,
    changes: Changes<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ): Promise<Doc<Table>> {
    return this.change(table, row, changes, "update", auditMetadata);
  }

  /** Writes fields that say nothing new of a row, such as when it was last seen: nobody is told, and `updatedAt` stays. */
  async touch<Table extends TableNames>(table: Table, row: Doc<Table>, changes: Changes<Table>): Promise<void> {
    await untypedDatabase(this.ctx).patch(table, row._id, changes);
  }

  /**
   * Marks a row as deleted, with the `changes` that go with it; it leaves every default list and can be restored.
   * @throws {ProblemError} 409 when it is deleted already
   */
  async softDelete<Table extends TableNames>(
    table: Table,
    row: Doc<Table>,
    changes?: Changes<Table>,
  ): Promise<Doc<Table>> {
    if (deletedAtOf(row) !== undefined) throw new ProblemError("already_deleted", "It is in the trash already.");
    return this.change(table, row, { ...changes, ...deletedAtChange<Table>(this.scope.now) }, "delete");
  }

  /**
   * Takes a row out of the trash, with other changes if given; uniqueness is checked again.
   * @throws {ProblemError} 409 when it is not deleted
   */
  async restore<Table extends TableNames>(table: Table, row: Doc<Table>, also?: Changes<Table>): Promise<Doc<Table>> {
    if (deletedAtOf(row) === undefined) throw new ProblemError("not_deleted", "It is not in the trash.");
    return this.change(table, row, { ...also, ...deletedAtChange<Table>(undefined) }, "restore");
  }

  /** Deletes a row for good, with what refers to it. @throws {ProblemError} 409 when a restricting row refers to it */
  async purge<Table extends TableNames>(table: Table, row: Doc<Table>): Promise<void> {
    await deleteCascading(this.ctx, table, row._id, tenantOf(row));
    if (this.audits(tableMetadata[table])) await this.audit(table, "purge", row, auditedValues(table, row));
    // What was in the trash was told of when it went there.
    if (deletedAtOf(row) === undefined) await this.publishWrite(table, "deleted", row, row);
  }

  /** Deletes for good a row that nothing refers to: no table is searched for what might. */
  async discard<Table extends TableNames>(table: Table, row: Doc<Table>): Promise<void> {
    await deleteRow(this.ctx, table, row._id);
    if (this.audits(tableMetadata[table])) await this.audit(table, "purge", row, auditedValues(table, row));
  }

  /** Does to what refers to a row what its purge would. @throws {ProblemError} 409, by `code`, when a restricting row does */
  async release<Table extends TableNames>(table: Table, row: Doc<Table>, code: ProblemCode | undefined): Promise<void> {
    await releaseReferrers(this.ctx, referrersOf(table), row._id, tenantOf(row), code);
  }

  /** Tells one endpoint of an event, whatever it wants. */
  async publishTo(
    { _id, organizationId }: Doc<"webhookEndpoints">,
    table: TableNames,
    type: EventType,
    row: object,
  ): Promise<Doc<"webhookDeliveries">> {
    const { now } = this.scope;
    return deliver(this.ctx, _id, eventOf(table, type, row, organizationId, now), now);
  }

  /** Publishes an event of a row that no write of it implies. */
  async publishEvent(table: TableNames, type: EventType, row: object, added?: object): Promise<void> {
    await publish(this.ctx, table, type, row, this.scope.now, added);
  }

  /** Appends an audit row that no write of a row implies. */
  async appendAudit(entry: AuditEntry): Promise<void> {
    const { caller, tenant, origin, now } = this.scope;
    await appendAudit(this.ctx, actorOf(caller), tenant?.organization, origin, entry, now);
  }

  private async publishWrite(table: TableNames, kind: PlainEvent, before: object | undefined, after: object) {
    const { now, tenant } = this.scope;
    await publishWrite(this.ctx, table, { kind, before, after }, tenant?.organization, now);
  }

  private async change<Table extends TableNames>(
    table: Table,
    row: Doc<Table>,
    changes: Changes<Table>,
    operation: "update" | "delete" | "restore",
    auditMetadata?: Readonly<Record<string, unknown>>,
  ): Promise<Doc<Table>> {
    const metadata: TableMetadata = tableMetadata[table];
    const differing = changedFields(row, changes);
    if (differing.length === 0) return row;
    const stamped =
      metadata.base === "CU" || metadata.base === "CUD" ? { ...changes, updatedAt: this.scope.now } : changes;
    const next = { ...row, ...stamped };
    // A row that keeps the fields of a rule, and was under it, is as unique as before.
    const leftTrash = differing.includes("deletedAt");
    const rules = metadata.unique.filter(
      ({ fields }) => leftTrash || fields.some((field) => differing.includes(field)),
    );
    await this.assertUnique(table, rules, next, row._id);
    await keepFileUse(this.ctx, table, row, next);
    await keepUsage(this.ctx, table, row, next, this.scope.now);
    await untypedDatabase(this.ctx).patch(table, row._id, stamped);
    if (this.audits(metadata)) {
      const audited = operation === "delete" ? auditedValues(table, row) : changesBetween(table, row, next, differing);
      await this.audit(table, operation, row, audited, auditMetadata);
    }
    const stored = storedRow<Table>(next, row._id);
    await this.publishWrite(table, eventKinds[operation], row, stored);
    return stored;
  }

  private async assertUnique(
    table: TableNames,
    rules: TableMetadata["unique"],
    row: object,
    ownId: string | undefined,
  ) {
    if (rules.length === 0 || deletedAtOf(row) !== undefined) return;
    const metadata: TableMetadata = tableMetadata[table];
    const values = new Map<string, unknown>(Object.entries(row));
    for (const { fields, index, code, includesTrash, nameIn } of rules) {
      const named = fields.filter((field) => field !== "organizationId");
      if (named.some((field) => values.get(field) === undefined)) continue;
      const others = [...(await takeByIndex(this.ctx, table, index, metadata.indexes[index] ?? [], values))];
      for (const otherIndex of nameIn ?? []) others.push(...(await this.namesakes(table, otherIndex, values, named)));
      const isId = nameIn !== undefined && named.some((field) => this.isIdOf(table, values.get(field)));
      if (isId || others.some((other) => other._id !== ownId && (includesTrash || deletedAtOf(other) === undefined))) {
        const message = isId
          ? `The ${named.join(", ")} has the form of an id, which could be another ${metadata.noun}'s.`
          : `Another ${metadata.noun} has the same ${named.join(", ")}${nameIn ? ", or this name in another field" : ""}.`;
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
    const metadata: TableMetadata = tableMetadata[table];
    const [otherField = ""] = metadata.indexes[index] ?? [];
    return takeByIndex(this.ctx, table, index, [otherField], new Map([[otherField, values.get(field)]]));
  }

  private isIdOf(table: TableNames, value: unknown): boolean {
    return typeof value === "string" && this.ctx.db.normalizeId(table, value) !== null;
  }

  private withBaseFields<Table extends TableNames>(metadata: TableMetadata, values: object): Values<Table> {
    const { now, tenant } = this.scope;
    const createdBy = actingUser(this.scope.caller);
    return newRow<Table>({
      ...(metadata.base === "" ? {} : { createdAt: now, ...(createdBy === undefined ? {} : { createdBy }) }),
      ...(metadata.base === "CU" || metadata.base === "CUD" ? { updatedAt: now } : {}),
      ...definedOf(values),
      ...(metadata.tenant !== "none" && tenant ? { organizationId: tenant.organization._id } : {}),
    });
  }

  private audits({ audited }: TableMetadata): boolean {
    return audited && this.scope.isAudited;
  }

  private async audit<Table extends TableNames>(
    table: Table,
    operation: "create" | "update" | "delete" | "restore" | "purge",
    row: Doc<Table>,
    changes: unknown,
    metadata?: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { noun } = tableMetadata[table];
    const action = this.scope.noun === noun ? this.scope.action : `${noun}.${operation}`;
    const entry: AuditEntry = { action, operation, tableName: table, recordId: row._id, changes, metadata };
    const { caller, tenant, origin, now } = this.scope;
    const organization = tenant?.organization ?? (isOrganization(table, row) ? row : undefined);
    await appendAudit(this.ctx, actorOf(caller), organization, origin, entry, now);
  }
}

/** What the writes of {@link RowWriter.change} are to webhooks. */
const eventKinds = { update: "updated", delete: "deleted", restore: "restored" } as const;

/** Reads and writes of one organization: the only database most handlers ever see. */
export class TenantWriter extends TenantReader {
  private readonly writer: RowWriter;

  constructor(ctx: MutationCtx, scope: Scope & { readonly tenant: Tenant }) {
    super(ctx, scope);
    this.writer = new RowWriter(ctx, scope);
  }

  /**
   * Inserts a row of this organization, as {@link RowWriter.insert} does.
   * @throws {ProblemError} 409 when it is not unique
   */
  insert<Table extends TenantTable>(
    table: Table,
    values: NewValues<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ) {
    return this.writer.insert(table, values, auditMetadata);
  }

  /**
   * Changes a row of this organization, as {@link RowWriter.patch} does.
   * @throws {ProblemError} 409 when it would not be unique
   */
  patch<Table extends TenantTable>(
    table: Table,
    row: Doc<Table>,
    changes: Changes<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ) {
    return this.writer.patch(table, this.own(row), changes, auditMetadata);
  }

  /** Writes fields of a row of this organization that say nothing new of it; see {@link RowWriter.touch}. */
  touch<Table extends TenantTable>(table: Table, row: Doc<Table>, changes: Changes<Table>) {
    return this.writer.touch(table, this.own(row), changes);
  }

  /** Moves a row of this organization to the trash. @throws {ProblemError} 409 when it is there already */
  softDelete<Table extends TenantTable>(table: Table, row: Doc<Table>, changes?: Changes<Table>) {
    return this.writer.softDelete(table, this.own(row), changes);
  }

  /**
   * Takes a row of this organization out of the trash.
   * @throws {ProblemError} 409 when it is not there, or not unique any more
   */
  restore<Table extends TenantTable>(table: Table, row: Doc<Table>, also?: Changes<Table>) {
    return this.writer.restore(table, this.own(row), also);
  }

  /** Deletes a row of this organization for good. @throws {ProblemError} 409 when a restricting row refers to it */
  purge<Table extends TenantTable>(table: Table, row: Doc<Table>) {
    return this.writer.purge(table, this.own(row));
  }

  /**
   * Ends what refers to a row of this organization as a purge would, for resources whose trash keeps the row alone.
   * @throws {ProblemError} 409, by `code` where it has one of its own, when a restricting row refers to it
   */
  release<Table extends TenantTable>(table: Table, row: Doc<Table>, code?: ProblemCode) {
    return this.writer.release(table, this.own(row), code);
  }

  /**
   * Tells webhooks of an event that the table of `row` declares and that no write implies; what it declares by its writes they tell
   * themselves. In the transaction of the change, as everything else. `added` is the list that the event's rule names.
   */
  publishEvent<Table extends TenantTable>(table: Table, type: EventOf<Table>, row: Doc<Table>, added?: object) {
    return this.writer.publishEvent(table, type, this.own(row), added);
  }

  /** Tells one endpoint of this organization of an event of a row, whatever it wants. */
  publishTo<Table extends TenantTable>(
    endpoint: Doc<"webhookEndpoints">,
    table: Table,
    type: EventOf<Table>,
    row: Doc<Table>,
  ) {
    return this.writer.publishTo(this.own<typeof engineTables.endpoints>(endpoint), table, type, this.own(row));
  }

  /** Appends an audit row of this organization that no write of a row implies. */
  appendAudit(entry: AuditEntry) {
    return this.writer.appendAudit(entry);
  }

  /** A row read past this database must not be written through it. */
  private own<Table extends TenantTable>(row: Doc<Table>): Doc<Table> {
    if (tenantOf(row) !== this.organizationId) throw new Error("A row of another organization reached a tenant write.");
    return row;
  }
}

/** Reads and writes past the tenant, with the same phases. */
export class UnscopedWriter extends UnscopedReader {
  private readonly writer: RowWriter;

  constructor(
    private readonly mutation: MutationCtx,
    private readonly scope: Scope,
  ) {
    super(mutation);
    this.writer = new RowWriter(mutation, scope);
  }

  /** Inserts a row past the tenant; see {@link RowWriter.insert}. */
  insert<Table extends TableNames>(table: Table, values: NewValues<Table>) {
    return this.writer.insert(table, values);
  }

  /** Changes a row past the tenant; see {@link RowWriter.patch}. */
  patch<Table extends TableNames>(
    table: Table,
    row: Doc<Table>,
    changes: Changes<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ) {
    return this.writer.patch(table, row, changes, auditMetadata);
  }

  /** Moves a row to the trash; see {@link RowWriter.softDelete}. */
  softDelete<Table extends TableNames>(table: Table, row: Doc<Table>, changes?: Changes<Table>) {
    return this.writer.softDelete(table, row, changes);
  }

  /** Takes a row out of the trash; see {@link RowWriter.restore}. */
  restore<Table extends TableNames>(table: Table, row: Doc<Table>, also?: Changes<Table>) {
    return this.writer.restore(table, row, also);
  }

  /** Deletes a row for good; see {@link RowWriter.purge}. */
  purge<Table extends TableNames>(table: Table, row: Doc<Table>) {
    return this.writer.purge(table, row);
  }

  /** Deletes a row that nothing refers to; see {@link RowWriter.discard}. */
  discard<Table extends TableNames>(table: Table, row: Doc<Table>) {
    return this.writer.discard(table, row);
  }

  /** Tells webhooks of an event; see {@link TenantWriter.publishEvent}. */
  publishEvent<Table extends TableNames>(table: Table, type: EventOf<Table>, row: Doc<Table>) {
    return this.writer.publishEvent(table, type, row);
  }

  /** Writes an audit row; see {@link RowWriter.appendAudit}. */
  appendAudit(entry: AuditEntry) {
    return this.writer.appendAudit(entry);
  }

  /** The same writes on behalf of `caller`, for the call that turns a token into a user. */
  as(caller: Caller): UnscopedWriter {
    return new UnscopedWriter(this.mutation, { ...this.scope, caller });
  }

  /** Writes of one organization, for calls that run in none: its creator's first membership, a leaving user's last one. */
  within(organization: Doc<"organizations">): TenantWriter {
    const tenant = { organization, membership: undefined, ...noStanding };
    return new TenantWriter(this.mutation, { ...this.scope, tenant });
  }
}

function isOrganization(table: TableNames, row: object): row is Doc<"organizations"> {
  return table === engineTables.tenants && "settings" in row;
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
  return untypedDatabase(ctx)
    .query(table)
    .withIndex(index, (q) => fields.reduce((range, field) => range.eq(field, values.get(field)), q))
    .take(2);
}

/** `values` were typed as the table's new values and the base fields come from its metadata; Convex validates the whole. */
function newRow<Table extends TableNames>(row: object): Values<Table> {
  return row as Values<Table>;
}

/** A row as just written; only `_creationTime`, which no operation shows, is not known without reading it again. */
function storedRow<Table extends TableNames>(row: object, id: Id<Table>): Doc<Table> {
  return { ...definedOf(row), _id: id } as Doc<Table>;
}

/** Only tables of base D reach `softDelete` and `restore`: the resource refuses the operations elsewhere. */
function deletedAtChange<Table extends TableNames>(deletedAt: number | undefined): Changes<Table> {
  const change: { deletedAt: number | undefined } = { deletedAt };
  return change as Changes<TableNames> as Changes<Table>;
}
