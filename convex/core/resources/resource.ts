import * as z from "zod";
import { definedOf, withPublicId } from "../records/documents";
import { ProblemError } from "../wire/errors";
import { reference, rowId, sealedSecrets } from "../schema/fields";
import { asSent } from "../schema/rowNames";
import { listParameters } from "../records/listPlan";
import { once } from "../operations/once";
import { asPatch, innermost, withoutDefault } from "../schema/zod";
import { baseFields, tenantFields } from "../schema/table";
import { tableMetadata } from "../schema/tableMetadata";
import { engineTables } from "../wire/engineTables";
import { listsOf, operationsOf } from "./operations";
import { storedRows } from "./pages";
import { assertTransition } from "./states";
import type { Changes, NewValues } from "../records/scope";
import type { Assignment } from "../records/assignedRows";
import type { DocumentOf, TenantTable } from "../records/documents";
import type { TableMetadata, Fields } from "../schema/table";
import type { ListOptions } from "../records/listPlan";
import type { PageInput, TenantMutationContext, TenantQueryContext } from "../operations/declaration";
import type { ProblemCode } from "../wire/problems";
import type { ResourceShape, Showing } from "../operations/resourceShape";
import type { StateMachine } from "./states";
import type { CredentialShape, ListOperations, ListSubject, ResourceListOptions, RowOperations } from "./operations";
import type { Doc, TableNames } from "../../_generated/dataModel";
import type { PaginationResult } from "convex/server";

type Awaitable<T> = T | Promise<T>;
type Provided<Table extends TenantTable> = { [F in keyof NewValues<Table>]?: NewValues<Table>[F] | undefined };

/** Domain code that runs at fixed places of every write of the resource, whichever operation writes. */
export interface ResourceHooks<Table extends TenantTable> {
  /** Values that the server provides on insert where the input left them out. */
  defaults?(ctx: TenantMutationContext, values: Partial<NewValues<Table>>): Awaitable<Provided<Table>>;
  /** Rules over the row as it will be; throws the problem that applies. */
  rules?(ctx: TenantMutationContext, next: NewValues<Table>, previous: Doc<Table> | undefined): Awaitable<void>;
  /** Denormalized fields and rows of other tables, in the same transaction. */
  afterWrite?(ctx: TenantMutationContext, row: Doc<Table>, previous: Doc<Table> | undefined): Awaitable<void>;
  /**
   * What must hold, or happens to others, before a row is deleted (softly, or for good when it is in the trash). Returns
   * the changes that go with a soft deletion, such as a credential that stops.
   */
  beforeDelete?(
    ctx: TenantMutationContext,
    row: Doc<Table>,
    input: Readonly<Record<string, unknown>>,
  ): Awaitable<Changes<Table> | undefined>;
}

/**
 * What a resource says once about its table, its path and its fields; {@link resource} derives shapes, lists and writes
 * from it.
 */
export interface ResourceDeclaration<
  Table extends TenantTable,
  F extends Fields,
  Server extends keyof F,
  Immutable extends keyof F,
  Defaulted extends keyof F,
  IdParameter extends string,
  Field extends string,
> {
  /** `<domain>/<resource>`: module path and SDK property. */
  readonly name: `${string}/${string}`;
  readonly table: Table;
  /** Path under `/v1`. */
  readonly path: `/${string}`;
  readonly fields: F;
  /** Never taken from a request. */
  readonly serverOwned?: readonly Server[];
  /** Taken on create only. */
  readonly immutable?: readonly Immutable[];
  /** Required in the row, optional on create: the `defaults` hook provides them. */
  readonly defaulted?: readonly Defaulted[];
  readonly list?: ResourceListOptions;
  /** Path parameter of a row's id: `<noun>Id` unless given. */
  readonly idParameter?: IdParameter;
  /** Schema of that parameter, where it is the id of something else that names the row. */
  readonly idInPath?: () => z.ZodType;
  /** The noun of its permissions, where it is not the table's. */
  readonly permissions?: string;
  /** The ways in which its rows are assigned to teams and clients, for permissions on assigned rows. */
  readonly assigned?: readonly Assignment[];
  /** How operations that issue a credential make and show it. */
  readonly credential?: CredentialShape<Field>;
  /** State field and the transitions it may make; everything else is 409. */
  readonly states?: StateMachine<keyof F & string>;
  readonly hooks?: ResourceHooks<Table>;
  /** The row as answers show it, where that is not just its fields. */
  show?(showing: Showing, row: Doc<Table>): Awaitable<object>;
  /** What the hooks refuse with, by the operations that run them; the document names it. */
  readonly problems?: Partial<Record<ResourceWrite, readonly ProblemCode[]>>;
}

