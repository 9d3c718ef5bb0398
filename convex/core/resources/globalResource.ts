import type * as z from "zod";
import { withPublicId } from "../records/documents";
import { tableMetadata } from "../schema/tableMetadata";
import { once } from "../operations/once";
import { operationsOf } from "./operations";
import { documentOf } from "./resource";
import type { ResourceShape } from "../operations/resourceShape";
import type { Fields } from "../schema/table";
import type { DocumentOf } from "../records/documents";
import type { IdParameterOf } from "./resource";
import type { StateMachine } from "./states";
import type { OperationSubject, RowOperations } from "./operations";
import type { TableNames } from "../../_generated/dataModel";

/** A table beside the tenants' as the API knows it: its document, how a row of it is found, and operations on it. */
export interface GlobalResource<Table extends TableNames>
  extends OperationSubject<Table>, RowOperations<Table, IdParameterOf<Table>, never> {
  readonly document: z.ZodType<DocumentOf<Table>> & z.ZodObject;
}

/** Declares a resource of a table without a tenant: its rows are found in its own way and written by its own operations. */
export function globalResource<Table extends TableNames>(declaration: {
  readonly name: `${string}/${string}`;
  readonly table: Table;
  readonly path: `/${string}`;
  readonly fields: Fields;
  /** The schema of what names a row in a path. */
  idInPath(): z.ZodType;
  readonly find: NonNullable<ResourceShape["find"]>;
  /** State field and the transitions that its operations may make; each asks `assertTransition`. */
  readonly states?: StateMachine;
  /** Fields that answers show beside its document's, which no request sets either. */
  shownBeside?(): readonly string[];
}): GlobalResource<Table> {
  const { name, table, path, fields, find, states, shownBeside = () => [] } = declaration;
  const { noun } = tableMetadata[table];
  const core = {
    name,
    table,
    path,
    noun,
    idParameter: `${noun}Id`,
    permissions: noun,
    listOptions: {},
    find,
    states,
    idInPath: declaration.idInPath,
    get document(): z.ZodType<DocumentOf<Table>> & z.ZodObject {
      return once(this, "document", documentOf(table, fields));
    },
    get readOnly(): ReadonlySet<string> {
      return once(this, "readOnly", new Set([...Object.keys(this.document.shape), ...shownBeside()]));
    },
    show: (_showing: unknown, row: { _id: string }) => Promise.resolve(withPublicId(row)),
  };
  return Object.assign(core, operationsOf<Table, IdParameterOf<Table>, never>(core));
}
