import type * as z from "zod";
import { withPublicId } from "../records/documents";
import { listParameters } from "../records/listPlan";
import { tableMetadata } from "../schema/tableMetadata";
import { once } from "../operations/once";
import { listsOf, operationsOf } from "./operations";
import { globalRows } from "./pages";
import { documentOf } from "./resource";
import type { ResourceShape } from "../operations/resourceShape";
import type { PageInput, TenantQueryContext } from "../operations/declaration";
import type { Fields } from "../schema/table";
import type { DocumentOf } from "../records/documents";
import type { ListOptions } from "../records/listPlan";
import type { IdParameterOf } from "./resource";
import type { StateMachine } from "./states";
import type { ListOperations, ListSubject, ResourceListOptions, RowOperations } from "./operations";
import type { Doc, TableNames } from "../../_generated/dataModel";
import type { PaginationResult } from "convex/server";

/** A table beside the tenants' as the API knows it: its document, how a row of it is found, and operations on it. */
export interface GlobalResource<Table extends TableNames>
  extends ListSubject<Table>, RowOperations<Table, IdParameterOf<Table>, never>, ListOperations<Table> {
  readonly document: z.ZodType<DocumentOf<Table>> & z.ZodObject;
  /** One page of its rows, whoever asks: they are the deployment's. */
  rows(
    ctx: TenantQueryContext,
    input: PageInput & object,
    options?: ListOptions,
  ): Promise<PaginationResult<Doc<Table>>>;
}

/** How one row is found: as a member of an organization finds it, or, where all find the same, by what names it. */
type Finding =
  | { readonly find: NonNullable<ResourceShape["find"]>; readonly named?: undefined }
  | { readonly find?: undefined; readonly named: NonNullable<ResourceShape["named"]> };

/** Declares a resource of a table without a tenant: its rows are found in its own way and written by its own operations. */
export function globalResource<Table extends TableNames>(
  declaration: Finding & {
    readonly name: `${string}/${string}`;
    readonly table: Table;
    readonly path: `/${string}`;
    readonly fields: Fields;
    /** The schema of what names a row in a path. */
    idInPath(): z.ZodType;
    /** State field and the transitions that its operations may make; each asks `assertTransition`. */
    readonly states?: StateMachine;
    /** What its lists can be asked for. */
    readonly list?: ResourceListOptions;
    /** Fields that answers show beside its document's, which no request sets either. */
    shownBeside?(): readonly string[];
  },
): GlobalResource<Table> {
  const { name, table, path, fields, find, named, states, list = {}, shownBeside = () => [] } = declaration;
  const { noun } = tableMetadata[table];
  const core: ListSubject<Table> & Pick<GlobalResource<Table>, "document" | "rows"> = {
    name,
    table,
    path,
    noun,
    idParameter: `${noun}Id`,
    permissions: noun,
    listOptions: list,
    find: find ?? (({ unscoped }, id) => named(unscoped, id)),
    named,
    states,
    idInPath: declaration.idInPath,
    get document(): z.ZodType<DocumentOf<Table>> & z.ZodObject {
      return once(this, "document", documentOf(table, fields));
    },
    get readOnly(): ReadonlySet<string> {
      return once(this, "readOnly", new Set([...Object.keys(this.document.shape), ...shownBeside()]));
    },
    listParameters: (options) => listParameters(table, fields, options),
    rows: (ctx, input, options = list) => globalRows(ctx, table, options, input),
    show: (_showing: unknown, row: { _id: string }) => Promise.resolve(withPublicId(row)),
  };
  return Object.assign(core, operationsOf<Table, IdParameterOf<Table>, never>(core), listsOf<Table>(core));
}