/** The operations of `crud()` that write. */
type ResourceWrite = "create" | "update" | "delete" | "restore";

/** `<noun>Id` */
export type IdParameterOf<Table extends TableNames> = `${(typeof tableMetadata)[Table]["noun"]}Id`;

type Flatten<T> = { [K in keyof T]: T[K] };
type Optional<F extends Fields, Keys extends keyof F> = Flatten<Omit<F, Keys> & { [K in Keys]: z.ZodOptional<F[K]> }>;
/** Fields a create takes. */
export type CreateFields<F extends Fields, Server extends keyof F, Defaulted extends keyof F> = Optional<
  Omit<F, Server>,
  Extract<Defaulted, Exclude<keyof F, Server>>
>;
/** Fields an update takes: each may be left out, optional ones may be cleared with null. */
export type UpdateFields<F extends Fields, Fixed extends keyof F> = {
  [K in Exclude<keyof F, Fixed>]: undefined extends z.output<F[K]>
    ? z.ZodOptional<z.ZodNullable<z.ZodType<Exclude<z.output<F[K]>, undefined>, Exclude<z.input<F[K]>, undefined>>>>
    : z.ZodOptional<z.ZodType<z.output<F[K]>, Exclude<z.input<F[K]>, undefined>>>;
};

/** A table as the API knows it: shapes for every direction, and the one way to write its rows. */
interface ResourceCore<
  Table extends TenantTable,
  Create extends Fields,
  Update extends Fields,
  Field extends string,
> extends ListSubject<Table> {
  readonly document: z.ZodType<DocumentOf<Table>> & z.ZodObject;
  readonly createFields: Create;
  readonly updateFields: Update;
  /** What a restore takes: another name for each that must be unique and that somebody else may bear by now. */
  readonly restoreFields: Fields;
  readonly credential?: CredentialShape<Field> | undefined;
  readonly hasTrash: boolean;
  /** One page of rows: plan → index → one `.paginate()`. Throws 400 for filters that no index answers. */
  rows(
    ctx: TenantQueryContext,
    input: PageInput & object,
    options?: ListOptions,
  ): Promise<PaginationResult<Doc<Table>>>;
  /** The row as answers show it. */
  show(showing: Showing, row: Doc<Table>): Promise<object>;
  /** What an operation that writes so may refuse with, beyond what every write of a table does. */
  problemsOf(write: ResourceWrite): readonly ProblemCode[];
  /** Inserts a row: defaults → rules → uniqueness → write → afterWrite → audit. */
  insert(
    ctx: TenantMutationContext,
    values: Provided<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ): Promise<Doc<Table>>;
  /** Changes a row: state machine → rules → uniqueness → write → afterWrite → audit. */
  patch(
    ctx: TenantMutationContext,
    row: Doc<Table>,
    changes: Changes<Table>,
    auditMetadata?: Readonly<Record<string, unknown>>,
  ): Promise<Doc<Table>>;
  /** Moves a row to the trash, or purges one that is there already (`permanent`); tables without a trash purge at once. */
  delete(ctx: TenantMutationContext, row: Doc<Table>, input: { permanent?: boolean | undefined }): Promise<void>;
  /** Takes a row out of the trash, with other names if given: rules → uniqueness → write → afterWrite → audit. */
  restore(ctx: TenantMutationContext, row: Doc<Table>, changes: Changes<Table>): Promise<Doc<Table>>;
}

/** A resource and the operations that it can declare; see `RowOperations`. */
export interface Resource<
  Table extends TenantTable,
  Create extends Fields = Fields,
  Update extends Fields = Fields,
  IdParameter extends string = string,
  Field extends string = string,
>
  extends ResourceCore<Table, Create, Update, Field>, RowOperations<Table, IdParameter, Field>, ListOperations<Table> {}

/** Declares a resource of one tenant table. */
export function resource<
  Table extends TenantTable,
  F extends Fields,
  Server extends keyof F = never,
  Immutable extends keyof F = never,
  Defaulted extends keyof F = never,
  IdParameter extends string = IdParameterOf<Table>,
  Field extends string = never,
>(
  declaration: ResourceDeclaration<Table, F, Server, Immutable, Defaulted, IdParameter, Field> &
    Pick<ResourceShape, "find">,
): Resource<Table, CreateFields<F, Server, Defaulted>, UpdateFields<F, Server | Immutable>, IdParameter, Field> {
  const { name, table, path, fields, list = {}, states, hooks = {}, find, problems = {} } = declaration;
  const metadata: TableMetadata = tableMetadata[table];
  const { noun } = metadata;
  const fixed: readonly PropertyKey[] = [...(declaration.serverOwned ?? []), ...(declaration.immutable ?? [])];
  const changesState = states !== undefined && !fixed.includes(states.field);
  const hasTrash = metadata.base === "CUD";
  const stateRule = (row: Doc<Table>, changes: Changes<Table>) => {
    if (states) assertTransition(states, valueIn(row, states.field), valueIn(changes, states.field));
  };

  const core: ResourceCore<Table, CreateFields<F, Server, Defaulted>, UpdateFields<F, Server | Immutable>, Field> = {
    name,
    table,
    path,
    noun,
    idParameter: declaration.idParameter ?? `${noun}Id`,
    permissions: declaration.permissions ?? noun,
    credential: declaration.credential,
    find,
    assigned: declaration.assigned,
    states,
    idInPath: declaration.idInPath ?? (() => rowId(table)),
    // Built on first use: a fresh context runs one operation and needs few of these.
    get document() {
      return once(this, "document", asDocument<Table>(documentSchema(table, metadata, fields)));
    },
    get readOnly() {
      return once(this, "readOnly", new Set(Object.keys(this.document.shape)));
    },
    get createFields() {
      return once(this, "createFields", asShape<CreateFields<F, Server, Defaulted>>(createShape(declaration)));
    },
    get updateFields() {
      return once(this, "updateFields", asShape<UpdateFields<F, Server | Immutable>>(updateShape(declaration)));
    },
    get restoreFields() {
      return once(this, "restoreFields", restoreShape(declaration, metadata));
    },
    listParameters: (options) =>
      listParameters(table, { ...fields, createdBy: reference(engineTables.people, "null") }, options),
    listOptions: list,
    hasTrash,
    rows: (ctx, input, options = list) => storedRows(ctx, core, options, input),
    show: async (showing, row) => (declaration.show ? declaration.show(showing, row) : withPublicId(row)),
    problemsOf(write) {
      const mayMove = write === "update" && changesState;
      return [...(problems[write] ?? []), ...(mayMove ? (["invalid_state_transition"] as const) : [])];
    },
    async insert(ctx, given, auditMetadata) {
      const values: Partial<NewValues<Table>> = asNew<Table>(definedOf(given));
      const complete = asNew<Table>({ ...definedOf({ ...(await hooks.defaults?.(ctx, values)) }), ...values });
      await hooks.rules?.(ctx, complete, undefined);
      const row = await ctx.db.insert(table, complete, auditMetadata);
      await hooks.afterWrite?.(ctx, row, undefined);
      return row;
    },
    async patch(ctx, row, changes, auditMetadata) {
      stateRule(row, changes);
      await hooks.rules?.(ctx, asNew<Table>({ ...row, ...changes }), row);
      const next = await ctx.db.patch(table, row, changes, auditMetadata);
      if (next !== row) await hooks.afterWrite?.(ctx, next, row);
      return next;
    },
    async delete(ctx, row, input) {
      const isDeleted = "deletedAt" in row && row.deletedAt !== undefined;
      if (hasTrash && input.permanent && !isDeleted) {
        throw new ProblemError("not_deleted", "Only what is in the trash can be deleted permanently.");
      }
      if (isDeleted && !input.permanent) throw new ProblemError("already_deleted", "It is in the trash already.");
      const changes = await hooks.beforeDelete?.(ctx, row, input);
      if (hasTrash && !isDeleted) await ctx.db.softDelete(table, row, changes);
      else await ctx.db.purge(table, row);
    },
    async restore(ctx, row, changes) {
      await hooks.rules?.(ctx, asNew<Table>({ ...row, ...changes }), row);
      const restored = await ctx.db.restore(table, row, changes);
      await hooks.afterWrite?.(ctx, restored, row);
      return restored;
    },
  };
  return Object.assign(core, operationsOf<Table, IdParameter, Field>(core), listsOf<Table>(core));
}

function valueIn(values: object, field: string): unknown {
  return Object.getOwnPropertyDescriptor(values, field)?.value;
}

interface Direction {
  readonly fields: Fields;
  readonly serverOwned?: readonly PropertyKey[];
  readonly immutable?: readonly PropertyKey[];
  readonly defaulted?: readonly PropertyKey[];
}

function createShape({ fields, serverOwned = [], defaulted = [] }: Direction): Fields {
  const taken = Object.entries(fields).filter(([field]) => !serverOwned.includes(field));
  for (const [field, type] of taken)
    if (sealedSecrets.has(innermost(type))) throw new Error(`${field} is a sealed secret: name it in serverOwned.`);
  const sent = taken.map(([field, type]): [string, z.ZodType] => [field, asSent(type)]);
  return Object.fromEntries(sent.map(([field, type]) => [field, defaulted.includes(field) ? type.optional() : type]));
}

function updateShape({ fields, serverOwned = [], immutable = [] }: Direction): Fields {
  const taken = Object.entries(fields).filter(([field]) => !serverOwned.includes(field) && !immutable.includes(field));
  return Object.fromEntries(taken.map(([field, type]) => [field, asPatch(asSent(type))]));
}

/** The unique fields that a create takes: those of a row in the trash cannot be changed in any other way. */
function restoreShape(declaration: Direction, { unique, base }: TableMetadata): Fields {
  if (base !== "CUD") return {};
  const names = new Set<string>(unique.flatMap(({ fields }) => fields));
  const taken = Object.entries(createShape(declaration)).filter(([field]) => names.has(field));
  return Object.fromEntries(taken.map(([field, type]) => [field, type.optional()]));
}

/** The resource's document with further fields: a credential shown once, or counts of a view. */
export function documentWith<Table extends TenantTable, F extends Fields>(
  { document }: { readonly document: z.ZodType<DocumentOf<Table>> & z.ZodObject },
  fields: F,
): z.ZodType<DocumentOf<Table> & z.output<z.ZodObject<F>>> {
  return asExtended<Table, F>(document.extend(fields));
}

const documentNames = new WeakMap<z.ZodType, string>();

/** The OpenAPI component name of a resource's document schema, or undefined for any other schema. */
export function documentNameOf(schema: z.ZodType): string | undefined {
  return documentNames.get(schema);
}

/** `documentSchema` of a table that has no `resource()`, typed as its rows. */
export function documentOf<Table extends TableNames>(
  table: Table,
  fields: Fields,
): z.ZodType<DocumentOf<Table>> & z.ZodObject {
  return asDocument<Table>(documentSchema(table, tableMetadata[table], fields));
}

/** The public document of a table: `id`, tenant, fields without secrets, base fields. Optional fields are absent when unset. */
function documentSchema(table: TableNames, metadata: TableMetadata, fields: Fields): z.ZodObject {
  const visible = Object.entries(fields).filter(([field]) => !metadata.secret.includes(field));
  const document = z.object({
    id: rowId(table),
    ...("organizationId" in fields ? {} : tenantFields[metadata.tenant]),
    ...Object.fromEntries(visible.map(([field, type]) => [field, withoutDefault(type)])),
    ...baseFields[metadata.base],
  });
  documentNames.set(document, metadata.noun.charAt(0).toUpperCase() + metadata.noun.slice(1));
  return document;
}

/** Input was parsed by the create shape and completed by `defaults`; Convex validates the row against the schema. */
function asNew<Table extends TenantTable>(values: object): NewValues<Table> {
  return values as NewValues<Table>;
}

/** The schema is built from the same fields and metadata as the table that types `DocumentOf`. */
function asDocument<Table extends TableNames>(schema: z.ZodObject): z.ZodType<DocumentOf<Table>> & z.ZodObject {
  return schema as unknown as z.ZodType<DocumentOf<Table>> & z.ZodObject;
}

/** The extension is typed by the same document and the same fields. */
function asExtended<Table extends TenantTable, F extends Fields>(
  schema: z.ZodObject,
): z.ZodType<DocumentOf<Table> & z.output<z.ZodObject<F>>> {
  return schema as unknown as z.ZodType<DocumentOf<Table> & z.output<z.ZodObject<F>>>;
}

/** The filtered entries are those that the type parameters name. */
function asShape<Shape extends Fields>(shape: Fields): Shape {
  return shape as Shape;
}
